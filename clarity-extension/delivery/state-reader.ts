import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import type { Answer } from '../../shared/outcome.ts'
import { batcher } from './batcher.ts'
import { TWO_AT_A_TIME } from './limit.ts'

/** At most so many records per read. */
const PER_READ = 200

/**
 * How an order or a delivery stands in Odoo now. Lanes that ask at the same time are answered by one read: after a batch of
 * orders each of them is told of, and a read of its own for each would take Odoo longer than what it reads.
 * @returns undefined for what Odoo does not have, or has no longer linked
 */
export const orderReader = (odoo: Pick<OdooClient, 'readState'>, store: string) =>
  reader(async (refs: string[]) => {
    const reply = await odoo.readState(store, 'order', refs)
    return reply.ok ? { ok: true, value: new Map(reply.value.orders.map((order) => [order.ref, order])) } : reply
  })

/** @see orderReader; by Odoo's id as text */
export const pickingReader = (odoo: Pick<OdooClient, 'readState'>, store: string) =>
  reader(async (refs: string[]) => {
    const reply = await odoo.readState(store, 'picking', refs)
    return reply.ok ? { ok: true, value: new Map(reply.value.pickings.map((one) => [String(one.id), one])) } : reply
  })

function reader<State>(read: (refs: string[]) => Promise<Answer<Map<string, State>>>) {
  const reads = batcher<string, Answer<State | undefined>>({
    limit: TWO_AT_A_TIME,
    maxItems: PER_READ,
    async send(refs) {
      const answer = await read([...new Set(refs)])
      return refs.map((ref) => (answer.ok ? { ok: true, value: answer.value.get(ref) } : answer))
    },
  })
  return (ref: string): Promise<Answer<State | undefined>> => reads.submit(ref)
}
