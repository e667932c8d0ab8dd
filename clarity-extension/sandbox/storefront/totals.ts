import type { Order } from '../../../shared/entities.ts'
import { type Amount, amount, currencyDigits, round, sum, ZERO } from '../../../shared/money.ts'
import type { FieldError } from './problem.ts'

export type Amounts = Pick<
  Order,
  | 'currency'
  | 'pricesIncludeTax'
  | 'items'
  | 'shippingLines'
  | 'discounts'
  | 'subtotal'
  | 'shippingTotal'
  | 'taxTotal'
  | 'total'
>

/**
 * Every amount of a complete order that does not add up, by field. Sums are compared after rounding to the currency, so
 * that an order whose taxes were rounded once per document (parts with more digits) is as welcome as one rounded per line.
 */
export function amountsThatDoNotAddUp(order: Amounts): FieldError[] {
  const digits = currencyDigits(order.currency)
  const { items, shippingLines, discounts } = order
  const discountTotal = sum(discounts.map((line) => amount(line.amount)))
  const taxes = [
    ...items.map((line) => amount(line.taxAmount)),
    ...shippingLines.map((line) => amount(line.taxAmount)),
    ...discounts.map((line) => amount(line.taxAmount).neg()),
  ]
  const payable = amount(order.subtotal)
    .plus(amount(order.shippingTotal))
    .minus(discountTotal)
    .plus(order.pricesIncludeTax ? ZERO : amount(order.taxTotal))
  return [
    ...items.flatMap((item, index) => itemErrors(item, index, order, digits)),
    ...check(
      '/subtotal',
      order.subtotal,
      sum(items.map((item) => amount(item.total))),
      digits,
      'the sum of item totals',
    ),
    ...check(
      '/shippingTotal',
      order.shippingTotal,
      sum(shippingLines.map((line) => amount(line.amount))),
      digits,
      'the sum of shipping amounts',
    ),
    ...check(
      '/taxTotal',
      order.taxTotal,
      sum(taxes),
      digits,
      'the taxes of items and shipping less those of discounts',
    ),
    ...check('/total', order.total, payable, digits, 'subtotal and shipping less discounts, with taxes'),
  ]
}

function itemErrors(item: Order['items'][number], index: number, order: Amounts, digits: number): FieldError[] {
  const at = `/items/${index}`
  const net = amount(item.quantity).times(item.unitPrice).minus(item.discount)
  const errors = check(`${at}/total`, item.total, net, digits, 'quantity times unitPrice less discount')
  if (!taxFits(item, order, digits)) {
    errors.push({
      field: `${at}/taxAmount`,
      code: 'does_not_add_up',
      message: `${item.taxAmount} is not ${item.taxRate} % of ${item.total}.`,
    })
  }
  return errors
}

/** Within one smallest unit per piece: shops that round the tax of each piece are right too. */
function taxFits(item: Order['items'][number], order: Amounts, digits: number): boolean {
  const rate = amount(item.taxRate).div(100)
  const base = amount(item.total)
  const expected = order.pricesIncludeTax ? base.minus(base.div(rate.plus(1))) : base.times(rate)
  const unit = amount(10).pow(-digits)
  const tolerance = unit.times(amount(item.quantity).abs().plus(1))
  const off = amount(item.taxAmount).minus(expected)
  // A discount on the whole order may have lowered the lines' taxes already.
  if (order.discounts.length > 0 && off.isNegative()) return true
  return off.abs().lte(tolerance)
}

function check(field: string, given: string, computed: Amount, digits: number, what: string): FieldError[] {
  const wanted = round(computed, digits)
  if (round(amount(given), digits).eq(wanted)) return []
  return [{ field, code: 'does_not_add_up', message: `${given} is not ${what} (${wanted.toFixed(digits)}).` }]
}
