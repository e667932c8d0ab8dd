import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { basic, checkout, openSandbox } from '../support/clarity-api.ts'
import { asJson, type Json } from '../support/openapi.ts'

let now = Date.parse('2026-03-01T12:00:00Z')
let sandbox: Awaited<ReturnType<typeof openSandbox>>
beforeAll(async () => {
  sandbox = await openSandbox({ clock: () => now })
})
afterAll(() => sandbox.storefront.stop())

const MINUTE = 60_000
const resultsOf = (body: Json): Json[] => (Array.isArray(body.results) ? body.results.map(asJson) : [])
const fieldsOf = (body: Json): unknown => (Array.isArray(body.errors) ? body.errors.map(({ field }) => field) : [])

describe('tokens', () => {
  it('are given for client_secret_basic and client_secret_post', async () => {
    const post = { client_id: 'sandbox', client_secret: 'sandbox-secret' }
    const answers = [await sandbox.api.grant({}), await sandbox.api.grant(post, '')]
    expect(answers.map(({ status, body }) => [status, body.token_type, body.expires_in])).toEqual([
      [200, 'Bearer', 900],
      [200, 'Bearer', 900],
    ])
  })

  it.each<[string, Record<string, string>, string, number, string]>([
    ['a wrong secret', {}, basic('sandbox', 'wrong'), 401, 'invalid_client'],
    ['another client', {}, basic('other', 'sandbox-secret'), 401, 'invalid_client'],
    ['no client', {}, '', 401, 'invalid_client'],
    ['another grant', { grant_type: 'password' }, basic('sandbox', 'sandbox-secret'), 400, 'unsupported_grant_type'],
    ['an unknown scope', { scope: 'orders:read everything' }, basic('sandbox', 'sandbox-secret'), 400, 'invalid_scope'],
  ])('are refused for %s', async (_, form, authorization, status, error) => {
    const answer = await sandbox.api.grant(form, authorization)
    expect([answer.status, answer.body.error]).toEqual([status, error])
  })

  it.each(['', 'nonsense'])('%o does not open the API', async (token) => {
    const answer = await sandbox.api.get('/orders', { token })
    expect([answer.status, answer.headers.get('www-authenticate')?.startsWith('Bearer')]).toEqual([401, true])
  })

  it('expire after 15 minutes', async () => {
    sandbox.api.forgetToken()
    const token = await sandbox.api.token()
    now += 14 * MINUTE
    const before = await sandbox.api.get('/orders', { token })
    now += 2 * MINUTE
    const after = await sandbox.api.get('/orders', { token })
    sandbox.api.forgetToken()
    expect([before.status, after.status, after.body.code]).toEqual([200, 401, 'invalid_token'])
  })

  it('open only what their scopes say', async () => {
    const token = String((await sandbox.api.grant({ scope: 'orders:read inventory:read' })).body.access_token)
    const answers = [
      await sandbox.api.get('/orders', { token }),
      await sandbox.api.get('/products', { token }),
      await sandbox.api.post('/orders', checkout(), { token }),
      await sandbox.api.put('/inventory', { rows: [] }, { token }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 403, 403, 403])
  })

  it('die with a revoked secret', async () => {
    const token = await sandbox.api.token()
    await sandbox.control('POST', '/tokens/revoke')
    const answer = await sandbox.api.get('/orders', { token })
    sandbox.api.forgetToken()
    expect([answer.status, (await sandbox.api.get('/orders')).status]).toEqual([401, 200])
  })
})

