import type { Order } from '../../../shared/entities.ts'
import { amount } from '../../../shared/money.ts'
import type { Problem } from '../../../shared/outcome.ts'
import { type Adjustment, adjustments } from './adjustments.ts'
import { type WrittenItem, writeItems } from './lines.ts'
import type { Parties } from './parties.ts'
import { inferRate, type Taxation, taxation } from './taxes.ts'

/** An order with what is derived from it, in its own shape: a field keeps its pointer. */
export interface PreparedOrder extends Omit<Order, 'items' | 'shippingLines'> {
  items: (Order['items'][number] & { written: WrittenItem })[]
  shippingLines: (Order['shippingLines'][number] & { written: Taxation & { ref: string } })[]
  adjustments: Adjustment[]
  foreignCurrency: boolean
  parties: { customer: string; contact?: string; billing: string; shipping: string }
}

export function prepareOrder(
  order: Order,
  parties: Parties,
  companyCurrency: string,
): { prepared: PreparedOrder; problems: Problem[] } {
  const written = writeItems(order)
  const shipping = order.shippingLines.map((line, index) => shippingTax(order, line, index))
  const prepared: PreparedOrder = {
    ...order,
    items: order.items.flatMap((item, index) => {
      const own = written[index]
      return own ? { ...item, written: own } : []
    }),
    shippingLines: order.shippingLines.flatMap((line, index) => {
      const tax = shipping[index]
      return tax && !('code' in tax) ? { ...line, written: { ...tax, ref: `shipping:${index + 1}` } } : []
    }),
    adjustments: adjustments(order, written),
    foreignCurrency: order.currency !== companyCurrency,
    parties: {
      customer: parties.customer.ref,
      ...(parties.contact && { contact: parties.contact.ref }),
      billing: parties.billing.ref,
      shipping: parties.shipping.ref,
    },
  }
  return { prepared, problems: shipping.filter((one) => 'code' in one) }
}

function shippingTax(order: Order, line: Order['shippingLines'][number], index: number): Taxation | Problem {
  const base = amount(line.amount)
  const rates = [...new Set(order.items.map(({ taxRate }) => taxRate))]
  const taxRate = line.taxRate ?? inferRate(base, line.taxAmount, rates, order)
  if (taxRate !== undefined) return taxation({ ...line, taxRate }, base, order)
  return {
    code: 'no_tax_rule',
    field: `/shippingLines/${index}/taxRate`,
    target: '/order_line',
    value: line.taxAmount,
    message: `Shipping “${line.method}” carries tax of ${line.taxAmount}, which none of the order's tax rates gives.`,
    remedy: 'Let the storefront send the tax rate of shipping, or write it here, and replay.',
  }
}
