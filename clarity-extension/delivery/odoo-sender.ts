import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import type { Operation } from '../../odoo-bridge/client/shapes.ts'
import type { Answer } from '../../shared/outcome.ts'
import { type Batcher, batcher } from './batcher.ts'
import { adaptiveLimit } from './limit.ts'
import { type Applied, answerOf } from './result.ts'

/** Operations of many lanes travel to Odoo together, as many calls at a time as it takes. */
export interface OdooSender {
  apply(operation: Operation): Promise<Answer<Applied>>
  readonly waiting: number
  readonly inFlight: number
}

/** Measured best on a server with two workers: more per call only adds latency. */
const OPERATIONS_PER_CALL = 25
/** How many ensured records are remembered as being there. */
const REMEMBERED = 50_000

export function odooSender(client: Pick<OdooClient, 'apply'>, store: string): OdooSender {
  const known = new Set<string>()
  const calls: Batcher<Operation, Answer<Applied>> = batcher({
    limit: adaptiveLimit(),
    maxItems: OPERATIONS_PER_CALL,
    keys: (operation) => ensured(operation).filter((key) => !known.has(key)),
    wasRefused: (answer) => !answer.ok && answer.outcome.kind === 'retry' && answer.outcome.cause !== 'conflict',
    send,
  })
  return {
    apply: (operation) => calls.submit(operation),
    get waiting() {
      return calls.waiting
    },
    get inFlight() {
      return calls.inFlight
    },
  }

  /** A call that is refused as a whole, for what is in it, is halved until the one that is at fault stands alone. */
  async function send(operations: Operation[]): Promise<Answer<Applied>[]> {
    const reply = await client.apply(store, operations)
    if (!reply.ok && reply.outcome.kind === 'correct' && operations.length > 1) {
      const half = Math.ceil(operations.length / 2)
      return [...(await send(operations.slice(0, half))), ...(await send(operations.slice(half)))]
    }
    if (!reply.ok) return operations.map(() => reply)
    return operations.map((operation, index): Answer<Applied> => {
      const result = reply.value[index]
      if (!result) throw new Error(`Odoo gave no result for operation ${operation.id}`)
      const answer = answerOf(operation, result)
      if (answer.ok) remember(ensured(operation))
      return answer
    })
  }

  function remember(keys: string[]) {
    if (known.size > REMEMBERED) known.clear()
    for (const key of keys) known.add(key)
  }
}

/** Two calls that create the same customer at once would lose a race in Odoo; in one call they are one record. */
const ensured = ({ ensure = [] }: Operation): string[] => ensure.map(({ kind, ref }) => `${kind}:${ref}`)
