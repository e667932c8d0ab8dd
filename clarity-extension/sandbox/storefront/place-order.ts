import { z } from 'zod'
import { address, contact, customerId, decimal, instant, type Order, order, orderId } from '../../../shared/entities.ts'
import { newId, type Stored } from './collection.ts'
import { priceBook } from './price-book.ts'
import { price } from './pricing.ts'
import { invalid, parsed, pointer } from './problem.ts'
import type { Shop } from './shop.ts'
import { takeStock } from './stock.ts'
import { amountsThatDoNotAddUp } from './totals.ts'

/**
 * Places an order: a checkout, which the shop prices and taxes, or a complete order (it gives `total`), which is taken as it
 * stands. Takes the goods from stock and tells of it. Throws 422 by field. Belongs inside a transaction.
 */
export function placeOrder(shop: Shop, body: unknown): Stored<Order> {
  const complete = typeof body === 'object' && body !== null && 'total' in body
  const draft = complete ? completeOrder(shop, body) : checkout(shop, body)
  requireCustomer(shop, draft)
  const missing = takeStock(shop, draft.id, draft.items, (sku) => complete || mayBackorder(shop, sku))
  if (missing.length > 0) throw invalid(...missing)
  const placed = shop.orders.insert(draft)
  shop.events.emit('order.created', placed.record)
  return placed
}

type Draft = Omit<Order, 'updatedAt'>

const checkoutShape = z
  .object({
    contact: contact.nullish(),
    customerId: customerId.nullish(),
    items: z
      .array(z.object({ sku: z.string().min(1), quantity: decimal }))
      .min(1)
      .max(200),
    shippingLines: z
      .array(z.object({ method: z.string().min(1), carrier: z.string().nullish(), amount: decimal.optional() }))
      .default([]),
    billingAddress: address.optional(),
    shippingAddress: address,
    purchaseOrderNumber: z.string().nullish(),
    note: z.string().nullish(),
    storeId: z.string().nullish(),
    attributes: z.record(z.string(), z.unknown()).default({}),
    payment: z.enum(['captured', 'authorized', 'pending']).default('captured'),
  })
  .refine((body) => body.contact || body.customerId, { path: ['contact'], message: 'Give a contact or a customerId' })

function checkout(shop: Shop, body: unknown): Draft {
  const wish = parsed(checkoutShape, body)
  const priced = price(
    wish,
    shop.settings.ensure('currency', () => 'USD'),
    priceBook(shop),
  )
  const { payment: state, items: _, shippingLines: __, ...rest } = wish
  const now = new Date(shop.clock()).toISOString()
  const payment = {
    id: newId('pay', shop.clock()),
    method: 'card',
    transactionId: newId('txn', shop.clock()),
    amount: priced.total,
    currency: priced.currency,
    state,
    at: now,
  }
  return {
    ...rest,
    ...priced,
    ...numbered(shop),
    status: 'pending',
    payments: [payment],
    billingAddress: wish.billingAddress ?? wish.shippingAddress,
    placedAt: now,
  }
}

const completeShape = order
  .omit({ id: true, updatedAt: true })
  .extend({ number: z.string().min(1).optional(), status: order.shape.status.optional(), placedAt: instant.optional() })

function completeOrder(shop: Shop, body: unknown): Draft {
  const given = parsed(completeShape, body)
  const wrong = amountsThatDoNotAddUp(given)
  if (wrong.length > 0) throw invalid(...wrong)
  const lineIds = given.items.map(({ lineId }) => lineId)
  const twice = lineIds.findIndex((lineId, index) => lineIds.indexOf(lineId) !== index)
  if (twice >= 0) {
    const message = 'Two lines have the same lineId.'
    throw invalid({ field: pointer(['items', twice, 'lineId']), code: 'duplicate_line', message })
  }
  const own = numbered(shop)
  const { number = own.number, status = 'pending', placedAt = new Date(shop.clock()).toISOString(), ...rest } = given
  return { ...rest, id: own.id, number, status, placedAt }
}

function numbered(shop: Shop) {
  return { id: orderId.parse(newId('ord', shop.clock())), number: `W${shop.settings.next('order.number', 1000)}` }
}

function requireCustomer(shop: Shop, { customerId: id }: Draft): void {
  if (id && !shop.customers.get(id)) {
    throw invalid({ field: '/customerId', code: 'unknown_customer', message: `There is no customer ${id}.` })
  }
}

function mayBackorder(shop: Shop, sku: string): boolean {
  return shop.products.anyUnder(sku)?.record.allowBackorder ?? false
}