describe('errors', () => {
  it('are problem+json with code and requestId', async () => {
    const { status, headers, body } = await sandbox.api.get('/orders/nobody')
    expect([status, headers.get('content-type')]).toEqual([404, 'application/problem+json; charset=utf-8'])
    expect(body).toMatchObject({ status: 404, code: 'not_found', requestId: headers.get('x-request-id') })
  })

  it.each<[string, string, string, string | undefined, number, string]>([
    ['an unknown path', 'GET', '/nothing', undefined, 404, 'unknown_path'],
    ['an unknown method', 'DELETE', '/orders', undefined, 404, 'unknown_path'],
    ['a body that is not JSON', 'POST', '/orders', '{', 400, 'malformed_json'],
    ['a body that is no object', 'PUT', '/inventory', '[]', 422, 'validation_failed'],
    ['a page of 201', 'GET', '/orders?pageSize=201', undefined, 400, 'invalid_query'],
    ['a date that is none', 'GET', '/orders?updatedAtMin=yesterday', undefined, 400, 'invalid_query'],
    ['a body over 1 MiB', 'POST', '/orders', JSON.stringify({ note: 'x'.repeat(1_100_000) }), 413, 'too_large'],
  ])('name %s', async (_, method, path, raw, status, code) => {
    const answer = await sandbox.api.call(method, path, raw === undefined ? {} : { raw })
    expect([answer.status, answer.body.code]).toEqual([status, code])
  })

  it.each(['/orders', '/inventory'])('of %s can be ordered: 429 with Retry-After, once', async (path) => {
    await sandbox.control('POST', '/faults', { route: `GET ${path}`, status: 429, retryAfter: 7, count: 1 })
    const [first, second] = [await sandbox.api.get(path), await sandbox.api.get(path)]
    expect([first.status, first.headers.get('retry-after'), second.status]).toEqual([429, '7', 200])
  })

  it('of the token URL can be ordered too', async () => {
    await sandbox.control('POST', '/faults', { route: 'POST /oauth/token', status: 503, count: 1 })
    expect([(await sandbox.api.grant({})).status, (await sandbox.api.grant({})).status]).toEqual([503, 200])
  })
})

describe('lists', () => {
  it('page through everything once, in the order of change', async () => {
    const seen: string[] = []
    const order: string[] = []
    for (let pageIndex = 0; ; pageIndex += 1) {
      const { body } = await sandbox.api.get(`/products?pageSize=7&pageIndex=${pageIndex}`)
      const results = resultsOf(body)
      seen.push(...results.map(({ id }) => String(id)))
      order.push(...results.map(({ updatedAt, id }) => `${updatedAt} ${id}`))
      if (results.length < 7) break
    }
    expect([seen.length, new Set(seen).size]).toEqual([51, 51])
    expect(order).toEqual([...order].sort())
  })

  it('begin at updatedAtMin, itself included', async () => {
    const { body: first } = await sandbox.api.post('/orders', checkout())
    now += 1000
    const { body: second } = await sandbox.api.post('/orders', checkout())
    const from = async (instant: unknown) =>
      resultsOf((await sandbox.api.get(`/orders?updatedAtMin=${instant}`)).body).map(({ id }) => id)
    expect(await from(second.updatedAt)).toEqual([second.id])
    expect(await from(first.updatedAt)).toEqual([first.id, second.id])
    expect(await from(new Date(now + 1).toISOString())).toEqual([])
  })

  it('move a changed record to the end, also within one millisecond', async () => {
    now += 1000
    const { body: first } = await sandbox.api.post('/orders', checkout())
    const { body: second } = await sandbox.api.post('/orders', checkout())
    await sandbox.api.patch(`/orders/${first.id}/status`, { status: 'confirmed' })
    const { body } = await sandbox.api.get(`/orders?updatedAtMin=${first.updatedAt}`)
    expect(resultsOf(body).map(({ id }) => id)).toEqual([second.id, first.id])
  })

  it.each([
    'orders',
    'products',
    'customers',
    'inventory',
    'inventory-locations',
    'price-rules',
    'invoices',
    'returns',
  ])('of %s have a digest that can be computed from the records', async (path) => {
    const { body } = await sandbox.api.get(`/${path}?pageSize=200`)
    const wanted = resultsOf(body).map((record) => ({
      id: record.id,
      externalKey: record.externalKey ?? null,
      hash: digest(record),
    }))
    const found = (await sandbox.api.get(`/${path}/digest`)).body.list
    expect(found).toEqual(expect.arrayContaining(wanted.slice(0, 200)))
    expect(Array.isArray(found) && found.length).toBe(body.totalCount)
  })
})

