import { createHash } from 'node:crypto'
import { median, quantile } from 'simple-statistics'
import { type RecentOrder, type RecentOrders, recentOrders } from './recent-orders.ts'
import { robustSigma } from './season.ts'

/** What of an order is judged; numbers, because nothing of it is booked. */
export interface SeenOrder {
  id: string
  /** Unix milliseconds. */
  at: number
  /** Whoever ordered, by a key that is no personal datum (a hash). */
  person: string
  country: string
  lines: {
    sku: string
    quantity: number
    unitPrice: number
    listPrice?: number
    discountPercent?: number
    taxRate?: number
  }[]
}

export type OrderRule = 'quantity' | 'price' | 'discount' | 'duplicate' | 'tax'

export interface RecordFinding {
  rule: OrderRule | 'stock'
  /** SKU, country or the other order. */
  about: string
  seen: number
  low: number
  high: number
  /** How often the like was seen before. */
  known: number
  /** Another record that it is compared with. */
  other?: string
}

export interface Limits {
  /** By rule; 1 as delivered, above 1 it takes more. */
  tolerance(rule: RecordFinding['rule']): number
}
export const asDelivered: Limits = { tolerance: () => 1 }

/** Orders, and time, that must have been seen before anything about one is an anomaly. */
export const LEARN_ORDERS = 300
export const LEARN_MS = 14 * 24 * 3_600_000
/** Lines of one product, before its own quantities and prices count; until then those of the whole shop do. */
const LEARN_LINES = 50
const KEPT = 300
const KEPT_OF_ALL = 2000
/** Two orders of one person with the same goods within this time are probably one. Milliseconds. */
export const TWICE_WITHIN = 10 * 60_000

/** What orders usually are, learnt from one order after another. Everything it holds can be stored as it is. */
export interface OrderHistory {
  orders: number
  /** Unix milliseconds of the first. */
  since?: number
  /** The last quantities, prices against list, and discounts, by SKU; `*` for all. */
  quantities: Record<string, number[]>
  ratios: Record<string, number[]>
  prices: Record<string, number[]>
  discounts: number[]
  /** What only one line in two hundred is larger than. */
  large?: { quantity: number; after: number }
  /** By country: how often which rate. */
  rates: Record<string, Record<string, number>>
  /** The last orders, for the same one again. */
  recent: RecentOrders
}

export const noHistory = (): OrderHistory => ({
  orders: 0,
  quantities: {},
  ratios: {},
  prices: {},
  discounts: [],
  rates: {},
  recent: recentOrders(TWICE_WITHIN),
})

/**
 * What is odd about an order, by what was before it. Pure.
 * @param elsewhere orders of the last minutes that the history does not know of
 */
export function judgeOrder(
  order: SeenOrder,
  history: OrderHistory,
  limits: Limits = asDelivered,
  elsewhere: readonly RecentOrder[] = [],
): RecordFinding[] {
  const twice = duplicateOf(order, history, elsewhere)
  if (history.orders < LEARN_ORDERS || order.at - (history.since ?? order.at) < LEARN_MS) return []
  const lines = order.lines.flatMap((line) => [
    ...quantityOf(line, history, limits.tolerance('quantity')),
    ...priceOf(line, history, limits.tolerance('price')),
    ...discountOf(line, history, limits.tolerance('discount')),
    ...taxOf(order.country, line, history, limits.tolerance('tax')),
  ])
  return [...(twice ? [twice] : []), ...onePerRule(lines)]
}

/**
 * Remembers an order. Changes the history that it is given.
 * @param of whether a product's own part is to learn from it; `*` is all of them together
 */
export function learnOrder(order: SeenOrder, history: OrderHistory, of: (sku: string) => boolean = () => true): void {
  history.orders += 1
  history.since = Math.min(history.since ?? order.at, order.at)
  for (const { discountPercent, taxRate } of order.lines) {
    if (discountPercent) history.discounts = [...history.discounts.slice(1 - KEPT), discountPercent]
    if (taxRate !== undefined) {
      const rates = history.rates[order.country] ?? {}
      history.rates[order.country] = { ...rates, [taxRate]: (rates[taxRate] ?? 0) + 1 }
    }
  }
  learnLines(order, history, of)
  history.recent.add(recentOf(order))
}

