import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import pino from 'pino'
import request from 'supertest'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { healthDoors } from '../../clarity-extension/http/health.ts'
import { webhookDoors } from '../../clarity-extension/http/webhooks.ts'
import { createLedger } from '../../clarity-extension/ledger/ledger.ts'
import { createQueries } from '../../clarity-extension/ledger/queries.ts'
import { openStore, type Store } from '../../clarity-extension/store/store.ts'
import { newSecret, newWebhookId, signHeaders } from '../../shared/signature.ts'

const NOW = 1_795_000_000
const log = pino({ level: 'silent' })
let dataDir: string
let store: Store
let ledger: ReturnType<typeof createLedger>

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'bridge-doors-'))
  store = await openStore({ dataDir })
  ledger = createLedger({ store, log })
})
afterAll(async () => {
  await store.close()
  await rm(dataDir, { recursive: true })
})
beforeEach(() => store.db.deleteFrom('events').execute())

const secrets = { clarity: newSecret(), odoo: newSecret(), next: newSecret() }
const valid = { clarity: [secrets.clarity], odoo: [secrets.odoo] }

function app(over: Partial<Parameters<typeof webhookDoors>[0]> = {}) {
  return express().use(
    webhookDoors({
      secrets: { clarity: () => valid.clarity, odoo: () => valid.odoo },
      ledger,
      log,
      now: () => NOW * 1000,
      ...over,
    }),
  )
}

const orderBody = (id = '7') =>
  Buffer.from(
    JSON.stringify({
      type: 'order.created',
      timestamp: '2026-11-20T12:00:00Z',
      data: { id, updatedAt: '2026-11-20T12:00:00Z', number: `W${id}`, note: 'žluťoučký 🚲 \u202e' },
    }),
  )

interface Delivery {
  body?: Buffer
  secret?: string[]
  id?: string
  at?: number
  path?: string
  headers?: Record<string, string>
  to?: express.Express
}

function deliver({
  body = orderBody(),
  secret = [secrets.clarity],
  id = newWebhookId(),
  at = NOW,
  ...more
}: Delivery = {}) {
  return request(more.to ?? app())
    .post(more.path ?? '/webhooks/clarity')
    .set({ 'content-type': 'application/json', ...signHeaders(body, secret, id, at), ...more.headers })
    .serialize((bytes) => bytes)
    .send(body)
}

const rows = () => store.db.selectFrom('events').selectAll().orderBy('id').execute()

