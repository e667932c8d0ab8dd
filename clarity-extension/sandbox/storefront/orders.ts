import { z } from 'zod'
import { address, decimal, type Order, type OrderItem, orderStatuses, payment } from '../../../shared/entities.ts'
import { amount, currencyDigits, format, round } from '../../../shared/money.ts'
import { type Api, type Incoming, pageQueryOf, textOf } from './api.ts'
import { etagOf, matchVersion, newId, type Stored } from './collection.ts'
import { mayMove } from './order-status.ts'
import { placeOrder } from './place-order.ts'
import { priceBook } from './price-book.ts'
import { price } from './pricing.ts'
import { invalid, notFound, parsed } from './problem.ts'
import type { Shop } from './shop.ts'
import { putBackStock, takeStock } from './stock.ts'

export function orderRoutes(api: Api, shop: Shop): void {
  api.get('/orders', 'orders:read', ({ query }) => {
    const where = { status: textOf(query, 'status'), externalKey: textOf(query, 'externalKey') }
    return { status: 200, body: shop.orders.list({ ...pageQueryOf(query), where }) }
  })
  api.get('/orders/digest', 'orders:read', () => ({ status: 200, body: shop.orders.digest() }))
  api.get('/orders/:id', 'orders:read', (incoming) => shown(200, orderOf(shop, incoming.param('id'))))
  api.post('/orders', 'orders:write', ({ body }) => shown(201, placeOrder(shop, body)))
  api.patch('/orders/:id/status', 'orders:write', (incoming) => shown(200, changeStatus(shop, incoming)))
}

export function orderOf(shop: Shop, id: string): Stored<Order> {
  const found = shop.orders.get(id)
  if (!found) throw notFound(`Order ${id}`)
  return found
}

/** By the shop's own hand or the ERP's: cancelling puts back what has not been shipped at all. */
export function setStatus(shop: Shop, before: Stored<Order>, wanted: Partial<Order>): Stored<Order> {
  const { status: from } = before.record
  const to = wanted.status ?? from
  if (!mayMove(from, to)) {
    const message = `An order that is ${from} cannot become ${to}.`
    throw invalid({ field: '/status', code: 'illegal_status', message })
  }
  const after = shop.orders.save(before, { ...before.record, ...wanted })
  if (!after.changed) return after
  if (to === 'cancelled' && from !== 'cancelled' && !hasShipments(shop, before.record.id)) {
    putBackStock(shop, before.record.id)
  }
  shop.events.emit(to === 'cancelled' && from !== 'cancelled' ? 'order.cancelled' : 'order.updated', after.record)
  return after
}

const edit = z.strictObject({
  note: z.string().nullable().optional(),
  purchaseOrderNumber: z.string().nullable().optional(),
  billingAddress: address.optional(),
  shippingAddress: address.optional(),
  /** The whole list; a known lineId keeps its price, one that is left out is removed. */
  items: z
    .array(z.object({ lineId: z.string().optional(), sku: z.string(), quantity: decimal }))
    .min(1)
    .optional(),
})

/** The shop's staff change an order after it was placed. */
export function editOrder(shop: Shop, id: string, body: unknown): Stored<Order> {
  const { items, ...fields } = parsed(edit, body)
  const before = orderOf(shop, id)
  const priced = items ? reprice(shop, before.record, items) : {}
  if (items) {
    putBackStock(shop, id)
    const missing = takeStock(shop, id, items, () => false)
    if (missing.length > 0) throw invalid(...missing)
  }
  const after = shop.orders.save(before, { ...before.record, ...fields, ...priced })
  if (after.changed) shop.events.emit('order.updated', after.record)
  return after
}

const paymentChange = z.strictObject({
  id: z.string().optional(),
  method: z.string().optional(),
  state: payment.shape.state,
  amount: decimal.optional(),
  fee: decimal.optional(),
})

