import type { components } from '../../../odoo-bridge/client/schema.d.ts'
import { amount, currencyDigits } from '../../../shared/money.ts'
import { all, type Line, one, type RowOf } from './rows.ts'
import { pickingsOf } from './status.ts'
import { movesOf, quantOf } from './stock.ts'
import { linesOf } from './totals.ts'
import { isoTime, type World } from './world.ts'

type Schemas = components['schemas']

/** An order as a flow sees it. */
export function orderState(world: World, store: string, ref: string, id: number): Schemas['OrderState'] {
  const { records, links } = world
  const order = one(records, 'sale.order', id)
  return {
    ref,
    id,
    name: order.name,
    state: order.state,
    delivery_status: order.delivery_status,
    invoice_status: order.invoice_status,
    amount_total: order.amount_total,
    amount_tax: order.amount_tax,
    currency: one(records, 'res.currency', order.currency_id).name,
    version: links.get(store, 'order', ref)?.version ?? '',
    storefront: paidIn(world, order),
    // It plans no days.
    expected_date: null,
    pickings: pickingsOf(world, id).map(({ id, name, state }) => ({ id, name, state })),
  }
}

/** What the customer pays where the order was converted. */
function paidIn({ records }: World, order: RowOf<'sale.order'>): Schemas['OrderState']['storefront'] {
  const { clarity_currency_id: id, clarity_total: total } = order
  if (id === null || id === order.currency_id || total === null) return null
  const currency = one(records, 'res.currency', id).name
  return { total: amount(total).toFixed(currencyDigits(currency)), currency }
}

/** Outgoing deliveries of storefront orders, by id as text. */
export function pickingStates(world: World, refs: string[]): Schemas['PickingState'][] {
  return refs.flatMap((text) => {
    const row = /^\d{1,15}$/.test(text) ? world.records.get('stock.picking', Number(text)) : undefined
    const link = row && world.links.of('sale.order', Number(row.sale_id))
    return row && link ? [pickingState(world, row.id, link.ref)] : []
  })
}

/** A row per SKU and warehouse; a reference that several products share is nobody's. */
export function stockStates(world: World, skus: string[]): Schemas['StockState'][] {
  const warehouses = all(world.records, 'stock.warehouse')
  return skus.flatMap((sku) => {
    const [product, second] = world.records.find('product.product', { default_code: sku })
    if (!product?.is_storable || second) return []
    return warehouses.map(({ id, code }) => {
      const { quantity, reserved_quantity } = quantOf(world, product.id, id)
      const free = amount(quantity).minus(reserved_quantity).toFixed()
      return { sku, product_id: product.id, warehouse: code, free_quantity: free, on_hand: amount(quantity).toFixed() }
    })
  })
}

/** Those of the storefront's orders whose stock is held here, or needs no holding any more. */
export function heldOrders(world: World, store: string, refs: string[]): string[] {
  return refs.filter((ref) => {
    const link = world.links.get(store, 'order', ref)
    return link && ['sale', 'cancel'].includes(one(world.records, 'sale.order', link.res_id).state)
  })
}

/** The computation behind an order's totals, for a person to compare. */
export function computedOf(world: World, orderId: number): Schemas['Computed'] {
  const { amount_untaxed, amount_tax, amount_total } = one(world.records, 'sale.order', orderId)
  return { amount_untaxed, amount_tax, amount_total, lines: linesOf(world, orderId).map(lineFigures) }
}

function lineFigures(line: Line): Schemas['Computed']['lines'][number] {
  return {
    ...(line.clarity_ref === null ? {} : { ref: line.clarity_ref }),
    name: line.name,
    quantity: line.product_uom_qty,
    price_unit: line.price_unit,
    subtotal: line.price_subtotal,
    tax: line.price_tax,
    total: line.price_total,
  }
}

function pickingState(world: World, id: number, ref: string): Schemas['PickingState'] {
  const { records } = world
  const picking = one(records, 'stock.picking', id)
  const carrier = picking.carrier_id === null ? null : one(records, 'delivery.carrier', picking.carrier_id).name
  const moves = movesOf(world, id).filter(({ quantity }) => picking.state !== 'done' || !amount(quantity).isZero())
  const lines = moves.map((move) => ({
    line_ref: one(records, 'sale.order.line', move.sale_line_id).clarity_ref,
    sku: one(records, 'product.product', move.product_id).default_code,
    quantity: move.quantity,
  }))
  return {
    id,
    name: picking.name,
    state: picking.state,
    order: { id: picking.sale_id, ref },
    warehouse: one(records, 'stock.warehouse', picking.warehouse_id).code,
    carrier,
    tracking: picking.carrier_tracking_ref,
    tracking_url: null,
    done_at: picking.date_done && isoTime(picking.date_done),
    lines,
  }
}