/** The part of an order that each of its products learns. */
export function learnLines({ lines }: SeenOrder, history: OrderHistory, of: (sku: string) => boolean): void {
  for (const { sku, quantity, unitPrice, listPrice } of lines) {
    for (const key of [sku, '*']) {
      if (!of(key)) continue
      keep(history.quantities, key, quantity)
      if (key !== '*') keep(history.prices, key, unitPrice)
      if (listPrice) keep(history.ratios, key, unitPrice / listPrice)
    }
  }
}

function keep(lists: Record<string, number[]>, key: string, value: number): void {
  const list = lists[key] ?? []
  lists[key] = list
  list.push(value)
  const most = key === '*' ? KEPT_OF_ALL : KEPT
  // Not with every value: moving the rest is the dear part.
  if (list.length > most * 1.5) list.splice(0, list.length - most)
}

type Line = SeenOrder['lines'][number]

/** By orders of magnitude: twelve where two are usual may be a company, five hundred is a slip of the hand. */
function quantityOf({ sku, quantity }: Line, history: OrderHistory, tolerance: number): RecordFinding[] {
  const { quantities } = history
  const own = quantities[sku] ?? []
  const seen = own.length >= LEARN_LINES ? own : (quantities['*'] ?? [])
  const logs = seen.map((value) => Math.log(Math.max(value, 0.01)))
  const middle = median(logs)
  // A company may order of anything what companies order of something.
  const large = largeOf(history)
  const spread = Math.max(robustSigma(logs), 0.35)
  const high = Math.max(
    Math.exp(middle + 6 * tolerance * spread),
    2 * tolerance * quantile(seen, 0.99),
    3.5 * tolerance * large,
  )
  return quantity > high
    ? [{ rule: 'quantity', about: sku, seen: quantity, low: Math.min(...seen), high, known: seen.length }]
    : []
}

/** Taken anew after every hundred orders: it hardly moves, and is asked for with every line. */
function largeOf(history: OrderHistory): number {
  const { large, orders, quantities } = history
  if (large && orders - large.after < 100) return large.quantity
  history.large = { quantity: quantile(quantities['*'] ?? [1], 0.995), after: orders }
  return history.large.quantity
}

/** Against the list price where it is known, else against what the product was sold for before. */
function priceOf(
  { sku, unitPrice, listPrice }: Line,
  { ratios, prices }: OrderHistory,
  tolerance: number,
): RecordFinding[] {
  const before = prices[sku] ?? []
  const reference = listPrice ?? (before.length >= LEARN_LINES ? median(before) : undefined)
  if (!reference || reference <= 0) return []
  const own = ratios[sku] ?? []
  const seen =
    listPrice === undefined
      ? before.map((price) => price / reference)
      : own.length >= LEARN_LINES
        ? own
        : (ratios['*'] ?? [])
  if (seen.length < LEARN_LINES) return []
  // A slip that was let through must not become usual at once; a new price that stays does.
  const [least, most] = [quantile(seen, 0.02), quantile(seen, 0.98)]
  const low = Math.min(least * 0.75, 0.5) / tolerance
  const high = Math.max(most * 1.35, 1.6) * tolerance
  const ratio = unitPrice / reference
  return ratio < low || ratio > high
    ? [{ rule: 'price', about: sku, seen: unitPrice, low: low * reference, high: high * reference, known: seen.length }]
    : []
}

function discountOf({ sku, discountPercent }: Line, { discounts }: OrderHistory, tolerance: number): RecordFinding[] {
  if (!discountPercent) return []
  const most = discounts.length === 0 ? 0 : quantile(discounts, 0.98)
  const high = Math.min(99.9, Math.max(most + 15, 40) * tolerance)
  return discountPercent > high
    ? [{ rule: 'discount', about: sku, seen: discountPercent, low: 0, high, known: discounts.length }]
    : []
}

