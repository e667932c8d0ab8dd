import createClient from 'openapi-fetch'
import { z } from 'zod'
import {
  customer,
  inventoryLocation,
  invoice,
  order,
  product,
  returnRequest,
  shipment,
  storedInventoryLevel,
} from '../../shared/entities.ts'
import { refused } from '../../shared/outcome.ts'
import { upsertAnswer, upsertRows } from './bulk.ts'
import { type CallOptions, createCall, type Reply } from './call.ts'
import { idempotencyKey } from './idempotency.ts'
import { BULK_LIMIT, bulkAnswer, type InventoryResult, inRowOrder } from './inventory.ts'
import { type ClarityOptions, complete } from './options.ts'
import { changedSince, pageOf } from './paging.ts'
import type { components, paths } from './schema.d.ts'
import { createTokens } from './tokens.ts'
import { endpointWithSecret, ensureEndpoint, replayed, rotatedSecret, webhookEndpoint } from './webhooks.ts'

type Schemas = components['schemas']
export type OrderStatusChange = Schemas['OrderStatusChange']
export type ShipmentRequest = Schemas['ShipmentRequest']
export type ShipmentChange = Schemas['ShipmentChange']
export type InventoryRow = Schemas['InventoryRow']
export type ProductRow = Schemas['ProductBulk']['rows'][number]
export type PriceRuleRow = Schemas['PriceRuleBulk']['rows'][number]
export type CustomerChange = Schemas['CustomerChange']

export type ClarityClient = ReturnType<typeof createClarityClient>

/**
 * One Clarity storefront. Expected failure comes back as an outcome that shared/outcome.ts knows: `retry` (transient),
 * `correct` (the data must be mended), `refused` (the connection must). Writes take the meaning of the write, e.g.
 * `picking:42`, and send the idempotency key made of it, so repeating any call is safe.
 */
