import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { z } from 'zod'
import { createStorefront, type StorefrontOptions } from '../../clarity-extension/sandbox/storefront/storefront.ts'
import { type Order, order, shipment } from '../../shared/entities.ts'
import { amount } from '../../shared/money.ts'
import { newSecret } from '../../shared/signature.ts'

/** The sandbox storefront in this process, with what a test does to it through its own API. */
export type Shop = Awaited<ReturnType<typeof openShop>>

export async function openShop(dataDir: string, options: Partial<StorefrontOptions> = {}) {
  const storefront = createStorefront({ dataDir, ...options })
  const { url, apiUrl, tokenUrl } = await storefront.start(0)
  const secret = newSecret()
  const token = z.object({ access_token: z.string() })

  async function call(method: string, path: string, body?: unknown, base = apiUrl): Promise<unknown> {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await bearer()}`,
        'content-type': 'application/json',
        ...(method === 'GET' ? {} : { 'idempotency-key': randomUUID() }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${path} ${response.status}: ${await response.text()}`)
    return response.status === 204 ? undefined : response.json()
  }

  let file: Database.Database | undefined
  const stocked = (locationKey: string, quantity: number): number => {
    file ??= new Database(join(dataDir, 'storefront.db'), { readonly: true })
    const sql = `select count(*) as many from records
      where kind = 'inventory' and body ->> 'locationKey' = ? and body ->> 'quantity' = ?`
    return file.prepare<[string, string], { many: number }>(sql).get(locationKey, String(quantity))?.many ?? 0
  }

  let current: { token: string; until: number } | undefined
  async function bearer(): Promise<string> {
    if (current && Date.now() < current.until) return current.token
    const response = await fetch(tokenUrl, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from('sandbox:sandbox-secret').toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    current = { token: token.parse(await response.json()).access_token, until: Date.now() + 10 * 60_000 }
    return current.token
  }

  return {
    storefront,
    url,
    secret,
    /** What the bridge needs to reach it. */
    env: {
      CLARITY_BASE_URL: apiUrl,
      CLARITY_TOKEN_URL: tokenUrl,
      CLARITY_CLIENT_ID: 'sandbox',
      CLARITY_CLIENT_SECRET: 'sandbox-secret',
      CLARITY_WEBHOOK_SECRET: secret,
      ADMIN_PASSWORD: 'correct horse battery',
      SECRET_KEY: 'a key for tests only, of some length',
    },
    enable: (bridgeUrl: string) => storefront.enableBridge({ url: bridgeUrl, webhookSecret: secret }),
    place: async (checkout: Checkout): Promise<Order> => order.parse(await call('POST', '/orders', checkout)),
    order: async (id: string): Promise<Order> => order.parse(await call('GET', `/orders/${id}`)),
    orders: () => all('/orders', order),
    shipments: async (orderId: string) =>
      page(shipment).parse(await call('GET', `/orders/${orderId}/shipments?pageSize=200`)).results,
    inventory: () => all('/inventory', level),
    /** How many SKUs have this number there: read from the file, where asking the API would cost what is being measured. */
    stocked,
    /** A control door of the sandbox, e.g. `/webhooks` for noise. */
    control: (method: string, path: string, body?: unknown) => call(method, `/sandbox${path}`, body, url),
    call,
    /** The client's secret has changed or its tokens were revoked: this helper asks for another one. */
    signOut: () => {
      current = undefined
    },
    async stop() {
      file?.close()
      await storefront.stop()
    },
  }

  async function all<S extends z.ZodType>(path: string, shape: S): Promise<z.infer<S>[]> {
    const rows: z.infer<S>[] = []
    for (let index = 0; ; index++) {
      const { results } = page(shape).parse(await call('GET', `${path}?pageSize=200&pageIndex=${index}`))
      rows.push(...results)
      if (results.length < 200) return rows
    }
  }
}

export interface Checkout {
  contact?: { name: string; email: string; phone?: string }
  customerId?: string
  items: { sku: string; quantity: string }[]
  shippingLines?: { method: string; carrier: string; amount: string }[]
  billingAddress: Record<string, string>
  shippingAddress: Record<string, string>
  purchaseOrderNumber?: string
  note?: string
}

const page = <S extends z.ZodType>(shape: S) => z.object({ results: z.array(shape) })
const level = z.looseObject({ sku: z.string(), locationKey: z.string(), quantity: z.string() })

export const springfield = {
  name: 'Ann Doe',
  line1: '1 Main St',
  city: 'Springfield',
  postalCode: '62701',
  region: 'IL',
  country: 'US',
}

/** A guest's checkout; everything can be said otherwise. */
export function checkout(n: number, change: Partial<Checkout> = {}): Checkout {
  const name = `Guest ${n}`
  return {
    contact: { name, email: `guest${n}@storm.example` },
    items: [{ sku: 'TEE-RED-M', quantity: '1' }],
    shippingLines: [{ method: 'Standard', carrier: 'Post', amount: '5.00' }],
    billingAddress: { ...springfield, name, line1: `${n} Main St` },
    shippingAddress: { ...springfield, name, line1: `${n} Main St` },
    ...change,
  }
}

/** The same order with another tax on its items: figures that add up, under a rate the shop's own taxes do not have. */
export function withTax(order: Order, taxCode: string, taxRate: string): Order {
  const items = order.items.map((item) => {
    const taxAmount = amount(item.total).times(taxRate).div(100).toFixed(2)
    return { ...item, taxCode, taxRate, taxAmount }
  })
  const shippingLines = order.shippingLines.map((line) => ({ ...line, taxAmount: '0.00', taxRate: '0', taxCode: null }))
  const taxTotal = items.reduce((sum, { taxAmount }) => sum.plus(taxAmount), amount('0'))
  const total = amount(order.subtotal).plus(order.shippingTotal).plus(taxTotal).toFixed(2)
  return {
    ...order,
    items,
    shippingLines,
    taxTotal: taxTotal.toFixed(2),
    total,
    payments: order.payments.map((payment) => ({ ...payment, amount: total })),
  }
}
