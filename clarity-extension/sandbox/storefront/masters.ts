import { z } from 'zod'
import { decimal } from '../../../shared/entities.ts'
import { amount } from '../../../shared/money.ts'
import type { Api } from './api.ts'
import { type FieldError, invalid } from './problem.ts'
import { type Body, createResource } from './resource.ts'
import type { Shop } from './shop.ts'

export type Masters = ReturnType<typeof createMasters>

/** Master data: what the ERP may upsert and the shop may change by its own hand, under the same rules. */
export function createMasters(shop: Shop) {
  const products = createResource(shop, {
    path: '/products',
    scopes: { read: 'products:read', write: 'products:write' },
    collection: shop.products,
    prefix: 'prd',
    events: { created: 'product.created', updated: 'product.updated' },
    byId: true,
    bulk: true,
    parts: ['prices'],
    parentField: 'sku',
    filters: { sku: 'parent' },
    guard: (wanted, before) => refuse(before ? [] : skuTaken(shop, wanted)),
    adopt: (body) => {
      const found = productOf(shop, body.sku)
      return found?.record.externalKey ? undefined : found
    },
  })
  const customers = createResource(shop, {
    path: '/customers',
    scopes: { read: 'customers:read', write: 'customers:write' },
    collection: shop.customers,
    prefix: 'cus',
    events: { created: 'customer.created', updated: 'customer.updated' },
    byId: true,
  })
  const priceRules = createResource(shop, {
    path: '/price-rules',
    scopes: { read: 'prices:read', write: 'prices:write' },
    collection: shop.priceRules,
    prefix: 'prc',
    bulk: true,
    guard: (wanted) => refuse(oneOfPriceAndPercent(wanted)),
  })
  const invoices = createResource(shop, {
    path: '/invoices',
    scopes: { read: 'invoices:read', write: 'invoices:write' },
    collection: shop.invoices,
    prefix: 'inv',
    parentField: 'orderId',
    filters: { orderId: 'parent' },
    guard: (wanted) => refuse([...unknownOrder(shop, wanted), ...balance(wanted)]),
  })
  const locations = createResource(shop, {
    path: '/inventory-locations',
    scopes: { read: 'inventory:read', write: 'inventory:write' },
    collection: shop.locations,
    prefix: 'loc',
    defaults: { active: true },
  })
  return { products, customers, priceRules, invoices, locations }
}

export function masterRoutes(api: Api, masters: Masters): void {
  for (const resource of Object.values(masters)) resource.routes(api)
}

function refuse(errors: FieldError[]): void {
  if (errors.length > 0) throw invalid(...errors)
}

const productOf = (shop: Shop, sku: unknown) => (typeof sku === 'string' ? shop.products.anyUnder(sku) : undefined)

function skuTaken(shop: Shop, { sku }: Body): FieldError[] {
  const owner = productOf(shop, sku)?.record
  if (!owner) return []
  const message = `${owner.sku} belongs to the product with the key ${owner.externalKey ?? owner.id}.`
  return [{ field: '/sku', code: 'duplicate_sku', message }]
}

function oneOfPriceAndPercent({ price, percent }: Body): FieldError[] {
  const given = [price, percent].filter((value) => value !== undefined && value !== null)
  if (given.length === 1) return []
  return [{ field: '/price', code: 'price_or_percent', message: 'Give either price or percent.' }]
}

function unknownOrder(shop: Shop, { orderId }: Body): FieldError[] {
  if (typeof orderId !== 'string' || shop.orders.get(orderId)) return []
  return [{ field: '/orderId', code: 'unknown_order', message: `There is no order ${orderId}.` }]
}

const figures = z.object({ status: z.string(), total: decimal, balanceDue: decimal })

function balance(wanted: Body): FieldError[] {
  const { data } = figures.safeParse(wanted)
  if (data?.status !== 'paid' || amount(data.balanceDue).isZero()) return []
  return [{ field: '/balanceDue', code: 'does_not_add_up', message: 'A paid invoice has nothing due.' }]
}
