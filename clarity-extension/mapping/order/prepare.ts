import type { Order } from '../../../shared/entities.ts'
import type { Problem } from '../../../shared/outcome.ts'
import type { Adjustment } from './adjustments.ts'
import { type Expected, type Figures, figuresOf, shippingRef } from './figures.ts'
import type { Parties } from './parties.ts'
import { shippingTaxes } from './shipping.ts'
import type { Taxation } from './taxes.ts'

/** An order with what is derived from it, in its own shape: a field keeps its pointer. */
export interface PreparedOrder extends Omit<Order, 'items' | 'shippingLines'> {
  items: (Order['items'][number] & { written: Figures['items'][number] })[]
  shippingLines: (Order['shippingLines'][number] & { written: Taxation & { ref: string } })[]
  adjustments: Adjustment[]
  foreignCurrency: boolean
  parties: { customer: string; contact?: string; billing: string; shipping: string }
}

export type Prepared = { ok: true; order: PreparedOrder; expected: Expected } | { ok: false; problems: Problem[] }

export function prepareOrder(order: Order, parties: Parties, companyCurrency: string): Prepared {
  const shipping = shippingTaxes(order)
  if (!shipping.ok) return shipping
  const figures = figuresOf(order, shipping.taxes)
  const prepared: PreparedOrder = {
    ...order,
    items: order.items.flatMap((item, index) => {
      const written = figures.items[index]
      return written ? { ...item, written } : []
    }),
    shippingLines: order.shippingLines.flatMap((line, index) => {
      const tax = shipping.taxes[index]
      return tax ? { ...line, written: { ...tax, ref: shippingRef(index) } } : []
    }),
    adjustments: figures.adjustments,
    foreignCurrency: order.currency !== companyCurrency,
    parties: {
      customer: parties.customer.ref,
      ...(parties.contact && { contact: parties.contact.ref }),
      billing: parties.billing.ref,
      shipping: parties.shipping.ref,
    },
  }
  return { ok: true, order: prepared, expected: figures.expected }
}
