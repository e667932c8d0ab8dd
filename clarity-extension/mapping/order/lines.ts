import type { Order, OrderItem } from '../../../shared/entities.ts'
import { type Amount, amount, coinOf, currencyDigits, round } from '../../../shared/money.ts'
import { type Taxation, taxation } from './taxes.ts'

/** How an item is written so that Odoo computes the storefront's total from it. */
export interface WrittenItem extends Taxation {
  /** False for what somebody else sends: it is left out of the order. */
  ours: boolean
  unitPrice: string
  /** Discount in percent, at most 2 decimals: Odoo keeps no more. */
  percent?: string
  /** What unit price and percent leave of the line's total; a line of its own. */
  rest: string
  /** Whether quantity, unit price and percent give whole coins. */
  whole: boolean
}

/** A discount stays a percentage where that gives the line's total; else it is a line of its own. */
export function writeItem(item: OrderItem, order: Order): WrittenItem {
  const digits = currencyDigits(order.currency)
  const tax = taxation(item, amount(item.total), order)
  const ours = item.fulfilledBy !== 'thirdParty'
  const { percent, given } = percentOf(item)
  const raw = priceOf(item, item.unitPrice, percent)
  const off = raw.minus(amount(item.total)).abs()
  // The storefront's own percentage is one, however the storefront rounds what it gives.
  const fits = given ? off.lt(coinOf(digits)) : round(raw, digits).eq(amount(item.total))
  if (!fits) return { ...tax, ours, ...exactly(item, digits) }
  return { ...tax, ours, unitPrice: item.unitPrice, ...(percent && { percent }), rest: '0', whole: off.isZero() }
}

const HUNDREDTH = amount('0.01')

function priceOf(item: OrderItem, unitPrice: string, percent: string | undefined): Amount {
  const gross = amount(item.quantity).times(amount(unitPrice))
  return percent === undefined ? gross : gross.times(amount(100).minus(amount(percent))).times(HUNDREDTH)
}

/** The storefront's own percentage, or the one of two decimals nearest to its amount. */
function percentOf(item: OrderItem): { percent?: string; given: boolean } {
  if (amount(item.discount).isZero()) return { given: true }
  const gross = amount(item.quantity).times(item.unitPrice)
  if (gross.isZero()) return { given: false }
  const given = item.discountPercent ? amount(item.discountPercent) : undefined
  if (given && given.decimalPlaces() <= 2) return { percent: given.toFixed(), given: true }
  return { percent: round(amount(item.discount).times(100).div(gross), 2).toFixed(), given: false }
}

/**
 * A unit price of which this quantity costs whole coins (the storefront's, or one next to it), and the rest of the total beside
 * it. A quantity in fractions may have no such price; then the line itself is rounded.
 */
function exactly(item: OrderItem, digits: number): { unitPrice: string; rest: string; whole: boolean } {
  const quantity = amount(item.quantity)
  const given = amount(item.unitPrice)
  const costsCoins = (price: Amount) => price.times(quantity).decimalPlaces() <= digits
  const unitPrice = [given, round(given, digits)].find(costsCoins) ?? given
  const taken = round(unitPrice.times(quantity), digits)
  return {
    unitPrice: unitPrice.toFixed(),
    rest: amount(item.total).minus(taken).toFixed(),
    whole: costsCoins(unitPrice),
  }
}
