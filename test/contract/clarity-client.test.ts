import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createClarityClient } from '../../clarity-extension/clarity/client.ts'
import type { ClarityOptions, Observed } from '../../clarity-extension/clarity/options.ts'
import type { StorefrontOptions } from '../../clarity-extension/sandbox/storefront/storefront.ts'
import { checkout, openSandbox } from '../support/clarity-api.ts'
import { openReceiver } from '../support/receiver.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** A client against a sandbox of its own, with every request it sends. */
async function stage(options: Partial<ClarityOptions> = {}, shop: Partial<StorefrontOptions> = {}) {
  const sandbox = await openSandbox(shop)
  closers.push(() => sandbox.storefront.stop())
  const sent: Request[] = []
  const observed: Observed[] = []
  const client = createClarityClient({
    baseUrl: sandbox.api.apiUrl,
    tokenUrl: sandbox.api.tokenUrl,
    clientId: 'sandbox',
    clientSecret: 'sandbox-secret',
    observe: (call) => observed.push(call),
    ...options,
    fetch: async (input, init) => {
      const request = new Request(input, init)
      sent.push(request.clone())
      return (options.fetch ?? fetch)(request)
    },
  })
  const place = async (quantity = '2') => {
    const { status, body } = await sandbox.api.post('/orders', checkout('TEE-RED-M', quantity))
    if (status !== 201) throw new Error(JSON.stringify(body))
    return String(body.id)
  }
  const tokens = () => sent.filter(({ url }) => url.endsWith('/oauth/token')).length
  return { ...sandbox, client, sent, observed, place, tokens }
}

const line = (quantity: string) => ({ lines: [{ lineId: 'L1', sku: 'TEE-RED-M', quantity }] })

describe('the token', () => {
  it('is asked for once by calls at the same moment, and kept', async () => {
    const { client, place, tokens } = await stage()
    const id = await place()
    await Promise.all(Array.from({ length: 10 }, () => client.getOrder(id)))
    await client.getOrder(id)
    expect(tokens()).toBe(1)
  })

  it('is renewed before it expires', async () => {
    let now = Date.now()
    const { client, place, tokens } = await stage({ clock: () => now }, { clock: () => now })
    const id = await place()
    await client.getOrder(id)
    now += 13 * 60_000
    await client.getOrder(id)
    const before = tokens()
    now += 90_000
    const answer = await client.getOrder(id)
    expect([before, tokens(), answer.ok]).toEqual([1, 2, true])
  })

  it('is replaced once when it is refused, however many calls it struck', async () => {
    const { client, place, tokens, control } = await stage()
    const id = await place()
    await client.getOrder(id)
    await control('POST', '/tokens/revoke')
    const answers = await Promise.all(Array.from({ length: 5 }, () => client.getOrder(id)))
    expect([answers.every(({ ok }) => ok), tokens()]).toEqual([true, 2])
  })

  it('refused again pauses the connection', async () => {
    const { client, control, tokens } = await stage()
    await control('POST', '/faults', { route: 'GET /orders/*', status: 401 })
    const answer = await client.getOrder('x')
    expect(answer).toMatchObject({
      ok: false,
      outcome: { kind: 'refused', connection: 'clarity', cause: 'unauthorized' },
    })
    expect(tokens()).toBe(2)
  })

  it.each(['client_secret_basic', 'client_secret_post'] as const)('comes by %s', async (clientAuthentication) => {
    const { client } = await stage({ clientAuthentication })
    expect((await client.check()).ok).toBe(true)
  })

  it.each<[string, Partial<ClarityOptions>, string]>([
    ['a wrong secret', { clientSecret: 'wrong' }, 'invalid_client'],
    ['a scope it may not have', { scopes: ['everything'] }, 'invalid_scope'],
  ])('is refused for %s', async (_, options, cause) => {
    const { client } = await stage(options)
    expect(await client.getOrder('x')).toMatchObject({ ok: false, outcome: { kind: 'refused', cause } })
  })

  it('that lacks the scope of a call is refused, not retried', async () => {
    const { client } = await stage({ scopes: ['inventory:read'] })
    expect(await client.getOrder('x')).toMatchObject({ ok: false, outcome: { kind: 'refused', cause: 'forbidden' } })
  })

  it.each([503, 429])('URL that answers %i is tried again later', async (status) => {
    const { client, control } = await stage()
    await control('POST', '/faults', { route: 'POST /oauth/token', status, retryAfter: 4, count: 1 })
    expect(await client.getOrder('x')).toMatchObject({ ok: false, outcome: { kind: 'retry', afterMs: 4000 } })
    expect(await client.getOrder('x')).toMatchObject({ outcome: { kind: 'correct' } })
  })
})

