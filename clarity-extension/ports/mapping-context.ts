import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import type { Answer } from '../../shared/outcome.ts'
import { defaultLookups } from '../mapping/defaults/lookups.ts'
import type { OrderContext } from '../mapping/order.ts'

/** How long Odoo's own settings (its company's currency) are believed. Milliseconds. */
const FRESH_MS = 10 * 60_000

/** What a mapping may know besides the record, read from Odoo and remembered for a while. */
export function mappingContext(odoo: Pick<OdooClient, 'ping'>, now: () => number = Date.now) {
  let known: { context: OrderContext; until: number } | undefined
  let asking: Promise<Answer<OrderContext>> | undefined

  return async (): Promise<Answer<OrderContext>> => {
    if (known && now() < known.until) return { ok: true, value: known.context }
    asking ??= ask().finally(() => {
      asking = undefined
    })
    return asking
  }

  async function ask(): Promise<Answer<OrderContext>> {
    const reply = await odoo.ping()
    if (!reply.ok) return reply
    const context = { lookups: defaultLookups, company: { currency: reply.value.company.currency } }
    known = { context, until: now() + FRESH_MS }
    return { ok: true, value: context }
  }
}
