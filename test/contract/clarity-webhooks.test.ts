import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, it } from 'vitest'
import type { StorefrontOptions } from '../../clarity-extension/sandbox/storefront/storefront.ts'
import { clarityEventTypes } from '../../shared/events.ts'
import { verifySignature } from '../../shared/signature.ts'
import { checkout, clarityApi, contract, openSandbox, temporaryFolder } from '../support/clarity-api.ts'
import { asJson, type Json } from '../support/openapi.ts'
import { openReceiver, type Received, type Script } from '../support/receiver.ts'

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** Attempts follow each other at once, so that days pass in a blink. */
const quick = { schedule: [0, 5, 5, 5], jitter: 0 }

async function stage(script?: Script, options: Partial<StorefrontOptions> & { keepIn?: string } = {}) {
  const receiver = await openReceiver(script)
  const sandbox = await openSandbox({ delivery: quick, ...options })
  closers.push(receiver.close, () => sandbox.storefront.stop())
  const subscribe = (events: readonly string[] = clarityEventTypes, url = receiver.url) =>
    sandbox.api.post('/webhook-endpoints', { url, events })
  return { receiver, ...sandbox, subscribe }
}

const header = ({ headers }: Received, name: string): string => String(headers[name])
const ids = (received: Received[]): string[] => received.map((one) => header(one, 'webhook-id'))
const verified = (one: Received, secret: unknown): string | undefined =>
  verifySignature(one.body, one.headers, [String(secret)], Date.now() / 1000)

