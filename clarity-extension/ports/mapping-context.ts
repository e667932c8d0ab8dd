import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import type { Answer } from '../../shared/outcome.ts'
import type { LookupBook } from '../lookups/book.ts'
import type { OrderContext } from '../mapping/order.ts'

/** How long Odoo's own settings (its company's currency) are believed. Milliseconds. */
const FRESH_MS = 10 * 60_000

type Company = OrderContext['company']

/** What a mapping may know besides the record: Odoo's own settings, remembered for a while, and the value tables. */
export function mappingContext(
  odoo: Pick<OdooClient, 'ping'>,
  lookups: LookupBook,
  now: () => number = Date.now,
): (how?: { fresh: boolean }) => Promise<Answer<OrderContext>> {
  let known: { company: Company; until: number } | undefined
  let asking: Promise<Answer<Company>> | undefined

  /** @param how `fresh`: with the value tables as the store has them at this moment */
  return async ({ fresh } = { fresh: false }) => {
    const company = await companyOf()
    if (!company.ok) return company
    const tables = await (fresh ? lookups.fresh() : lookups.tables())
    return { ok: true, value: { lookups: tables, company: company.value } }
  }

  async function companyOf(): Promise<Answer<Company>> {
    if (known && now() < known.until) return { ok: true, value: known.company }
    asking ??= ask().finally(() => {
      asking = undefined
    })
    return asking
  }

  async function ask(): Promise<Answer<Company>> {
    const reply = await odoo.ping()
    if (!reply.ok) return reply
    const company = { currency: reply.value.company.currency }
    known = { company, until: now() + FRESH_MS }
    return { ok: true, value: company }
  }
}