describe('an answer becomes an outcome', () => {
  it.each<[number, object]>([
    [500, { kind: 'retry', cause: 'server_error' }],
    [502, { kind: 'retry', cause: 'server_error' }],
    [503, { kind: 'retry', cause: 'server_error', afterMs: 9000 }],
    [429, { kind: 'retry', cause: 'throttled', afterMs: 9000 }],
    [408, { kind: 'retry', cause: 'server_error' }],
    [412, { kind: 'retry', cause: 'stale_version' }],
    [403, { kind: 'refused', cause: 'forbidden' }],
    [400, { kind: 'correct', problems: [{ code: 'storefront_refused' }] }],
    [409, { kind: 'correct', problems: [{ code: 'storefront_refused' }] }],
    [413, { kind: 'correct', problems: [{ code: 'storefront_refused' }] }],
  ])('%i', async (status, outcome) => {
    const { client, control } = await stage()
    await control('POST', '/faults', { route: 'GET /orders/*', status, retryAfter: 9 })
    expect(await client.getOrder('x')).toMatchObject({ ok: false, outcome })
  })

  it('Retry-After may be a date', async () => {
    const now = Date.parse('2026-03-01T12:00:00Z')
    const { client, control } = await stage({ clock: () => now }, { clock: () => now })
    await control('POST', '/faults', {
      route: 'GET /orders/*',
      status: 429,
      retryAfter: 'Sun, 01 Mar 2026 12:01:30 GMT',
    })
    expect(await client.getOrder('x')).toMatchObject({ outcome: { kind: 'retry', afterMs: 90_000 } })
  })

  it('404 is a record that the storefront does not know', async () => {
    const { client } = await stage()
    expect(await client.getOrder('x')).toMatchObject({
      outcome: { kind: 'correct', problems: [{ code: 'unknown_record' }] },
    })
  })

  it('what arrived damaged is sent again', async () => {
    const damaged: typeof fetch = async (input, init) => {
      const request = new Request(input, init)
      if (request.method !== 'PUT') return fetch(request)
      const body = (await request.text()).slice(0, -3)
      return fetch(new Request(request.url, { method: 'PUT', headers: request.headers, body }))
    }
    const { client } = await stage({ fetch: damaged })
    const row = { sku: 'TEE-RED-M', locationKey: 'main', quantity: '1', asOf: '2026-03-01T12:00:00Z' }
    expect(await client.putInventory([row])).toMatchObject({ outcome: { kind: 'retry', cause: 'network' } })
  })

  it('422 names every field it is about', async () => {
    const { client, place } = await stage()
    const id = await place()
    const answer = await client.postShipment(
      id,
      {
        lines: [
          { lineId: 'L9', sku: 'X', quantity: '1' },
          { lineId: 'L1', sku: 'TEE-RED-M', quantity: '9' },
        ],
      },
      'picking:1',
    )
    expect(answer).toMatchObject({
      outcome: {
        kind: 'correct',
        problems: [
          { code: 'storefront_refused', target: '/lines/0/lineId', message: expect.stringContaining('(unknown_line)') },
          {
            code: 'storefront_refused',
            target: '/lines/1/quantity',
            message: expect.stringContaining('(more_than_ordered)'),
          },
        ],
      },
    })
  })

  it('a write whose first attempt still runs is tried again', async () => {
    const { client, place, control } = await stage({ timeouts: { write: 5_000 } })
    const id = await place()
    await control('POST', '/faults', { route: 'POST /orders/*', latencyMs: 400, count: 1 })
    const first = client.postShipment(id, line('1'), 'picking:1')
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(await client.postShipment(id, line('1'), 'picking:1')).toMatchObject({
      outcome: { kind: 'retry', cause: 'in_progress', afterMs: 1000 },
    })
    expect((await first).ok).toBe(true)
  })

  it('no answer in time is tried again', async () => {
    const { client, control } = await stage({ timeouts: { read: 50 } })
    await client.check()
    await control('POST', '/faults', { route: 'GET /orders/*', latencyMs: 500, count: 1 })
    expect(await client.getOrder('x')).toMatchObject({ outcome: { kind: 'retry', cause: 'timeout' } })
  })

  it('nobody there is tried again', async () => {
    const { client, storefront } = await stage()
    await client.check()
    closers.pop()
    await storefront.stop()
    expect(await client.getOrder('x')).toMatchObject({ outcome: { kind: 'retry', cause: 'network' } })
  })

  it('a call can be given up', async () => {
    const { client } = await stage()
    await client.check()
    expect(await client.getOrder('x', { signal: AbortSignal.abort() })).toMatchObject({
      outcome: { kind: 'retry', cause: 'aborted' },
    })
  })

  it('a redirect is the address’s fault, and the token does not follow it', async () => {
    const thief = await openReceiver(() => 200)
    const elsewhere = await openReceiver(() => ({ status: 302, headers: { location: thief.url } }))
    closers.push(thief.close, elsewhere.close)
    const { client } = await stage({ baseUrl: elsewhere.url })
    expect(await client.getOrder('x')).toMatchObject({ outcome: { kind: 'refused', cause: 'wrong_address' } })
    expect(thief.received).toEqual([])
  })

  it('a page instead of JSON is tried again', async () => {
    const { client } = await stage({
      fetch: async (input, init) => {
        const real = await fetch(input, init)
        return real.url.endsWith('/oauth/token') ? real : new Response('<html>Maintenance', { status: 200 })
      },
    })
    expect(await client.getOrder('x')).toMatchObject({ outcome: { kind: 'retry', cause: 'unreadable_answer' } })
  })

  it('a record that differs from the contract names its fields', async () => {
    const { client } = await stage({
      fetch: async (input, init) => {
        const real = await fetch(input, init)
        return real.url.endsWith('/oauth/token') ? real : Response.json({ id: 'o1', items: [{ sku: 5 }] })
      },
    })
    const answer = await client.getOrder('o1')
    const problems = answer.ok || answer.outcome.kind !== 'correct' ? [] : answer.outcome.problems
    expect(problems.map(({ field }) => field)).toEqual(expect.arrayContaining(['/number', '/items/0/sku', '/total']))
  })

  it('a bug stays a bug', async () => {
    const { client } = await stage({ fetch: () => Promise.reject(new ReferenceError('oops')) })
    await expect(client.getOrder('x')).rejects.toThrow('oops')
  })
})