/** A payment is captured, authorised, fails, is refunded; or another one is added. */
export function changePayment(shop: Shop, orderId: string, body: unknown): Stored<Order> {
  const wish = parsed(paymentChange, body)
  const before = orderOf(shop, orderId)
  const { payments, currency, total } = before.record
  const at = new Date(shop.clock()).toISOString()
  const known = payments.find(({ id }) => id === wish.id)
  if (wish.id !== undefined && !known) throw notFound(`Payment ${wish.id}`)
  const changed = known ?? {
    id: newId('pay', shop.clock()),
    method: 'card',
    amount: total,
    currency,
    state: wish.state,
    at,
  }
  const after = {
    ...changed,
    at,
    state: wish.state,
    amount: wish.amount ?? changed.amount,
    method: wish.method ?? changed.method,
    ...(wish.fee !== undefined && { fee: wish.fee }),
  }
  const list = known ? payments.map((one) => (one.id === after.id ? after : one)) : [...payments, after]
  const saved = shop.orders.save(before, { ...before.record, payments: list })
  if (saved.changed) shop.events.emit('order.paymentUpdated', saved.record)
  return saved
}

export const shown = <T>(status: number, { record, version }: Stored<T>) => ({
  status,
  body: record,
  etag: etagOf(version),
})

const statusChange = z
  .object({
    status: z.enum(orderStatuses).optional(),
    note: z.string().max(4000).optional(),
    externalKey: z.string().min(1).max(200).optional(),
    expectedShipDate: z.iso.date().nullable().optional(),
  })
  .refine(
    (body) => Object.values(body).some((value) => value !== undefined),
    'Give status, note, externalKey or expectedShipDate',
  )

function changeStatus(shop: Shop, { param, body, ifMatch }: Incoming): Stored<Order> {
  const { status, note, externalKey, expectedShipDate } = parsed(statusChange, body)
  const before = orderOf(shop, param('id'))
  matchVersion(ifMatch, before.version)
  const attributes = note === undefined ? {} : { attributes: { ...before.record.attributes, statusNote: note } }
  return setStatus(shop, before, {
    ...attributes,
    ...(status === undefined ? {} : { status }),
    ...(externalKey === undefined ? {} : { externalKey }),
    ...(expectedShipDate === undefined ? {} : { expectedShipDate }),
  })
}

const hasShipments = (shop: Shop, orderId: string): boolean => shop.shipments.anyUnder(orderId) !== undefined

/** Lines by this shop's way of pricing, with shipping and discounts of the order as they were. */
function reprice(shop: Shop, order: Order, wishes: { lineId?: string | undefined; sku: string; quantity: string }[]) {
  if (order.pricesIncludeTax || order.discounts.length > 0) {
    const message = 'Lines of an order with gross prices or order discounts cannot be edited here.'
    throw invalid({ field: '/items', code: 'not_editable', message })
  }
  const lines = new Map(order.items.map((item): [string, OrderItem] => [item.lineId, item]))
  let last = order.items.length
  const items = wishes.map((wish) => {
    const keep = wish.lineId === undefined ? undefined : lines.get(wish.lineId)
    if (wish.lineId !== undefined && !keep) throw notFound(`Line ${wish.lineId}`)
    if (keep) return { ...wish, keep: { ...keep, discountPercent: keep.discountPercent ?? percentOf(keep) } }
    last += 1
    return { ...wish, lineId: `L${last}` }
  })
  const priced = price({ items, shippingLines: [] }, order.currency, priceBook(shop))
  const digits = currencyDigits(order.currency)
  const text = (value: string) => format(round(amount(value), digits), order.currency)
  const shippingTax = order.shippingLines.reduce((sum, line) => sum.plus(line.taxAmount), amount(0))
  const taxTotal = amount(priced.taxTotal).plus(shippingTax)
  const total = amount(priced.subtotal).plus(order.shippingTotal).plus(taxTotal)
  return {
    items: priced.items,
    subtotal: priced.subtotal,
    taxTotal: text(taxTotal.toFixed()),
    total: text(total.toFixed()),
  }
}

/** A discount in money becomes the percentage it was, so that it follows the quantity. */
function percentOf(item: OrderItem): string | undefined {
  const gross = amount(item.quantity).times(item.unitPrice)
  if (gross.isZero() || amount(item.discount).isZero()) return undefined
  return amount(item.discount).times(100).div(gross).toFixed()
}
