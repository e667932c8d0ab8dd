import { odooEnvelope } from '../../shared/events.ts'
import { type Answer, correct, done, type Outcome, retry, skip } from '../../shared/outcome.ts'
import { type Demand, type StockState, sellable } from '../mapping/stock.ts'
import type { Flow } from './flow.ts'
import { problemsOf } from './problems.ts'

/** stock.changed from Odoo -> the sellable number of each location in the storefront: absolute, with the time it was read. */
export interface StockFlowPorts {
  /** Joins the SKU with the others that wait and publishes them together. */
  publish(sku: string): Promise<Outcome>
}

export const stockToClarity =
  (ports: StockFlowPorts): Flow =>
  async (event, trace) => {
    const envelope = odooEnvelope.safeParse(JSON.parse(event.payload.toString('utf8')))
    if (!envelope.success) return correct(...problemsOf(envelope.error))
    if (envelope.data.type !== 'stock.changed') return skip('not_for_us', `${envelope.data.type} has its own flow`)
    const { sku, product_id } = envelope.data.data
    if (!sku)
      return skip('not_for_us', `product ${product_id} has no internal reference, the storefront cannot know it`)
    const outcome = await ports.publish(sku)
    trace.step('publish', 'detail' in outcome && outcome.detail ? outcome.detail : outcome.kind)
    return outcome
  }

export interface PublishStockPorts {
  /** Milliseconds of a clock that only goes forward. */
  now(): number
  /** What the storefront has sold of these SKUs and Odoo may not hold yet. */
  demand(skus: string[]): Promise<Demand[]>
  /** Orders that Odoo holds now: their stock is reserved there. */
  releaseDemand(orderIds: string[]): Promise<void>
  readStock(
    skus: string[],
    pendingOrders: string[],
  ): Promise<Answer<{ asOf: string; stock: StockState[]; held: string[] }>>
  location(warehouse: string): string | undefined
  /** Pieces kept back per SKU and location. */
  margin: number
  /** Where pending demand is taken from first. */
  defaultLocation: string
  published(skus: string[]): Promise<Shown>
  putInventory(rows: InventoryRow[]): Promise<Answer<RowResult[]>>
}

/** What the storefront was last told. */
export interface Shown {
  /** By `keyOf`. */
  numbers: ReadonlyMap<string, string>
  /** Remembers what was told now, but for SKUs that were forgotten since this was read. */
  save(rows: InventoryRow[]): Promise<void>
}

export interface InventoryRow {
  sku: string
  locationKey: string
  quantity: string
  asOf: string
}

export type RowResult = { status: 'ok' } | { status: 'stale' } | { status: 'rejected'; message: string }

/** Rows whose stored number is newer than ours wait this long and are read again. */
const AFTER_STALE_MS = 1_000

/** As many as one call may name. */
const MOST_ORDERS = 5_000

/**
 * Many SKUs in one read and one bulk write. Odoo says in the same snapshot which of the pending orders it already holds, so
 * that an order is subtracted exactly once: by Odoo's reservation or by us, never by both and never by neither.
 * @returns an outcome per SKU, in the same order
 */
export const publishStock =
  (ports: PublishStockPorts) =>
  async (asked: string[]): Promise<Outcome[]> => {
    // Twice in one call, where an attempt that lost its lane still waits: rows that came twice would add up.
    const skus = [...new Set(asked)]
    const read = await readStock(ports, skus)
    if (!read.ok) return asked.map(() => read.outcome)
    const { asOf, stock, held, demand } = read.value
    const inOdoo = new Set(held)
    const pending = demand.filter(({ orderId }) => !inOdoo.has(orderId))
    const known = new Set(stock.map((row) => row.sku))

    const rows = sellable(stock, pending, ports).map((row): InventoryRow => ({ ...row, asOf }))
    const before = await ports.published(skus)
    const changed = rows.filter((row) => before.numbers.get(keyOf(row)) !== row.quantity)
    const outcomes = await put(ports, changed, before)
    if (held.length > 0) await ports.releaseDemand(held)

    const bySku = Map.groupBy(changed, ({ sku }) => sku)
    return asked.map((sku) => {
      if (!known.has(sku)) return skip('not_for_us', `Odoo has no single stocked product with the reference ${sku}`)
      const own = bySku.get(sku) ?? []
      const failed = own.map((row) => outcomes.get(keyOf(row))).find((outcome) => outcome !== undefined)
      if (failed) return failed
      if (own.length === 0) return skip('unchanged', 'the storefront already shows this number')
      return done(own.map((row) => `${row.locationKey} ${row.quantity}`).join(', '))
    })
  }

/** @returns what Odoo has, as old as what is known to be sold: a sale meanwhile is in neither, and makes the number stale */
async function readStock({ now, demand, readStock, releaseDemand }: PublishStockPorts, skus: string[]) {
  for (;;) {
    const began = now()
    const sold = await demand(skus)
    const orders = [...new Set(sold.map(({ orderId }) => orderId))]
    const read = await readStock(skus, orders.slice(0, MOST_ORDERS))
    if (!read.ok) return read
    const { held } = read.value
    if (orders.length <= MOST_ORDERS || held.length === 0) {
      const asOf = new Date(Date.parse(read.value.asOf) - Math.ceil(now() - began)).toISOString()
      return { ok: true as const, value: { ...read.value, asOf, demand: sold } }
    }
    // Who could not be asked about would count as not yet in Odoo, and too little would be for sale.
    await releaseDemand(held)
  }
}

/** The rows that failed, by key; every other row is published and remembered. */
async function put(ports: PublishStockPorts, rows: InventoryRow[], before: Shown): Promise<Map<string, Outcome>> {
  const failed = new Map<string, Outcome>()
  for (let start = 0; start < rows.length; start += 500) {
    const part = rows.slice(start, start + 500)
    const answer = await ports.putInventory(part)
    part.forEach((row, index) => {
      const outcome = answer.ok ? rowOutcome(row, answer.value[index]) : answer.outcome
      if (outcome) failed.set(keyOf(row), outcome)
    })
    await before.save(part.filter((row) => !failed.has(keyOf(row))))
  }
  return failed
}

function rowOutcome(row: InventoryRow, result: RowResult | undefined): Outcome | undefined {
  if (result?.status === 'ok') return undefined
  if (result?.status === 'rejected') {
    return correct({
      code: 'inventory_rejected',
      field: '/sku',
      value: row.sku,
      message: `The storefront refuses stock of ${row.sku} at ${row.locationKey}: ${result.message}`,
      remedy: 'Create the product and the location in the storefront, or leave the warehouse unmapped, and replay.',
    })
  }
  return retry('stale_quantity', 'The storefront sold meanwhile; the number is read again.', AFTER_STALE_MS)
}

export const keyOf = (row: { sku: string; locationKey: string }): string => `${row.sku} ${row.locationKey}`