describe('writes', () => {
  it('are applied once when their answer is lost and they are sent again', async () => {
    const { client, place, control } = await stage()
    const id = await place()
    await control('POST', '/faults', { route: 'POST /orders/*', lose: true, count: 1 })
    const lost = await client.postShipment(id, line('1'), 'picking:1')
    const again = await client.postShipment(id, line('1'), 'picking:1')
    const shipments = await client.listShipments(id)
    expect(lost).toMatchObject({ outcome: { kind: 'retry', cause: 'network' } })
    expect([again.ok, shipments.ok && shipments.value.length]).toEqual([true, 1])
  })

  it('carry an invoice under its number and a return’s status, with the scopes that are asked for', async () => {
    const { client, place, control } = await stage()
    const orderId = await place()
    const number = 'INV/2026/00001'
    const figures = { number, status: 'unpaid' as const, currency: 'USD', total: '10.00', balanceDue: '10.00', orderId }
    expect(await client.putInvoice(number, figures)).toMatchObject({ value: { externalKey: number, orderId } })
    const items = [{ lineId: 'L1', sku: 'TEE-RED-M', quantity: '1' }]
    const asked = await control('POST', '/returns', { orderId, items, refundAmount: '5.00' })
    const { id } = z.object({ id: z.string() }).parse(asked.value)
    await client.patchReturnStatus(id, { status: 'refunded', refundAmount: '4.50' }, `return:${id}:refunded`)
    expect(await client.getReturn(id)).toMatchObject({ value: { status: 'refunded', refundAmount: '4.50' } })
  })

  it('carry status and key to the order, and tracking to its shipment', async () => {
    const { client, place } = await stage()
    const id = await place()
    const shipment = await client.postShipment(id, line('2'), 'picking:1')
    if (!shipment.ok) throw new Error('not posted')
    await client.patchShipment(id, shipment.value.id, { trackingNumber: '1Z9' }, 'picking:1:1Z9')
    await client.patchOrderStatus(id, { status: 'shipped', externalKey: 'S00012', note: 'by Bo' }, 'order:status')
    const [order, shipments] = [await client.getOrder(id), await client.listShipments(id)]
    expect(order).toMatchObject({ ok: true, etag: '"v4"', value: { status: 'shipped', externalKey: 'S00012' } })
    expect(shipments).toMatchObject({ value: [{ trackingNumber: '1Z9' }] })
  })

  it('of stock say what became of every row', async () => {
    const { client } = await stage()
    const row = { sku: 'AID', locationKey: 'main', quantity: '4', asOf: new Date().toISOString() }
    const answer = await client.putInventory([row, { ...row, asOf: '2020-01-01T00:00:00Z' }, { ...row, sku: 'NOPE' }])
    expect(answer).toEqual({
      ok: true,
      value: [
        { status: 'ok' },
        { status: 'stale', quantity: '4', asOf: row.asOf },
        { status: 'rejected', code: 'unknown_sku', field: '/sku', message: 'The shop does not sell NOPE.' },
      ],
    })
    expect(await client.putInventory([])).toEqual({ ok: true, value: [] })
    await expect(client.putInventory(Array(501).fill(row))).rejects.toThrow(RangeError)
  })

  it('make a location and change it', async () => {
    const { client } = await stage()
    const [made, changed] = [
      await client.putInventoryLocation('north', { name: 'North' }),
      await client.putInventoryLocation('north', { active: false }),
    ]
    expect([made, changed]).toMatchObject([
      { value: { name: 'North', active: true } },
      { value: { name: 'North', active: false } },
    ])
  })

  it('pass the trace context on, and are observed without secrets', async () => {
    const { client, sent, observed } = await stage()
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    await client.getOrder('x', { traceparent })
    expect(sent.at(-1)?.headers.get('traceparent')).toBe(traceparent)
    expect(observed).toMatchObject([{ call: 'getOrder', status: 404 }])
    expect(JSON.stringify(observed)).not.toContain('Bearer')
  })
})

