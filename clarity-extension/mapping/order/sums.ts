import type { Order, OrderItem } from '../../../shared/entities.ts'
import { type Amount, amount, coinOf, currencyDigits, sum, ZERO } from '../../../shared/money.ts'
import type { Facts } from '../../../shared/outcome.ts'

/** What an order says about itself, added up. */
export interface Sums {
  subtotal: Amount
  shipping: Amount
  discounts: Amount
  tax: Amount
  total: Amount
}

/**
 * Whether the order's own figures agree: every line within less than one smallest coin (storefronts round halves differently),
 * subtotal, shipping and total exactly, tax within half a coin per line (rounding per line or per document).
 * @returns both computations when they do not, else undefined
 */
export function inconsistency(order: Order): Facts | undefined {
  const coin = coinOf(currencyDigits(order.currency))
  const computed = addUp(order)
  const priceOf = (item: OrderItem) => amount(item.quantity).times(amount(item.unitPrice)).minus(amount(item.discount))
  const wrong = order.items.filter((item) => priceOf(item).minus(amount(item.total)).abs().gte(coin))
  const taxLines = order.items.length + order.shippingLines.length + order.discounts.length
  const taxOff = amount(order.taxTotal).minus(computed.tax).abs()
  const agree =
    wrong.length === 0 &&
    computed.subtotal.eq(order.subtotal) &&
    computed.shipping.eq(order.shippingTotal) &&
    computed.total.eq(order.total) &&
    taxOff.lte(coin.times(taxLines).div(2))
  if (agree) return undefined
  return {
    currency: order.currency,
    pricesIncludeTax: order.pricesIncludeTax,
    given_subtotal: order.subtotal,
    computed_subtotal: computed.subtotal.toFixed(),
    given_shipping: order.shippingTotal,
    computed_shipping: computed.shipping.toFixed(),
    computed_discounts: computed.discounts.toFixed(),
    given_tax: order.taxTotal,
    computed_tax: computed.tax.toFixed(),
    given_total: order.total,
    computed_total: computed.total.toFixed(),
    lines: wrong.map((item) => ({ line: item.lineId, given: item.total, computed: priceOf(item).toFixed() })),
  }
}

/** The total takes the order's own tax, so that a difference in tax shows as one in tax only. */
function addUp(order: Order): Sums {
  const subtotal = sum(order.items.map(({ total }) => amount(total)))
  const shipping = sum(order.shippingLines.map((line) => amount(line.amount)))
  const discounts = sum(order.discounts.map((discount) => amount(discount.amount)))
  const tax = sum([
    ...[...order.items, ...order.shippingLines].map(({ taxAmount }) => amount(taxAmount)),
    ...order.discounts.map(({ taxAmount }) => amount(taxAmount).neg()),
  ])
  const added = order.pricesIncludeTax ? ZERO : amount(order.taxTotal)
  return { subtotal, shipping, discounts, tax, total: subtotal.plus(shipping).minus(discounts).plus(added) }
}
