import { type Demand, type SellableOptions, type StockState, sellable } from '../mapping/stock.ts'
import type { Compared, Comparison, Drift } from './drift.ts'

export interface StockParts {
  /** Every number that the storefront shows, in pages. */
  shown(): AsyncIterable<{ sku: string; locationKey: string; quantity: string }[]>
  /** Odoo's products after one, by id, and which of the pending orders it holds in the same snapshot. */
  page(after: number, pendingOrders: string[]): Promise<{ stock: StockState[]; held: string[]; next: number | null }>
  settings: SellableOptions
  /** What the storefront has sold and Odoo may not hold yet. */
  demand(): Promise<Demand[]>
}

/** As many as one call may name; see flows/stock-to-clarity. */
const MOST_ORDERS = 5_000

/** The number that the storefront shows per SKU and location against the one that it should. */
export const compareStock = (parts: StockParts): Comparison => ({
  name: 'stock',
  kinds: ['stock'],
  async compare(signal): Promise<Compared> {
    const shown = await shownBy(parts)
    const known = new Set([...shown.keys()].map((key) => skuOf(key)))
    const drifts: Drift[] = []
    const seen = new Set<string>()
    let read = 0
    let after: number | null = 0
    while (after !== null && !signal.aborted) {
      const demand = await parts.demand()
      const pendingOrders = [...new Set(demand.map(({ orderId }) => orderId))].slice(0, MOST_ORDERS)
      const page: Awaited<ReturnType<StockParts['page']>> = await parts.page(after, pendingOrders)
      const held = new Set(page.held)
      const pending = demand.filter(({ orderId }) => !held.has(orderId))
      read += new Set(page.stock.map(({ sku }) => sku)).size
      for (const { sku, locationKey, quantity } of sellable(page.stock, pending, parts.settings)) {
        const key = keyOf(sku, locationKey)
        seen.add(key)
        const there = shown.get(key) ?? null
        // What the storefront does not sell at all is not a difference.
        if (there === quantity || !known.has(sku)) continue
        drifts.push({ kind: 'stock', key, lane: `stock:${sku}`, subject: sku, clarity: there, odoo: quantity })
      }
      after = page.next
    }
    for (const [key, quantity] of shown) {
      if (seen.has(key) || Number(quantity) === 0) continue
      const sku = skuOf(key)
      drifts.push({ kind: 'stock', key, lane: `stock:${sku}`, subject: sku, clarity: quantity, odoo: null })
    }
    return { drifts, checked: new Set([...seen, ...shown.keys()]).size, read: { clarity: shown.size, odoo: read } }
  },
})

async function shownBy(parts: StockParts): Promise<Map<string, string>> {
  const shown = new Map<string, string>()
  for await (const levels of parts.shown()) {
    for (const { sku, locationKey, quantity } of levels) shown.set(keyOf(sku, locationKey), plain(quantity))
  }
  return shown
}

const keyOf = (sku: string, location: string): string => `${sku} ${location}`
const skuOf = (key: string): string => key.slice(0, key.lastIndexOf(' '))
/** `12.00` and `12` are one number. */
const plain = (quantity: string): string => (quantity.includes('.') ? quantity.replace(/\.?0+$/, '') : quantity)