describe('lists', () => {
  async function read<T>(pages: AsyncIterable<{ ok: true; value: { records: T[] } } | { ok: false }>): Promise<T[]> {
    const records: T[] = []
    for await (const page of pages) {
      if (!page.ok) throw new Error('a page failed')
      records.push(...page.value.records)
    }
    return records
  }

  async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
    const list: T[] = []
    for await (const page of pages) list.push(page)
    return list
  }

  it('bring every record once, though 450 carry one instant (case 10)', async () => {
    const now = Date.parse('2026-03-01T12:00:00Z')
    const { client, storefront, api } = await stage({}, { clock: () => now })
    await Promise.all(
      Array.from({ length: 450 }, (_, n) => api.put(`/customers/by-key/C${n}`, { type: 'person', name: `n${n}` })),
    )
    const customers = await read(client.customers())
    expect([customers.length, new Set(customers.map(({ id }) => id)).size]).toEqual([450, 450])
    expect((await read(client.customers(new Date(now).toISOString()))).length).toBe(450)
    await storefront.idle()
  })

  it('miss none that is there, though records change while we read', async () => {
    const { client, api, place } = await stage()
    await api.put('/inventory', {
      rows: [{ sku: 'TEE-RED-M', locationKey: 'main', quantity: '1000', asOf: new Date().toISOString() }],
    })
    for (let n = 0; n < 7; n += 1) await Promise.all(Array.from({ length: 50 }, () => place('1')))
    const seen = new Set<string>()
    for await (const page of client.orders()) {
      if (!page.ok) throw new Error('a page failed')
      for (const { id } of page.value.records) seen.add(id)
      const [first] = page.value.records
      if (first && seen.size < 350) await api.patch(`/orders/${first.id}/status`, { note: `seen ${seen.size}` })
    }
    expect(seen.size).toBe(350)
  })

  it('go on behind a record that cannot be read', async () => {
    const { client } = await stage({
      fetch: async (input, init) => {
        const real = await fetch(input, init)
        if (real.url.endsWith('/oauth/token')) return real
        const page: { results: { sku: string; name: unknown }[] } = await real.json()
        const results = page.results.map((product) => (product.sku === 'AID' ? { ...product, name: 5 } : product))
        return Response.json({ ...page, results })
      },
    })
    const pages = await all(client.products())
    expect(pages).toMatchObject([
      { ok: true, value: { unreadable: [{ id: 'prd_aid', problems: [{ field: '/name' }] }] } },
    ])
    expect(pages[0]?.ok && pages[0].value.records.length).toBe(50)
  })

  it('end with the failure that struck them', async () => {
    const { client, control } = await stage()
    await control('POST', '/faults', { route: 'GET /inventory', status: 503 })
    expect(await all(client.listInventory())).toMatchObject([{ ok: false, outcome: { kind: 'retry' } }])
  })
})