describe('webhooks', () => {
  it('are signed by Standard Webhooks, over the raw bytes', async () => {
    const { receiver, api, storefront, subscribe } = await stage()
    const { body } = await subscribe()
    await api.post('/orders', checkout('AID', '1', { note: 'Größe 𝄞 "quoted"' }))
    await storefront.idle()
    const [one] = receiver.received.filter(({ body: raw }) => raw.includes('order.created'))
    if (!one) throw new Error('no order.created')
    const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature']
    const headers = Object.fromEntries(names.map((name) => [name, header(one, name)]))
    const payload = asJson(new Webhook(String(body.secret)).verify(one.body.toString(), headers))
    expect(asJson(payload.data).note).toBe('Größe 𝄞 "quoted"')
    expect(() => new Webhook(String(body.secret)).verify(`${one.body} `, headers)).toThrow()
  })

  it('say what the contract says, for every kind of event', async () => {
    const { receiver, api, control, storefront, subscribe } = await stage()
    await subscribe()
    const { body: order } = await api.post('/orders', checkout('AID', '2'))
    await api.patch(`/orders/${order.id}/status`, { status: 'confirmed' })
    await control('POST', `/orders/${order.id}/payments`, { state: 'refunded', amount: '1.00' })
    await control('POST', '/returns', {
      orderId: order.id,
      items: [{ lineId: 'L1', sku: 'AID', quantity: '1' }],
      refundAmount: '1.00',
    })
    const { body: returns } = await api.get('/returns')
    await api.patch(`/returns/${Array.isArray(returns.results) ? returns.results[0].id : ''}/status`, {
      status: 'approved',
    })
    await control('POST', `/orders/${order.id}/cancel`, {})
    await api.put('/customers/by-key/C1', { type: 'person', name: 'Ann' })
    await api.put('/customers/by-key/C1', { name: 'Anna' })
    await api.put('/products/by-key/P1', { sku: 'NEW-1', name: 'New', prices: { base: '1.00' }, currency: 'USD' })
    await api.put('/products/by-key/P1', { name: 'Newer' })
    await storefront.idle()
    expect(new Set(receiver.types())).toEqual(new Set(clarityEventTypes))
    for (const { body } of receiver.received) {
      const event = asJson(JSON.parse(body.toString()))
      const schema = contract.at(`#/webhooks/${event.type}/post/requestBody/content/application~1json/schema`)
      expect(contract.faults(String(schema.$ref), event)).toEqual([])
    }
  })

  it('tell of nothing that did not change', async () => {
    const { receiver, api, storefront, subscribe } = await stage()
    const { body: order } = await api.post('/orders', checkout('AID'))
    const row = { sku: 'AID', locationKey: 'main', quantity: '9', asOf: new Date().toISOString() }
    await api.put('/inventory', { rows: [row] })
    await subscribe()
    await api.put('/inventory', {
      rows: [
        { ...row, asOf: new Date().toISOString() },
        { ...row, sku: 'NOPE' },
      ],
    })
    await api.patch(`/orders/${order.id}/status`, { status: 'pending' })
    await api.post('/orders', checkout('NOPE'))
    await storefront.idle()
    expect(receiver.types()).toEqual([])
  })

  it('go to those who asked for them only', async () => {
    const { receiver, api, storefront, subscribe } = await stage()
    await subscribe(['order.created'])
    await api.post('/orders', checkout())
    await storefront.idle()
    expect(receiver.types()).toEqual(['order.created'])
  })

  it('keep their id on every attempt, with a signature of its own', async () => {
    const { receiver, api, subscribe } = await stage((n) => [500, 302, 404][n] ?? 202)
    const { body } = await subscribe(['order.created'])
    await api.post('/orders', checkout())
    await receiver.until(4)
    expect(new Set(ids(receiver.received)).size).toBe(1)
    expect(receiver.received.map((one) => verified(one, body.secret))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('are given up when every attempt failed, and the endpoint is switched off', async () => {
    const { receiver, api, storefront, subscribe } = await stage(() => 500)
    const { body } = await subscribe(['order.created'])
    await api.post('/orders', checkout())
    await receiver.until(4)
    await storefront.idle()
    const endpoint = (await api.get(`/webhook-endpoints/${body.id}`)).body
    expect([receiver.received.length, endpoint.enabled, endpoint.disabledReason]).toEqual([4, false, 'exhausted'])
  })

  it('stop at 410, and go on where they stopped once the endpoint is on again', async () => {
    const { receiver, api, storefront, subscribe } = await stage((n) => (n === 0 ? 410 : 202), {
      delivery: { ...quick, connections: 1 },
    })
    const { body } = await subscribe(['order.created'])
    await Promise.all([
      api.post('/orders', checkout()),
      api.post('/orders', checkout()),
      api.post('/orders', checkout()),
    ])
    await storefront.idle()
    const off = (await api.get(`/webhook-endpoints/${body.id}`)).body
    const whileOff = receiver.received.length
    await api.patch(`/webhook-endpoints/${body.id}`, { enabled: true })
    await storefront.idle()
    expect([off.enabled, off.disabledReason, whileOff]).toEqual([false, 'gone', 1])
    expect(new Set(ids(receiver.received)).size).toBe(3)
  })

  it.each([429, 503])('wait as long as a %i asks', async (status) => {
    let now = Date.parse('2026-03-01T12:00:00Z')
    const { receiver, api, storefront, subscribe } = await stage(
      (n) => (n === 0 ? { status, headers: { 'retry-after': '3600' } } : 202),
      { clock: () => now },
    )
    await subscribe(['order.created'])
    await api.post('/orders', checkout())
    await storefront.idle()
    now += 3_599_000
    await storefront.idle()
    const early = receiver.received.length
    now += 2_000
    await storefront.idle()
    expect([early, receiver.received.length]).toEqual([1, 2])
  })

  it('wait by the standard’s schedule otherwise', async () => {
    let now = Date.parse('2026-03-01T12:00:00Z')
    const { receiver, api, storefront, subscribe } = await stage(() => 500, {
      clock: () => now,
      delivery: { jitter: 0 },
    })
    await subscribe(['order.created'])
    await api.post('/orders', checkout())
    await storefront.idle()
    const counts: number[] = []
    for (const seconds of [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]) {
      now += seconds * 1000 - 1
      await storefront.idle()
      counts.push(receiver.received.length)
      now += 1
      await storefront.idle()
    }
    expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(receiver.received.length).toBe(10)
  })

  it('count no answer in time as a failure', async () => {
    const { receiver, api, subscribe } = await stage((n) => (n === 0 ? 'silence' : 202), {
      delivery: { ...quick, timeoutMs: 100 },
    })
    await subscribe(['order.created'])
    await api.post('/orders', checkout())
    await receiver.until(2)
    expect(new Set(ids(receiver.received)).size).toBe(1)
  })

  it('are signed by both secrets after a rotation', async () => {
    let now = Date.now()
    const { receiver, api, storefront, subscribe } = await stage(undefined, { clock: () => now })
    const { body } = await subscribe(['order.created'])
    const rotated = (await api.post(`/webhook-endpoints/${body.id}/rotate-secret`, undefined)).body
    await api.post('/orders', checkout())
    await storefront.idle()
    const [first] = receiver.received
    if (!first) throw new Error('nothing came')
    expect([verified(first, body.secret), verified(first, rotated.secret)]).toEqual([undefined, undefined])
    now += 25 * 3_600_000
    api.forgetToken()
    await api.post('/orders', checkout())
    await storefront.idle()
    expect(header(receiver.received[1] ?? first, 'webhook-signature').split(' ')).toHaveLength(1)
  })

  it('can be replayed under their own ids', async () => {
    const { receiver, api, storefront, subscribe } = await stage()
    const { body } = await subscribe()
    const since = new Date().toISOString()
    await api.post('/orders', checkout())
    await storefront.idle()
    const first = ids(receiver.received)
    const replayed = await api.post(`/webhook-endpoints/${body.id}/replay`, { since, events: ['order.created'] })
    await storefront.idle()
    const again = receiver.received.slice(first.length)
    expect([replayed.status, replayed.body.replayed, again.length]).toEqual([202, 1, 1])
    expect(first).toContain(ids(again)[0])
  })

  it('outlive a killed process, what was under way included', async () => {
    const folder = temporaryFolder()
    const receiver = await openReceiver(() => 'silence')
    closers.push(folder.remove, receiver.close)
    const killed = await spawnSandbox(folder.path)
    await killed.api.post('/webhook-endpoints', { url: receiver.url, events: ['order.created'] })
    await killed.api.post('/orders', checkout())
    await killed.api.post('/orders', checkout())
    await receiver.until(2)
    await killed.kill()
    const sent = ids(receiver.received)
    receiver.answerWith(() => 202)
    const again = await openSandbox({ keepIn: folder.path, delivery: quick })
    closers.push(() => again.storefront.stop())
    await receiver.until(4)
    expect(new Set(ids(receiver.received.slice(2)))).toEqual(new Set(sent))
    expect((await again.api.get('/orders')).body.totalCount).toBe(2)
  })

  it('come several times and late when a test asks for it', async () => {
    const { receiver, api, control, subscribe } = await stage()
    await subscribe(['order.created'])
    await control('POST', '/webhooks', { copies: 3, spreadMs: 30 })
    await api.post('/orders', checkout())
    await receiver.until(3)
    expect(new Set(ids(receiver.received)).size).toBe(1)
  })

  it('lose none of a burst over many connections', async () => {
    const { receiver, api, storefront, subscribe } = await stage((n) => (n % 7 === 0 ? 503 : 202), {
      delivery: { ...quick, schedule: Array(20).fill(0) },
    })
    await subscribe(['order.created'])
    await Promise.all(Array.from({ length: 100 }, () => api.post('/orders', checkout('AID'))))
    while ((await taken(receiver.received)) < 100) await storefront.idle()
    expect(new Set(ids(receiver.received)).size).toBe(100)
  })

  it('end with the endpoint', async () => {
    const { receiver, api, storefront, subscribe } = await stage()
    const { body } = await subscribe(['order.created'])
    const gone = [await api.delete(`/webhook-endpoints/${body.id}`), await api.delete(`/webhook-endpoints/${body.id}`)]
    await api.post('/orders', checkout())
    await storefront.idle()
    expect([gone.map(({ status }) => status), receiver.received.length]).toEqual([[204, 404], 0])
  })

  it.each<[string, Json, string]>([
    ['a URL that is none', { url: 'nowhere', events: ['order.created'] }, '/url'],
    ['another scheme', { url: 'ftp://example.com/', events: ['order.created'] }, '/url'],
    ['an unknown event', { url: 'http://127.0.0.1:9/', events: ['order.shipped'] }, '/events/0'],
    ['no events', { url: 'http://127.0.0.1:9/', events: [] }, '/events'],
  ])('cannot be subscribed with %s', async (_, wish, field) => {
    const { api } = await stage()
    const { status, body } = await api.post('/webhook-endpoints', wish)
    expect([status, Array.isArray(body.errors) && body.errors[0]?.field]).toEqual([422, field])
  })

  it('never show a secret again', async () => {
    const { api, subscribe } = await stage()
    const { body } = await subscribe()
    const answers = [await api.get('/webhook-endpoints'), await api.get(`/webhook-endpoints/${body.id}`)]
    expect(answers.map((answer) => JSON.stringify(answer.body).includes('whsec_'))).toEqual([false, false])
  })
})

/** Distinct webhook ids that came; a turn of the event loop later. */
async function taken(received: Received[]): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 5))
  return new Set(ids(received)).size
}

/** A sandbox in a process of its own, to be killed with -9. */
async function spawnSandbox(dataDir: string) {
  const module = new URL('../../clarity-extension/sandbox/storefront/storefront.ts', import.meta.url)
  const code = `import { createStorefront } from '${module}'
    console.log(JSON.stringify(await createStorefront({ dataDir: process.argv[1] }).start(0)))`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  closers.push(() => void child.kill('SIGKILL'))
  const [line] = await once(child.stdout, 'data')
  const { apiUrl, tokenUrl } = asJson(JSON.parse(String(line)))
  const api = clarityApi({
    apiUrl: String(apiUrl),
    tokenUrl: String(tokenUrl),
    clientId: 'sandbox',
    clientSecret: 'sandbox-secret',
  })
  return {
    api,
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
