import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import type { Operation } from '../../odoo-bridge/client/shapes.ts'
import type { Answer } from '../../shared/outcome.ts'
import { type Batcher, batcher } from './batcher.ts'
import { company } from './company.ts'
import { adaptiveLimit, type Limit, ONE_AT_A_TIME } from './limit.ts'
import { type Applied, answerOf } from './result.ts'

/** Operations of many lanes travel to Odoo together, as many calls at a time as it takes. */
export interface OdooSender {
  apply(operation: Operation): Promise<Answer<Applied>>
  /** An operation for this record is being made. @returns to be called when none comes of it after all */
  announce(record: { kind: string; ref: string }): () => void
  readonly waiting: number
  readonly inFlight: number
  /** How many operations fill the calls that Odoo takes at present, and one more call that gathers meanwhile. */
  readonly room: number
}

/** A call costs Odoo what some ten orders in it cost; of more per call the customers in it would wait too long. */
const OPERATIONS_PER_CALL = 50
const MASTERS_PER_CALL = 100
/** How many ensured records are remembered as being there: some 120 bytes each. */
const REMEMBERED = 10_000

/**
 * Master data travels beside the orders: one call at a time, so that it never takes Odoo's other workers away from them, and
 * many records in each, because making a product costs little more than telling of it.
 */
export const masterSender = (client: Pick<OdooClient, 'apply'>, store: string): OdooSender =>
  odooSender(client, store, { limit: ONE_AT_A_TIME, operationsPerCall: MASTERS_PER_CALL })

export interface SenderOptions {
  limit?: Limit
  operationsPerCall?: number
}

export function odooSender(
  client: Pick<OdooClient, 'apply'>,
  store: string,
  { limit = adaptiveLimit(), operationsPerCall = OPERATIONS_PER_CALL }: SenderOptions = {},
): OdooSender {
  const known = new Set<string>()
  const { announce, arrived, gathered } = company()
  const calls: Batcher<Operation, Answer<Applied>> = batcher({
    limit,
    maxItems: operationsPerCall,
    keys: (operation) => touched(operation).filter((key) => !known.has(key)),
    wasRefused: (answer) => !answer.ok && answer.outcome.kind === 'retry' && answer.outcome.cause !== 'conflict',
    gathered,
    send,
  })
  return {
    apply(operation) {
      const answer = calls.submit(operation)
      arrived(keyOf(operation))
      return answer
    },
    announce: (record) => announce(keyOf(record)),
    get waiting() {
      return calls.waiting
    },
    get inFlight() {
      return calls.inFlight
    },
    get room() {
      return (limit.size + 1) * operationsPerCall
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
      if (answer.ok) remember(operation)
      return answer
    })
  }

  /** Not its own record, which has one lane and so is never in two calls, nor what is attached to that. */
  function remember({ ensure = [] }: Operation) {
    if (known.size > REMEMBERED) known.clear()
    for (const record of ensure) known.add(keyOf(record))
  }
}

/** Two calls that create the same customer at once would lose a race in Odoo; in one call they are one record. */
const touched = ({ kind, ref, ensure = [], attach = [] }: Operation): string[] =>
  [{ kind, ref }, ...ensure, ...attach].map(keyOf)

const keyOf = ({ kind, ref }: { kind: string; ref: string }) => `${kind}:${ref}`
