import type { Order, OrderItem } from '../../../shared/entities.ts'
import { type Amount, amount, currencyDigits, round } from '../../../shared/money.ts'
import type { RawLine } from './predict.ts'
import { type Taxation, taxation } from './taxes.ts'

/** How an item is written so that Odoo computes the storefront's total from it. */
export interface WrittenItem extends Taxation {
  /** False for what somebody else sends: it is left out of the order. */
  ours: boolean
  unitPrice: string
  /** Discount in percent, at most 2 decimals. */
  percent?: string
  /** What unit price and percent leave of the line's total; a line of its own. */
  rest: string
}

/** `percent`: discounts stay percentages where that gives the line's total. `exact`: every line is a whole number of coins. */
export type Style = 'percent' | 'exact'

export function writeItem(item: OrderItem, order: Order, style: Style): WrittenItem {
  const digits = currencyDigits(order.currency)
  const tax = taxation(item, amount(item.total), order)
  const ours = item.fulfilledBy !== 'thirdParty'
  const percent = percentOf(item)
  const written = { ...tax, ours, unitPrice: item.unitPrice, ...(percent !== undefined && { percent }), rest: '0' }
  const { raw } = rawOf(item, written)
  const fits = style === 'percent' ? round(raw, digits).eq(item.total) : raw.eq(item.total)
  return fits ? written : { ...tax, ours, ...exactly(item, digits) }
}

export function rawOf(item: OrderItem, written: WrittenItem): RawLine {
  const gross = amount(item.quantity).times(written.unitPrice)
  if (written.percent === undefined) return { raw: gross, tax: written }
  return { raw: gross.times(amount(100).minus(written.percent)).times('0.01'), tax: written }
}

/** The storefront's own percentage, or the one of two decimals nearest to its amount. */
function percentOf(item: OrderItem): string | undefined {
  const gross: Amount = amount(item.quantity).times(item.unitPrice)
  if (amount(item.discount).isZero() || gross.isZero()) return undefined
  const given = item.discountPercent ? amount(item.discountPercent) : undefined
  if (given && given.decimalPlaces() <= 2) return given.toFixed()
  return round(amount(item.discount).times(100).div(gross), 2).toFixed()
}

/**
 * A unit price of which this quantity costs whole coins (the storefront's, or one next to it), and the rest of the total beside
 * it: exact however Odoo rounds. A quantity in fractions may have no such price; then the line itself is rounded.
 */
function exactly(item: OrderItem, digits: number): { unitPrice: string; rest: string } {
  const quantity = amount(item.quantity)
  const given = amount(item.unitPrice)
  const unitPrice =
    [given, round(given, digits)].find((price) => price.times(quantity).decimalPlaces() <= digits) ?? given
  const taken = round(unitPrice.times(quantity), digits)
  return { unitPrice: unitPrice.toFixed(), rest: amount(item.total).minus(taken).toFixed() }
}
