import type { Operation } from '../../odoo-bridge/client/shapes.ts'

/** Operations as the mapping writes them, small enough to read in a test. */
export const MORNING = '2026-03-01T09:00:00.000Z'
export const NOON = '2026-03-01T12:00:00.000Z'
export const EVENING = '2026-03-01T18:00:00.000Z'

export const product = (sku: string) => ({ $find: { model: 'product.product', by: { default_code: sku } } })
export const salesTax = (rate: string, included = false) => ({
  $set: [{ $find: { model: 'account.tax', by: { type_tax_use: 'sale', amount: rate, price_include: included } } }],
})

export interface LineWish {
  ref?: string
  sku: string
  quantity?: string
  price: string
  rate?: string
  more?: Record<string, unknown>
}

export const line = ({ ref = 'L1', sku, quantity = '1', price, rate = '15', more = {} }: LineWish) => ({
  clarity_ref: ref,
  product_id: product(sku),
  name: sku,
  product_uom_qty: quantity,
  price_unit: price,
  discount: '0',
  tax_ids: salesTax(rate),
  ...more,
})

export const guest = (email: string, values: Record<string, unknown> = {}) => ({
  kind: 'customer',
  ref: `guest:${email}`,
  version: MORNING,
  model: 'res.partner',
  values: { name: `Guest ${email}`, email, ...values },
  match: { email_normalized: email, name: `Guest ${email}`, parent_id: false },
})

export interface OrderWish extends Partial<Operation> {
  ref: string
  lines: ReturnType<typeof line>[]
  email?: string
  more?: Record<string, unknown>
}

/** A confirmed order of a guest. */
export function order({ ref, lines, email = `${ref}@shop.example`, more = {}, ...rest }: OrderWish): Operation {
  return {
    id: `op-${ref}`,
    kind: 'order',
    ref,
    version: NOON,
    hash: 'first',
    model: 'sale.order',
    ensure: [guest(email)],
    values: {
      partner_id: { $ref: `customer:guest:${email}` },
      client_order_ref: ref,
      order_line: { $lines: { key: 'clarity_ref', items: lines } },
      ...more,
    },
    follow: ['confirm'],
    ...rest,
  }
}
