import type { components } from '../../odoo-bridge/client/schema.d.ts'
import { type Amount, amount, sum, ZERO } from '../../shared/money.ts'

export type StockState = components['schemas']['StockState']

/** What one storefront order takes of one SKU and Odoo does not hold yet. */
export interface Demand {
  orderId: string
  sku: string
  /** Decimal text. */
  quantity: string
}

export interface SellableOptions {
  /** Warehouse code -> locationKey; undefined where the warehouse is not for sale online. */
  location(warehouse: string): string | undefined
  /** Pieces kept back per SKU and location. */
  margin: number
  /** Where pending demand is taken from first. */
  defaultLocation: string
}

/**
 * What may be sold, per SKU and location: floor(free - pending) - margin, never below zero. Pending demand is taken at the
 * default location first and from the others, in their order, when that is not enough.
 */
export function sellable(
  stock: readonly StockState[],
  pending: readonly Demand[],
  options: SellableOptions,
): { sku: string; locationKey: string; quantity: string }[] {
  const demand = Map.groupBy(pending, ({ sku }) => sku)
  const bySku = Map.groupBy(stock, ({ sku }) => sku)
  return [...bySku].flatMap(([sku, rows]) => {
    const wanted = sum((demand.get(sku) ?? []).map(({ quantity }) => amount(quantity)))
    return takeAway(freeByLocation(rows, options), wanted).map(([locationKey, free]) => ({
      sku,
      locationKey,
      quantity: atLeastZero(free.floor().minus(options.margin)).toFixed(0),
    }))
  })
}

/** The default location stands first; warehouses that share a location add up. */
function freeByLocation(rows: readonly StockState[], options: SellableOptions): [string, Amount][] {
  const free = new Map<string, Amount>()
  for (const row of rows) {
    const key = options.location(row.warehouse)
    if (key !== undefined) free.set(key, (free.get(key) ?? ZERO).plus(row.free_quantity))
  }
  return [...free].sort(([a], [b]) => Number(b === options.defaultLocation) - Number(a === options.defaultLocation))
}

function takeAway(free: [string, Amount][], wanted: Amount): [string, Amount][] {
  let left = wanted
  return free.map(([key, quantity]) => {
    const taken = left.lt(quantity) ? left : atLeastZero(quantity)
    left = left.minus(taken)
    return [key, quantity.minus(taken)]
  })
}

const atLeastZero = (value: Amount): Amount => (value.isNegative() ? ZERO : value)