describe('webhook endpoints', () => {
  it('are made, left alone, and restored', async () => {
    const { client } = await stage()
    const url = 'http://127.0.0.1:9/webhooks/clarity'
    const created = await client.ensureWebhookEndpoint(url, ['order.created'])
    const same = await client.ensureWebhookEndpoint(url, ['order.created'])
    const more = await client.ensureWebhookEndpoint(url)
    expect([created, same, more]).toMatchObject([
      { value: { change: 'created', secret: expect.stringMatching(/^whsec_/) } },
      { value: { change: 'none' } },
      { value: { change: 'restored' } },
    ])
    const id = created.ok ? created.value.endpoint.id : ''
    expect(await client.rotateWebhookSecret(id)).toMatchObject({
      ok: true,
      value: { secret: expect.stringMatching(/^whsec_/) },
    })
    expect(await client.replayWebhooks(id, new Date().toISOString())).toMatchObject({
      ok: true,
      value: { replayed: 0 },
    })
    expect((await client.removeWebhookEndpoint(id)).ok).toBe(true)
    expect(await client.listWebhookEndpoints()).toEqual({ ok: true, value: [] })
  })
})

describe('the connection test', () => {
  it('says what works', async () => {
    const { client } = await stage()
    expect(await client.check()).toMatchObject({ ok: true, value: { scope: expect.stringContaining('orders:read') } })
  })

  it('knows a wrong prefix', async () => {
    const { client, api } = await stage()
    const wrong = createClarityClient({
      baseUrl: api.apiUrl.replace('v1', 'v9'),
      tokenUrl: api.tokenUrl,
      clientId: 'sandbox',
      clientSecret: 'sandbox-secret',
    })
    expect([(await client.check()).ok, await wrong.check()]).toMatchObject([
      true,
      { outcome: { kind: 'refused', cause: 'wrong_address' } },
    ])
  })
})
