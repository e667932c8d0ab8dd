import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import type { Answer } from '../../shared/outcome.ts'
import { batcher } from '../delivery/batcher.ts'
import { ONE_AT_A_TIME } from '../delivery/limit.ts'
import type { CustomerHistory } from '../mapping/order/history.ts'

/** What a customer ordered before this order; null for one that Odoo does not know. */
export type HistoryReader = (customer: string, order: string) => Promise<Answer<CustomerHistory | null>>

const MOST_PER_CALL = 200

/** Asks Odoo itself, as it stands now: what many orders ask for at once is one call. */
export function historyReader(odoo: Pick<OdooClient, 'readHistory'>, store: string): HistoryReader {
  const calls = batcher<{ customer: string; order: string }, Answer<CustomerHistory | null>>({
    limit: ONE_AT_A_TIME,
    maxItems: MOST_PER_CALL,
    async send(asked) {
      const reply = await odoo.readHistory(store, asked)
      return asked.map((_, index) => (reply.ok ? { ok: true, value: reply.value.histories[index] ?? null } : reply))
    },
  })
  return (customer, order) => calls.submit({ customer, order })
}
