import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import type { Order } from '../../shared/entities.ts'
import type { Answer } from '../../shared/outcome.ts'
import type { Exchange } from '../mapping/order/exchange.ts'

/** The rate of an order's day from Odoo's own rates, or the one it was written with; null where Odoo has none. */
export type Rates = (order: Order) => Promise<Answer<Exchange | null>>

/** How long a rate is believed. A missing one is asked for again, since somebody enters it. Milliseconds. */
const FRESH_MS = 10 * 60_000
const REMEMBERED = 1_000

export function orderRates(odoo: Pick<OdooClient, 'readRates'>, store: string, now: () => number = Date.now): Rates {
  const known = new Map<string, { exchange: Exchange; until: number }>()

  return async ({ id, currency, placedAt }) => {
    // Odoo takes the day of the order in UTC, too.
    const date = new Date(placedAt).toISOString().slice(0, 10)
    const key = `${id} ${currency} ${date}`
    const before = known.get(key)
    if (before && now() < before.until) return { ok: true, value: before.exchange }
    const reply = await odoo.readRates(store, [{ ref: id, currency, date }])
    if (!reply.ok) return reply
    const [answer] = reply.value.rates
    if (!answer?.rate || !answer.date) return { ok: true, value: null }
    const exchange = { rate: answer.rate, date: answer.date }
    if (known.size >= REMEMBERED) known.clear()
    known.set(key, { exchange, until: now() + FRESH_MS })
    return { ok: true, value: exchange }
  }
}