describe('upserts by key', () => {
  const customer = (name: string): Json => ({ type: 'company', name, vatNumber: 'ATU12345675' })

  it('create, then change, and keep what is not named', async () => {
    const created = await sandbox.api.put('/customers/by-key/C-1', customer('Acme'))
    const changed = await sandbox.api.put('/customers/by-key/C-1', { name: 'Acme Ltd', attributes: { tier: 'gold' } })
    const again = await sandbox.api.put('/customers/by-key/C-1', { name: 'Acme Ltd', attributes: { tier: 'gold' } })
    expect([created.status, changed.status, again.status]).toEqual([201, 200, 200])
    expect(changed.body).toMatchObject({
      id: created.body.id,
      externalKey: 'C-1',
      name: 'Acme Ltd',
      vatNumber: 'ATU12345675',
    })
    expect(again.body).toEqual(changed.body)
  })

  it('merge attributes one by one', async () => {
    await sandbox.api.put('/customers/by-key/C-2', { ...customer('B'), attributes: { a: 1, b: 2 } })
    const { body } = await sandbox.api.put('/customers/by-key/C-2', { attributes: { b: null, c: 3 } })
    expect(body.attributes).toEqual({ a: 1, c: 3 })
  })

  it('name what a new record lacks', async () => {
    const answer = await sandbox.api.put('/customers/by-key/C-3', { type: 'person' })
    expect([answer.status, fieldsOf(answer.body)]).toEqual([422, ['/name']])
  })

  it('take over the product of the same SKU, once', async () => {
    const first = await sandbox.api.put('/products/by-key/P-1', { sku: 'AID', name: 'Aid' })
    const second = await sandbox.api.put('/products/by-key/P-2', {
      sku: 'AID',
      name: 'Aid',
      prices: { base: '1' },
      currency: 'USD',
    })
    expect([first.status, first.body.sku, second.status, fieldsOf(second.body)]).toEqual([200, 'AID', 422, ['/sku']])
  })

  it('compare versions when asked', async () => {
    const { headers } = await sandbox.api.put('/customers/by-key/C-4', customer('D'))
    const ifMatch = { headers: { 'if-match': headers.get('etag') ?? '' } }
    const statuses = [
      (await sandbox.api.put('/customers/by-key/C-4', { name: 'E' }, ifMatch)).status,
      (await sandbox.api.put('/customers/by-key/C-4', { name: 'F' }, ifMatch)).status,
      (await sandbox.api.put('/customers/by-key/C-5', customer('G'), ifMatch)).status,
    ]
    expect(statuses).toEqual([200, 412, 412])
  })

  it('hold price rules, invoices and locations to their own rules', async () => {
    const { body: order } = await sandbox.api.post('/orders', checkout())
    const rule = { sku: 'AID', currency: 'USD', price: '20.00', priceList: 'vip', from: '2026-01-01T00:00:00Z' }
    const invoice = {
      orderId: order.id,
      number: 'INV/1',
      status: 'paid',
      currency: 'USD',
      total: '10.00',
      balanceDue: '0.00',
      dueDate: '2026-02-01',
    }
    const answers = [
      await sandbox.api.put('/price-rules/by-key/R-1', rule),
      await sandbox.api.put('/price-rules/by-key/R-2', { ...rule, percent: '5' }),
      await sandbox.api.put('/invoices/by-key/I-1', invoice),
      await sandbox.api.put('/invoices/by-key/I-2', { ...invoice, balanceDue: '1.00' }),
      await sandbox.api.put('/invoices/by-key/I-3', { ...invoice, orderId: 'x' }),
      await sandbox.api.put('/inventory-locations/by-key/north', { name: 'North' }),
      await sandbox.api.put('/inventory-locations/by-key/north', { active: false }),
      await sandbox.api.get('/inventory-locations/by-key/north'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([201, 422, 201, 422, 422, 201, 200, 200])
    expect(answers.at(-1)?.body).toMatchObject({ name: 'North', active: false })
  })

  it('and changes by id answer the same record', async () => {
    const { body } = await sandbox.api.put('/customers/by-key/C-6', customer('H'))
    const changed = await sandbox.api.patch(`/customers/${body.id}`, { onHold: true, id: 'other' })
    expect([changed.body.id, changed.body.onHold, (await sandbox.api.get('/customers/by-key/C-6')).body]).toEqual([
      body.id,
      true,
      changed.body,
    ])
  })
})

describe('idempotency', () => {
  const keyed = (key: string) => ({ headers: { 'idempotency-key': key } })
  const count = async () => (await sandbox.api.get('/orders?pageSize=1')).body.totalCount

  it('answers the same key and body with the stored result', async () => {
    const key = keyed(randomUUID())
    const [first, second] = [
      await sandbox.api.post('/orders', checkout(), key),
      await sandbox.api.post('/orders', checkout(), key),
    ]
    expect([second.status, second.headers.get('idempotent-replayed'), second.headers.get('etag')]).toEqual([
      201,
      'true',
      first.headers.get('etag'),
    ])
    expect(second.body).toEqual(first.body)
  })

  it('refuses the same key with another body, or for another route', async () => {
    const key = keyed(randomUUID())
    const { body } = await sandbox.api.post('/orders', checkout(), key)
    const others = [
      await sandbox.api.post('/orders', checkout('AID'), key),
      await sandbox.api.patch(`/orders/${body.id}/status`, { status: 'confirmed' }, key),
    ]
    expect(others.map(({ status, body: { code } }) => [status, code])).toEqual([
      [422, 'idempotency_key_reused'],
      [422, 'idempotency_key_reused'],
    ])
  })

  it('answers 409 while the first still runs', async () => {
    await sandbox.control('POST', '/faults', { route: 'POST /orders', latencyMs: 400, count: 1 })
    const key = keyed(randomUUID())
    const first = sandbox.api.post('/orders', checkout(), key)
    await new Promise((resolve) => setTimeout(resolve, 150))
    const second = await sandbox.api.post('/orders', checkout(), key)
    expect([second.status, second.body.code, second.headers.get('retry-after')]).toEqual([
      409,
      'idempotency_in_progress',
      '1',
    ])
    expect((await first).status).toBe(201)
  })

  it('makes one order of five requests at once', async () => {
    const before = Number(await count())
    const key = keyed(randomUUID())
    const answers = await Promise.all(Array.from({ length: 5 }, () => sandbox.api.post('/orders', checkout(), key)))
    expect(new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.id)).size).toBe(1)
    expect(Number(await count())).toBe(before + 1)
  })

  it('makes one order when the first answer was lost', async () => {
    const before = Number(await count())
    await sandbox.control('POST', '/faults', { route: 'POST /orders', lose: true, count: 1 })
    const key = keyed(randomUUID())
    await expect(sandbox.api.post('/orders', checkout(), key)).rejects.toThrow()
    const second = await sandbox.api.post('/orders', checkout(), key)
    expect([second.status, second.headers.get('idempotent-replayed'), Number(await count())]).toEqual([
      201,
      'true',
      before + 1,
    ])
  })

  it('forgets after 24 hours, and never keeps a refusal', async () => {
    const key = keyed(randomUUID())
    const refused = await sandbox.api.post('/orders', checkout('NOPE'), key)
    const first = await sandbox.api.post('/orders', checkout(), key)
    now += 25 * 60 * MINUTE
    sandbox.api.forgetToken()
    const later = await sandbox.api.post('/orders', checkout(), key)
    expect([refused.status, first.status, later.status]).toEqual([422, 201, 201])
    expect(later.body.id).not.toBe(first.body.id)
  })

  it('wants a UUID', async () => {
    expect((await sandbox.api.post('/orders', checkout(), keyed('order-1'))).status).toBe(400)
  })
})

/** As the contract defines it, written a second time. */
function digest({ updatedAt: _, ...record }: Json): string {
  const sort = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sort)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, part]) => [key, sort(part)]),
    )
  }
  return createHash('sha256')
    .update(JSON.stringify(sort(record)))
    .digest('hex')
}