describe('the webhook doors', () => {
  it('answer 202 with the id of the row that holds the bytes as they came', async () => {
    const body = orderBody()
    const answer = await deliver({ body })
    const [row, ...others] = await rows()
    expect(answer.status).toBe(202)
    expect(answer.body).toEqual({ id: String(row?.id) })
    expect(others).toEqual([])
    expect(row).toMatchObject({
      source: 'clarity',
      type: 'order.created',
      lane: 'order:7',
      subject: 'W7',
      state: 'ready',
    })
    expect(Buffer.from(row?.payload ?? [])).toEqual(body)
  })

  it('CASES 1: five deliveries of one event at once are one row, every one answered 202', async () => {
    const to = app()
    const answers = await Promise.all([1, 2, 3, 4, 5].map((n) => deliver({ to, id: 'msg_same', at: NOW - n })))
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202])
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect(answers.filter(({ body }) => body.duplicate)).toHaveLength(4)
    expect(await rows()).toHaveLength(1)
  })

  it('take every secret that is valid now, the next one without a restart', async () => {
    const to = app()
    expect((await deliver({ to, secret: [secrets.next] })).status).toBe(401)
    valid.clarity = [secrets.clarity, secrets.next]
    expect((await deliver({ to, secret: [secrets.next] })).status).toBe(202)
    expect((await deliver({ to, secret: [newSecret(), secrets.clarity] })).status).toBe(202)
    valid.clarity = [secrets.clarity]
    expect((await deliver({ to, secret: [secrets.next] })).status).toBe(401)
  })

  it.each([
    ['missing_header', { headers: { 'webhook-signature': '' } }],
    ['bad_timestamp', { headers: { 'webhook-timestamp': '161abc' } }],
    ['too_old', { at: NOW - 301 }],
    ['too_new', { at: NOW + 301 }],
    ['bad_signature', { secret: [newSecret()] }],
    ['bad_signature', { path: '/webhooks/odoo' }],
    ['bad_signature', { headers: { 'webhook-id': 'msg_other' } }],
  ] as [string, Delivery][])('answer 401 %s %#, with a remedy, and store nothing', async (code, delivery) => {
    const answer = await deliver(delivery)
    expect(answer.status).toBe(401)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.body).toMatchObject({ status: 401, code, remedy: expect.stringMatching(/.{10}/) })
    expect(await rows()).toEqual([])
  })

  it('take timestamps that are exactly five minutes off', async () => {
    expect((await deliver({ at: NOW - 300 })).status).toBe(202)
    expect((await deliver({ at: NOW + 300 })).status).toBe(202)
  })

  it('verify the bytes, not what they mean: one more space is another body', async () => {
    const body = orderBody()
    const answer = await request(app())
      .post('/webhooks/clarity')
      .set({ 'content-type': 'application/json', ...signHeaders(body, [secrets.clarity], 'msg_1', NOW) })
      .send(`${body} `)
    expect(answer.status).toBe(401)
  })

  it('answer 413 above the limit and 202 at it', async () => {
    const padded = (length: number) => {
      const body = orderBody()
      return Buffer.concat([body, Buffer.alloc(length - body.length, ' ')])
    }
    const tooLarge = await deliver({ body: padded(1024 * 1024 + 1) })
    expect(tooLarge.status).toBe(413)
    expect(tooLarge.body).toMatchObject({ code: 'too_large' })
    expect((await deliver({ body: padded(1024 * 1024) })).status).toBe(202)
  })

  it('answer 415 to a compressed body: the signature is over the bytes as they came', async () => {
    expect((await deliver({ headers: { 'content-encoding': 'gzip' } })).status).toBe(415)
  })

  it.each([
    ['no JSON', '{"type":', /not JSON/],
    ['an unknown type', '{"type":"order.refunded","timestamp":"2026-11-20T12:00:00Z","data":{}}', /^\/type: /],
    ['no body at all', '', /not JSON/],
  ])('keep an authentic body with %s as a dead letter and answer 202', async (_, text, message) => {
    const answer = await deliver({ body: Buffer.from(text) })
    expect(answer.status).toBe(202)
    expect(await rows()).toMatchObject([
      { type: 'unreadable', state: 'dead', cause: 'unreadable_body', message: expect.stringMatching(message) },
    ])
  })

  it('answer 503 with Retry-After when the store cannot commit', async () => {
    const away = app({ ledger: { ingest: () => Promise.reject(new Error('disk full')) } })
    const answer = await deliver({ to: away })
    expect(answer.status).toBe(503)
    expect(answer.headers['retry-after']).toBe('5')
    expect(answer.body).toMatchObject({ code: 'not_stored', detail: expect.not.stringContaining('disk') })
  })

  it('answer 503 when the store itself is gone, and take the same event once it is back', async () => {
    const home = await mkdtemp(join(tmpdir(), 'bridge-doors-'))
    const closed = await openStore({ dataDir: home })
    await closed.close()
    const away = await deliver({ to: app({ ledger: createLedger({ store: closed, log }) }), id: 'msg_again' })
    expect(away.status).toBe(503)
    const back = await openStore({ dataDir: home })
    const again = await deliver({ to: app({ ledger: createLedger({ store: back, log }) }), id: 'msg_again' })
    await back.close()
    await rm(home, { recursive: true })
    expect([again.status, again.body.duplicate]).toEqual([202, undefined])
  })

  it('keep the trace that the sender began', async () => {
    const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`
    await deliver({ headers: { traceparent } })
    await deliver()
    const [first, second] = await rows()
    expect(first?.trace_id).toBe('ab'.repeat(16))
    expect(second?.trace_id).toMatch(/^[0-9a-f]{32}$/)
    expect(second?.trace_id).not.toBe('ab'.repeat(16))
  })

  it('take what the addon sends', async () => {
    const body = Buffer.from(
      JSON.stringify({
        type: 'picking.done',
        timestamp: '2026-11-20T12:00:00Z',
        data: { picking_id: 5, order: { id: 3, ref: '7' }, traceparent: `00-${'ef'.repeat(16)}-${'cd'.repeat(8)}-01` },
      }),
    )
    expect((await deliver({ body, path: '/webhooks/odoo', secret: [secrets.odoo] })).status).toBe(202)
    expect(await rows()).toMatchObject([{ source: 'odoo', lane: 'order:7', priority: 1, trace_id: 'ef'.repeat(16) }])
  })

  const parcelOf = (events: unknown) =>
    Buffer.from(JSON.stringify({ type: 'parcel', timestamp: '2026-11-20T12:00:00Z', data: { events } }))
  const stockEvent = (sku: string) => ({
    webhook_id: `evt_${sku}`,
    body: { type: 'stock.changed', timestamp: '2026-11-20T12:00:00Z', data: { product_id: 1, sku } },
  })

  it('unpack a parcel of the addon: each event under its own id, one that is known already once, a bad one alone', async () => {
    const to = app()
    const send = (events: unknown) =>
      deliver({ to, body: parcelOf(events), path: '/webhooks/odoo', secret: [secrets.odoo] })
    expect((await send([stockEvent('A'), stockEvent('B')])).body).toEqual({ accepted: 2, duplicates: 0 })
    const bad = { webhook_id: 'evt_bad', body: { type: 'stock.moved' } }
    const answer = await send([stockEvent('B'), bad, stockEvent('C')])
    expect([answer.status, answer.body]).toEqual([202, { accepted: 3, duplicates: 1 }])
    expect((await rows()).map(({ webhook_id, lane, state }) => [webhook_id, lane, state])).toEqual([
      ['evt_A', 'stock:A', 'ready'],
      ['evt_B', 'stock:B', 'ready'],
      ['evt_bad', 'unreadable:odoo', 'dead'],
      ['evt_C', 'stock:C', 'ready'],
    ])
  })

  it('keep a parcel that cannot be unpacked as one unreadable event, and know none from the storefront', async () => {
    const odoo = { path: '/webhooks/odoo', secret: [secrets.odoo] }
    const bodies = [parcelOf([{ body: 1 }]), parcelOf([]), Buffer.from('{"type":"parcel"')]
    for (const body of bodies) expect((await deliver({ body, ...odoo })).status).toBe(202)
    expect((await deliver({ body: parcelOf([stockEvent('A')]) })).status).toBe(202)
    expect((await rows()).map(({ lane, state }) => [lane, state])).toEqual([
      ...bodies.map(() => ['unreadable:odoo', 'dead']),
      ['unreadable:clarity', 'dead'],
    ])
  })

  it('take a parcel only when it is signed', async () => {
    const body = parcelOf([stockEvent('A')])
    expect((await deliver({ body, path: '/webhooks/odoo', secret: [secrets.clarity] })).status).toBe(401)
    expect(await rows()).toEqual([])
  })
})

describe('the health doors', () => {
  const health = (over: Partial<Parameters<typeof healthDoors>[0]> = {}) =>
    express().use(healthDoors({ ledger, queries: createQueries(store), ...over }))

  it('say live while the process answers', async () => {
    const answer = await request(health()).get('/health/live')
    expect([answer.status, answer.body]).toEqual([200, { status: 'live' }])
  })

  it('say ready with both connections and the backlog', async () => {
    const answer = await request(health()).get('/health/ready')
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      status: 'ready',
      reasons: [],
      store: { writable: true },
      connections: { clarity: { state: 'up', cause: null }, odoo: { state: 'up', cause: null } },
      backlog: { waiting: 0, failed: 0, held: 0, oldestSeconds: null },
    })
  })

  it('stay 200 with the reason while a connection is paused or events wait long: the doors still take events', async () => {
    await deliver()
    await ledger.pauseConnection('odoo', 'Ada')
    const answer = await request(health({ now: () => Date.now() + 3_600_000 })).get('/health/ready')
    await ledger.resumeConnection('odoo', 'ada')
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({
      status: 'degraded',
      reasons: [/^odoo is paused \(by_hand\)/, /^1 events wait/].map((reason) => expect.stringMatching(reason)),
    })
  })

  it('say 503 when the store cannot be written', async () => {
    const answer = await request(health({ ledger: { writable: async () => false } })).get('/health/ready')
    expect(answer.status).toBe(503)
    expect(answer.body).toMatchObject({ status: 'not_ready', store: { writable: false } })
  })
})
