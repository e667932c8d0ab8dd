import { Decimal } from 'decimal.js'

/** Amounts are decimal strings on every wire and Decimals inside; a binary float never touches money. */
export type Amount = Decimal
export const amount = (given: string | number | Decimal): Amount => {
  if (typeof given !== 'string') return new Decimal(given)
  const known = parsed.get(given)
  if (known) return known
  if (parsed.size >= 10_000) parsed.clear()
  const read = new Decimal(given)
  parsed.set(given, read)
  return read
}

/** Reading text is most of what arithmetic costs, and every figure of an order is read several times. Decimals never change. */
const parsed = new Map<string, Amount>()

export const ZERO: Amount = new Decimal(0)

/** Minor-unit digits of a currency by ISO 4217, e.g. USD 2, JPY 0, KWD 3. */
export function currencyDigits(currency: string): number {
  const known = digitsOf.get(currency)
  if (known !== undefined) return known
  const digits =
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  digitsOf.set(currency, digits)
  return digits
}

/** One of the smallest unit of so many digits: 0.01 for 2. */
export function coinOf(digits: number): Amount {
  const known = coins.get(digits)
  if (known) return known
  const coin = new Decimal(10).pow(-digits)
  coins.set(digits, coin)
  return coin
}

const coins = new Map<number, Amount>()

/** A formatter costs a tenth of a millisecond to make, and prices ask for it many times per order. */
const digitsOf = new Map<string, number>()

/** Half away from zero, as invoices and Odoo do it. */
export const round = (value: Amount, digits: number): Amount => value.toDecimalPlaces(digits, Decimal.ROUND_HALF_UP)

/** Fixed notation with at least the currency's digits and never fewer than the value needs: `12` USD is `12.00`. */
export function format(value: Amount, currency: string): string {
  return value.toFixed(Math.max(currencyDigits(currency), value.decimalPlaces()))
}

export const sum = (values: Iterable<Amount>): Amount => {
  let total = ZERO
  for (const value of values) total = total.plus(value)
  return total
}

/**
 * Splits `total` by `weights` so that the parts add up to exactly `total`: largest remainder first, earlier part on a tie.
 * Weights that are all zero share equally. @param digits of the smallest unit that a part may have
 */
export function allocate(total: Amount, weights: readonly Amount[], digits: number): Amount[] {
  if (weights.length === 0) return []
  const unit = coinOf(digits)
  const weightSum = sum(weights.map((w) => w.abs()))
  const shares = weights.map((w) =>
    weightSum.isZero() ? total.div(weights.length) : total.times(w.abs()).div(weightSum),
  )
  const parts = shares.map((share) => share.toDecimalPlaces(digits, Decimal.ROUND_DOWN))
  let left = total.minus(sum(parts))
  const step = left.isNegative() ? unit.neg() : unit
  const order = shares
    .map((share, index) => ({ index, rest: share.minus(parts[index] ?? ZERO).abs() }))
    .sort((a, b) => b.rest.comparedTo(a.rest) || a.index - b.index)
  for (let i = 0; left.abs().gte(unit); i = (i + 1) % order.length) {
    const index = order[i]?.index ?? 0
    parts[index] = (parts[index] ?? ZERO).plus(step)
    left = left.minus(step)
  }
  parts[0] = (parts[0] ?? ZERO).plus(left)
  return parts
}