/** A rate that was never charged where nearly everything has another. */
function taxOf(country: string, { taxRate }: Line, { rates }: OrderHistory, tolerance: number): RecordFinding[] {
  const known = rates[country]
  if (taxRate === undefined || known === undefined) return []
  const all = Object.values(known).reduce((sum, count) => sum + count, 0)
  if (all < 50 * tolerance || (known[taxRate] ?? 0) / all > 0.002 / tolerance) return []
  const usual = Object.entries(known)
    .filter(([, count]) => count / all > 0.01)
    .map(([rate]) => Number(rate))
  return [{ rule: 'tax', about: country, seen: taxRate, low: Math.min(...usual), high: Math.max(...usual), known: all }]
}

function duplicateOf(
  order: SeenOrder,
  { recent }: OrderHistory,
  elsewhere: readonly RecentOrder[],
): RecordFinding | undefined {
  const own = recentOf(order)
  const other = [...recent.like(own), ...elsewhere].find(
    (one) => one.id !== own.id && one.same === own.same && own.at - one.at <= TWICE_WITHIN,
  )
  return (
    other && {
      rule: 'duplicate',
      about: other.id,
      other: other.id,
      seen: Math.round((order.at - other.at) / 60_000),
      low: 0,
      high: TWICE_WITHIN / 60_000,
      known: recent.count + elsewhere.length,
    }
  )
}

export const recentOf = ({ id, at, person, lines }: SeenOrder): RecentOrder => {
  const basket = lines.map(({ sku, quantity }) => [sku, quantity].join()).sort()
  return {
    id,
    at,
    same: createHash('sha256')
      .update(JSON.stringify([person, ...basket]))
      .digest('base64')
      .slice(0, 16),
  }
}

const onePerRule = (findings: RecordFinding[]): RecordFinding[] =>
  findings.filter((one, at) => findings.findIndex(({ rule }) => rule === one.rule) === at)

/** The moves of one product's stock. */
export interface StockHistory {
  /** The last reading, and the last ordinary one: a wrong number that is put right again is one anomaly, not two. */
  quantity?: number
  ordinary?: number
  moves: number[]
}

/** The largest moves of all products: deliveries of goods are rare, and another product's tells how large they are. */
export interface StockMoves {
  known: number
  /** Unix milliseconds of the first reading. */
  since?: number
  largest: number[]
}

/** Moves that must have been seen before a jump is one. */
const LEARN_MOVES = 500
const LARGEST = 20

/** A stock below nothing, or a jump of a size that was never seen. Pure. */
export function judgeStock(
  sku: string,
  quantity: number,
  { quantity: before, ordinary = before, moves }: StockHistory,
  all: StockMoves,
  at: number,
  tolerance = 1,
): RecordFinding[] {
  if (all.known < LEARN_MOVES || at - (all.since ?? at) < LEARN_MS) return []
  const known = moves.length
  if (quantity < 0 && (before === undefined || before >= 0)) {
    return [{ rule: 'stock', about: sku, seen: quantity, low: 0, high: Math.max(0, before ?? 0), known }]
  }
  if (before === undefined) return []
  const reach = Math.max(20, 3 * tolerance * Math.max(0, ...moves.map(Math.abs)), 2 * tolerance * median(all.largest))
  return Math.min(Math.abs(quantity - before), Math.abs(quantity - (ordinary ?? before))) > reach
    ? [{ rule: 'stock', about: sku, seen: quantity, low: Math.max(0, before - reach), high: before + reach, known }]
    : []
}

/** Remembers a reading. @param odd it was found to be out of the ordinary: where the stock is, is remembered, not how it came there */
export function learnStock(quantity: number, history: StockHistory, all: StockMoves, at: number, odd = false): void {
  all.since ??= at
  const move = history.ordinary === undefined ? 0 : quantity - history.ordinary
  history.quantity = quantity
  if (odd) return
  history.ordinary = quantity
  if (move === 0) return
  history.moves = [...history.moves.slice(-99), move]
  all.known += 1
  all.largest = [...all.largest, Math.abs(move)].sort((a, b) => b - a).slice(0, LARGEST)
}
