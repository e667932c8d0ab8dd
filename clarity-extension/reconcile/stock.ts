import { type Demand, type SellableOptions, type StockState, sellable } from '../mapping/stock.ts'
import type { Compared, Comparison, Drift } from './drift.ts'
import type { Level, Piles, PilesOfRun } from './piles.ts'

export interface StockParts {
  /** Every number that the storefront shows, in pages. */
  shown(): AsyncIterable<Level[]>
  piles: Piles
  /** Odoo's products after one, by id, and which of the pending orders it holds in the same snapshot. */
  page(after: number, pendingOrders: string[]): Promise<{ stock: StockState[]; held: string[]; next: number | null }>
  settings: SellableOptions
  /** What the storefront has sold and Odoo may not hold yet. */
  demand(): Promise<Demand[]>
  /** Odoo holds these orders. */
  release(orderIds: string[]): Promise<unknown>
}

/** As many as one call may name; see flows/stock-to-clarity. */
const MOST_ORDERS = 5_000

/** The number that the storefront shows per SKU and location against the one that it should. */
export const compareStock = (parts: StockParts): Comparison => ({
  name: 'stock',
  kinds: ['stock'],
  async compare(signal): Promise<Compared> {
    const run = await parts.piles.begin()
    try {
      await readStorefront(parts, run, signal)
      const read = await readOdoo(parts, run, signal)
      return await compared(run, read)
    } finally {
      await run.end()
    }
  },
})

async function readStorefront({ shown }: StockParts, run: PilesOfRun, signal: AbortSignal): Promise<void> {
  for await (const levels of shown()) {
    if (signal.aborted) return
    await run.add(
      'clarity',
      levels.map(({ sku, locationKey, quantity }) => ({ sku, locationKey, quantity: plain(quantity) })),
    )
  }
}

/** @returns how many SKUs Odoo has */
async function readOdoo(parts: StockParts, run: PilesOfRun, signal: AbortSignal): Promise<number> {
  let read = 0
  for (let after: number | null = 0; after !== null && !signal.aborted; ) {
    const demand = await parts.demand()
    const orders = [...new Set(demand.map(({ orderId }) => orderId))]
    const page: Awaited<ReturnType<StockParts['page']>> = await parts.page(after, orders.slice(0, MOST_ORDERS))
    const held = new Set(page.held)
    // Orders that are told again after their stock was published would else add up.
    if (held.size > 0) await parts.release(page.held)
    // Who could not be asked about would count as not yet in Odoo.
    if (orders.length > MOST_ORDERS && held.size > 0) continue
    const pending = demand.filter(({ orderId }) => !held.has(orderId))
    read += new Set(page.stock.map(({ sku }) => sku)).size
    await run.add('odoo', sellable(page.stock, pending, parts.settings))
    after = page.next
  }
  return read
}

async function compared(run: PilesOfRun, read: number): Promise<Compared> {
  const drifts: Drift[] = []
  let checked = 0
  let shownInAll = 0
  for await (const { clarity, odoo } of run.piles()) {
    const shown = new Map(clarity.map((level) => [keyOf(level), level]))
    const sold = new Map(odoo.map((level) => [keyOf(level), level]))
    const known = new Set(clarity.map(({ sku }) => sku))
    shownInAll += shown.size
    checked += new Set([...shown.keys(), ...sold.keys()]).size
    for (const [key, { sku, quantity }] of sold) {
      const there = shown.get(key)?.quantity ?? null
      // What the storefront does not sell at all is not a difference.
      if (there === quantity || !known.has(sku)) continue
      drifts.push({ kind: 'stock', key, lane: `stock:${sku}`, subject: sku, clarity: there, odoo: quantity })
    }
    for (const [key, { sku, quantity }] of shown) {
      if (sold.has(key) || Number(quantity) === 0) continue
      drifts.push({ kind: 'stock', key, lane: `stock:${sku}`, subject: sku, clarity: quantity, odoo: null })
    }
  }
  return { drifts, checked, read: { clarity: shownInAll, odoo: read } }
}

const keyOf = ({ sku, locationKey }: Level): string => `${sku} ${locationKey}`
/** `12.00` and `12` are one number. */
const plain = (quantity: string): string => (quantity.includes('.') ? quantity.replace(/\.?0+$/, '') : quantity)
