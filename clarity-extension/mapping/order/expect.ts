import type { Order } from '../../../shared/entities.ts'
import { amount, format, sum, ZERO } from '../../../shared/money.ts'
import { merchantsPart } from './adjustments.ts'
import type { WrittenItem } from './lines.ts'

export interface ExpectedTotals {
  amount_total: string
  amount_tax: string
}

/**
 * The totals that Odoo must compute. An order that somebody else sends a part of is written without that part: its lines and
 * its share of the discounts are taken off; shipping is the merchant's.
 */
export function expectedTotals(order: Order, items: readonly WrittenItem[]): ExpectedTotals {
  const theirs = order.items.filter((_, index) => !items[index]?.ours)
  const restOf = (whole: string) => amount(whole).minus(merchantsPart(order, items, amount(whole)))
  const lines = theirs.length === 0 ? [] : order.discounts
  const tax = amount(order.taxTotal)
    .minus(sum(theirs.map(({ taxAmount }) => amount(taxAmount))))
    .plus(sum(lines.map((discount) => restOf(discount.taxAmount))))
  const taken = sum(theirs.map(({ total }) => amount(total))).minus(sum(lines.map((one) => restOf(one.amount))))
  const taxTaken = order.pricesIncludeTax ? ZERO : amount(order.taxTotal).minus(tax)
  const total = amount(order.total).minus(taken).minus(taxTaken)
  return { amount_total: format(total, order.currency), amount_tax: format(tax, order.currency) }
}
