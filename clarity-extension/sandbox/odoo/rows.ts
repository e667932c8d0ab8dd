import { z } from 'zod'
import { OdooError } from './error.ts'
import type { Records } from './records.ts'

/** The records that business rules read, by model. Decimals are text. */
const id = z.int()
const link = z.int().nullable().default(null)
const label = z.string().nullable().default(null)
const number = z.string().default('0')
const flag = z.boolean().default(false)
const pickingState = z.enum(['draft', 'waiting', 'confirmed', 'assigned', 'done', 'cancel'])

/** What Odoo keeps of a line for its tax engine; here, decimals are text. */
const extraTaxData = z.looseObject({
  computation_key: z.string().optional(),
  manual_total_excluded_currency: z.string().optional(),
  manual_tax_amounts: z.record(z.string(), z.object({ tax_amount_currency: z.string() })).optional(),
  currency_id: z.int().optional(),
  price_unit: z.string().optional(),
  discount: z.string().optional(),
  quantity: z.string().optional(),
})

const shapes = {
  'res.currency': z.object({ id, name: z.string() }),
  'res.currency.rate': z.object({ id, currency_id: id, name: z.string(), rate: z.string() }),
  'product.product': z.object({
    id,
    name: z.string(),
    default_code: label,
    barcode: label,
    description_sale: label,
    weight: number,
    active: z.boolean().default(true),
    type: z.enum(['consu', 'service', 'combo']).default('consu'),
    is_storable: flag,
    list_price: number,
    taxes_id: z.array(id).default([]),
  }),
  'product.pricelist': z.object({ id, name: z.string(), currency_id: id }),
  'account.tax': z.object({ id, name: z.string(), amount: number, price_include: flag }),
  'delivery.carrier': z.object({ id, name: z.string() }),
  'stock.warehouse': z.object({ id, name: z.string(), code: z.string() }),
  'res.partner': z.object({
    ...{ id, name: label, email: label, phone: label, vat: label, company_name: label, city: label, parent_id: link },
    is_company: flag,
    property_product_pricelist: link,
    credit_limit: number,
    clarity_on_hold: flag,
    active: z.boolean().default(true),
  }),
  'sale.order': z.object({
    id,
    name: z.string(),
    state: z.enum(['draft', 'sent', 'sale', 'cancel']),
    partner_id: id,
    partner_shipping_id: link,
    currency_id: id,
    warehouse_id: id,
    carrier_id: link,
    client_order_ref: label,
    date_order: z.string(),
    clarity_currency_id: link,
    clarity_total: z.string().nullable().default(null),
    clarity_rate: z.string().nullable().default(null),
    clarity_rate_date: label,
    amount_untaxed: number,
    amount_tax: number,
    amount_total: number,
    delivery_status: z.enum(['pending', 'started', 'partial', 'full']).nullable().default(null),
    invoice_status: z.enum(['no', 'to invoice']),
  }),
  'sale.order.line': z.object({
    id,
    order_id: id,
    clarity_ref: label,
    product_id: link,
    name: z.string(),
    product_uom_qty: number,
    price_unit: number,
    discount: number,
    tax_ids: z.array(id),
    price_subtotal: number,
    price_tax: number,
    price_total: number,
    qty_delivered: number,
    extra_tax_data: z.preprocess(parsed, extraTaxData.nullish()),
  }),
  'stock.picking': z.object({
    id,
    name: z.string(),
    state: pickingState,
    sale_id: id,
    warehouse_id: id,
    carrier_id: link,
    carrier_tracking_ref: label,
    date_done: label,
    backorder_id: link,
  }),
  'stock.move': z.object({
    id,
    picking_id: id,
    product_id: id,
    sale_line_id: id,
    product_uom_qty: number,
    quantity: number,
    state: pickingState,
  }),
  'stock.quant': z.object({ id, product_id: id, warehouse_id: id, quantity: number, reserved_quantity: number }),
  'account.payment': z.object({
    id,
    name: label,
    state: z.string(),
    payment_type: z.string().default('inbound'),
    amount: number,
    currency_id: link,
    clarity_order_id: link,
  }),
  'clarity.payment': z.object({
    id,
    order_id: id,
    method: z.string(),
    amount: number,
    currency_id: id,
    journal_id: link,
    state: z.string(),
  }),
  'clarity.return': z.object({
    id,
    order_id: id,
    clarity_ref: z.string(),
    status: z.enum(['requested', 'approved', 'received', 'refunded', 'rejected']),
    currency_id: id,
    refund_amount: number,
    received: flag,
  }),
  'clarity.return.line': z.object({ id, return_id: id, line_ref: z.string(), quantity: number, restock: flag }),
}

/** A json field is kept as text. */
function parsed(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : value
}

type Shapes = typeof shapes
export type Model = keyof Shapes
export type RowOf<M extends Model> = z.infer<Shapes[M]>
export type Order = RowOf<'sale.order'>
export type Line = RowOf<'sale.order.line'>
export type Picking = RowOf<'stock.picking'>
export type Move = RowOf<'stock.move'>

/** One record; MissingError as Odoo raises it when it is gone. */
export function one<M extends Model>(records: Records, model: M, id: number): RowOf<M> {
  const row = records.get(model, id)
  if (!row)
    throw new OdooError('odoo.exceptions.MissingError', `Record does not exist or has been deleted. (${model} ${id})`)
  return shapeOf(model).parse(row)
}

/** All that match, archived ones included, oldest first. */
export function all<M extends Model>(records: Records, model: M, by: Parameters<Records['find']>[1] = {}): RowOf<M>[] {
  return records.find(model, by, { archived: true }).map((row) => shapeOf(model).parse(row))
}

function shapeOf<M extends Model>(model: M): z.ZodType<RowOf<M>> {
  const typed: { [K in Model]: z.ZodType<RowOf<K>> } = shapes
  return typed[model]
}