export function createClarityClient(options: ClarityOptions) {
  const settings = complete(options)
  const tokens = createTokens(settings)
  const call = createCall(settings, tokens)
  const api = createClient<paths>({ baseUrl: settings.baseUrl, fetch: settings.fetch, redirect: 'manual' })

  const endpoints = {
    /** All endpoints, without their secrets. */
    list: async (opts: CallOptions = {}) => {
      const params = { query: { pageSize: 200 } }
      const page = await call(
        'listWebhookEndpoints',
        'read',
        webhookPage,
        (req) => api.GET('/webhook-endpoints', { params, ...req }),
        opts,
      )
      return page.ok ? { ok: true as const, value: page.value.results } : page
    },
    add: (url: string, events: Schemas['EventType'][], opts: CallOptions = {}) =>
      call(
        'addWebhookEndpoint',
        'write',
        endpointWithSecret,
        (req) => api.POST('/webhook-endpoints', { body: { url, events, enabled: true }, ...req }),
        opts,
      ),
    change: (id: string, body: Schemas['WebhookEndpointChange'], opts: CallOptions = {}) =>
      call(
        'changeWebhookEndpoint',
        'write',
        webhookEndpoint,
        (req) => api.PATCH('/webhook-endpoints/{id}', { params: { path: { id } }, body, ...req }),
        opts,
      ),
  }

  return {
    getOrder: (id: string, opts: CallOptions = {}) =>
      call('getOrder', 'read', order, (req) => api.GET('/orders/{id}', { params: { path: { id } }, ...req }), opts),

    getCustomer: (id: string, opts: CallOptions = {}) =>
      call(
        'getCustomer',
        'read',
        customer,
        (req) => api.GET('/customers/{id}', { params: { path: { id } }, ...req }),
        opts,
      ),

    getProduct: (id: string, opts: CallOptions = {}) =>
      call(
        'getProduct',
        'read',
        product,
        (req) => api.GET('/products/{id}', { params: { path: { id } }, ...req }),
        opts,
      ),

    /** Fulfilment status, note, our key. @param meaning of this write, e.g. `order:77:status:shipped` */
    patchOrderStatus: (id: string, body: OrderStatusChange, meaning: string, opts: CallOptions = {}) => {
      const params = { path: { id }, header: keyed(meaning) }
      return call(
        'patchOrderStatus',
        'write',
        order,
        (req) => api.PATCH('/orders/{id}/status', { params, body, ...req }),
        opts,
      )
    },

    getReturn: (id: string, opts: CallOptions = {}) =>
      call(
        'getReturn',
        'read',
        returnRequest,
        (req) => api.GET('/returns/{id}', { params: { path: { id } }, ...req }),
        opts,
      ),

    /** @param meaning of this write, e.g. `return:7:received` */
    patchReturnStatus: (id: string, body: Schemas['ReturnStatusChange'], meaning: string, opts: CallOptions = {}) => {
      const params = { path: { id }, header: keyed(meaning) }
      return call(
        'patchReturnStatus',
        'write',
        returnRequest,
        (req) => api.PATCH('/returns/{id}/status', { params, body, ...req }),
        opts,
      )
    },

    /** Under the ERP's number. */
    putInvoice: (key: string, body: Schemas['InvoiceChange'], opts: CallOptions = {}) => {
      const params = { path: { externalKey: key } }
      return call(
        'putInvoice',
        'write',
        invoice,
        (req) => api.PUT('/invoices/by-key/{externalKey}', { params, body, ...req }),
        opts,
      )
    },

    /** Every shipment of the order, oldest first. */
    listShipments: async (orderId: string, opts: CallOptions = {}) => {
      const params = { path: { id: orderId }, query: { pageSize: 200 } }
      const page = await call(
        'listShipments',
        'read',
        shipmentPage,
        (req) => api.GET('/orders/{id}/shipments', { params, ...req }),
        opts,
      )
      return page.ok ? { ok: true as const, value: page.value.results } : page
    },

    /** @param meaning of this write, e.g. `picking:42` */
    postShipment: (orderId: string, body: ShipmentRequest, meaning: string, opts: CallOptions = {}) => {
      const params = { path: { id: orderId }, header: keyed(meaning) }
      return call(
        'postShipment',
        'write',
        shipment,
        (req) => api.POST('/orders/{id}/shipments', { params, body, ...req }),
        opts,
      )
    },

    /** Tracking that came later. @param meaning of this write, e.g. `picking:42:1Z999` */
    patchShipment: (
      orderId: string,
      shipmentId: string,
      body: ShipmentChange,
      meaning: string,
      opts: CallOptions = {},
    ) => {
      const params = { path: { id: orderId, shipmentId }, header: keyed(meaning) }
      return call(
        'patchShipment',
        'write',
        shipment,
        (req) => api.PATCH('/orders/{id}/shipments/{shipmentId}', { params, body, ...req }),
        opts,
      )
    },

    /** Absolute quantities, a result per row in the same order. @param rows at most 500 */
    putInventory: async (rows: readonly InventoryRow[], opts: CallOptions = {}): Promise<Reply<InventoryResult[]>> => {
      if (rows.length > BULK_LIMIT)
        throw new RangeError(`putInventory takes at most ${BULK_LIMIT} rows, not ${rows.length}`)
      if (rows.length === 0) return { ok: true, value: [] }
      const body = { rows: [...rows] }
      return inRowOrder(
        await call('putInventory', 'write', bulkAnswer, (req) => api.PUT('/inventory', { body, ...req }), opts),
        rows.length,
      )
    },

    /** Where the storefront keeps stock, the first 200. */
    inventoryLocations: async (opts: CallOptions = {}) => {
      const params = { query: { pageSize: 200 } }
      const page = await call(
        'listInventoryLocations',
        'read',
        locationPage,
        (req) => api.GET('/inventory-locations', { params, ...req }),
        opts,
      )
      return page.ok ? { ok: true as const, value: page.value.results } : page
    },

    /** Upserts by key, a result per row in the same order. @param rows at most 500 */
    putProducts: (rows: readonly ProductRow[], opts: CallOptions = {}) =>
      upsertRows('putProducts', rows, (body) =>
        call('putProducts', 'write', upsertAnswer, (req) => api.PUT('/products', { body, ...req }), opts),
      ),

    /** Upserts by key, a result per row in the same order. @param rows at most 500 */
    putPriceRules: (rows: readonly PriceRuleRow[], opts: CallOptions = {}) =>
      upsertRows('putPriceRules', rows, (body) =>
        call('putPriceRules', 'write', upsertAnswer, (req) => api.PUT('/price-rules', { body, ...req }), opts),
      ),

    /** @param meaning of this write, e.g. `product:55:key:MUG` */
    patchProduct: (id: string, body: Schemas['ProductChange'], meaning: string, opts: CallOptions = {}) => {
      const params = { path: { id }, header: keyed(meaning) }
      return call(
        'patchProduct',
        'write',
        product,
        (req) => api.PATCH('/products/{id}', { params, body, ...req }),
        opts,
      )
    },

    /** Upserts by key. */
    putCustomer: (key: string, body: CustomerChange, opts: CallOptions = {}) => {
      const params = { path: { externalKey: key } }
      return call(
        'putCustomer',
        'write',
        customer,
        (req) => api.PUT('/customers/by-key/{externalKey}', { params, body, ...req }),
        opts,
      )
    },

    /** @param meaning of this write, e.g. `customer:55:<hash>` */
    patchCustomer: (id: string, body: CustomerChange, meaning: string, opts: CallOptions = {}) => {
      const params = { path: { id }, header: keyed(meaning) }
      return call(
        'patchCustomer',
        'write',
        customer,
        (req) => api.PATCH('/customers/{id}', { params, body, ...req }),
        opts,
      )
    },

    putInventoryLocation: (key: string, body: Schemas['InventoryLocationChange'], opts: CallOptions = {}) => {
      const params = { path: { externalKey: key } }
      return call(
        'putInventoryLocation',
        'write',
        inventoryLocation,
        (req) => api.PUT('/inventory-locations/by-key/{externalKey}', { params, body, ...req }),
        opts,
      )
    },

    /** Orders changed since, oldest change first; see `changedSince`. */
    orders: (updatedAtMin?: string, opts: CallOptions = {}) =>
      changedSince(
        (query) => page('listOrders', (req) => api.GET('/orders', { params: { query }, ...req }), opts),
        order,
        idOf,
        updatedAtMin,
      ),

    customers: (updatedAtMin?: string, opts: CallOptions = {}) =>
      changedSince(
        (query) => page('listCustomers', (req) => api.GET('/customers', { params: { query }, ...req }), opts),
        customer,
        idOf,
        updatedAtMin,
      ),

    products: (updatedAtMin?: string, opts: CallOptions = {}) =>
      changedSince(
        (query) => page('listProducts', (req) => api.GET('/products', { params: { query }, ...req }), opts),
        product,
        idOf,
        updatedAtMin,
      ),

    returns: (updatedAtMin?: string, opts: CallOptions = {}) =>
      changedSince(
        (query) => page('listReturns', (req) => api.GET('/returns', { params: { query }, ...req }), opts),
        returnRequest,
        idOf,
        updatedAtMin,
      ),

    invoices: (updatedAtMin?: string, opts: CallOptions = {}) =>
      changedSince(
        (query) => page('listInvoices', (req) => api.GET('/invoices', { params: { query }, ...req }), opts),
        invoice,
        idOf,
        updatedAtMin,
      ),

    /** Id and hash of every record of a resource. */
    digest: (resource: (typeof digested)[number], opts: CallOptions = {}) =>
      call('digest', 'read', z.array(digestEntry), (req) => api.GET(`/${resource}/digest`, { ...req }), opts),

    listInventory: (updatedAtMin?: string, opts: CallOptions = {}) =>
      changedSince(
        (query) => page('listInventory', (req) => api.GET('/inventory', { params: { query }, ...req }), opts),
        storedInventoryLevel,
        idOf,
        updatedAtMin,
      ),

    listWebhookEndpoints: endpoints.list,
    addWebhookEndpoint: endpoints.add,
    changeWebhookEndpoint: endpoints.change,

    /** The storefront tells `url` of `events` (all by default), whatever it took. */
    ensureWebhookEndpoint: ensureEndpoint(endpoints),

    removeWebhookEndpoint: (id: string, opts: CallOptions = {}) =>
      call(
        'removeWebhookEndpoint',
        'write',
        z.undefined(),
        (req) => api.DELETE('/webhook-endpoints/{id}', { params: { path: { id } }, ...req }),
        opts,
      ),

    /** Both secrets sign until `previousSecretExpiresAt`. Not repeated by key: a lost answer is mended by rotating again. */
    rotateWebhookSecret: (id: string, opts: CallOptions = {}) =>
      call(
        'rotateWebhookSecret',
        'write',
        rotatedSecret,
        (req) => api.POST('/webhook-endpoints/{id}/rotate-secret', { params: { path: { id } }, ...req }),
        opts,
      ),

    /** Asks for past events again, under their own webhook ids. */
    replayWebhooks: (id: string, since: string, opts: CallOptions = {}) =>
      call(
        'replayWebhooks',
        'write',
        replayed,
        (req) => api.POST('/webhook-endpoints/{id}/replay', { params: { path: { id } }, body: { since }, ...req }),
        opts,
      ),

    /** Connection test: a token, and one small read with it. */
    async check(opts: CallOptions = {}): Promise<Reply<{ scope: string | undefined; ms: number }>> {
      const began = settings.clock()
      const token = await tokens.current()
      if (!token.ok) return token
      const read = await page(
        'check',
        (req) => api.GET('/orders', { params: { query: { pageSize: 1 } }, ...req }),
        opts,
      )
      if (read.ok) return { ok: true, value: { scope: token.scope, ms: settings.clock() - began } }
      return read.outcome.kind === 'correct' ? { ok: false, outcome: wrongAddress } : read
    },
  }

  function page(name: string, send: Parameters<typeof call>[3], opts: CallOptions) {
    return call(name, 'read', pageOf, send, opts)
  }
}

/** Resources whose records the bridge compares by hash. */
export const digested = ['orders', 'customers', 'products', 'returns'] as const
const digestEntry = z.object({ id: z.string().min(1), hash: z.string().min(1) })
export type DigestEntry = z.infer<typeof digestEntry>

const wrongAddress = refused(
  'clarity',
  'wrong_address',
  'Something answers at the address of the storefront, but not its API. Its prefix may be missing, e.g. /api/v1.',
)

const shipmentPage = pageOf.extend({ results: z.array(shipment) })
const locationPage = pageOf.extend({ results: z.array(inventoryLocation) })
const webhookPage = pageOf.extend({ results: z.array(webhookEndpoint) })

const keyed = (meaning: string) => ({ 'Idempotency-Key': idempotencyKey(meaning) })

const identified = z.object({ id: z.string() })
const idOf = (record: unknown): string | undefined => identified.safeParse(record).data?.id
