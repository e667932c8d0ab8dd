import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import pino from 'pino'
import request from 'supertest'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAudit } from '../../clarity-extension/audit/audit.ts'
import { type Connections, openConnections } from '../../clarity-extension/connections/connections.ts'
import type { Pairing } from '../../clarity-extension/connections/pairing.ts'
import { countersDoor } from '../../clarity-extension/http/counters-door.ts'
import { pairingDoor } from '../../clarity-extension/http/pairing-door.ts'
import { webhookDoors } from '../../clarity-extension/http/webhooks.ts'
import { addressFault, odooFault, pairing as realPairing } from '../../clarity-extension/ports/pairing.ts'
import { createSeal } from '../../clarity-extension/privacy/seal.ts'
import { catalogue } from '../../clarity-extension/sandbox/catalogue.ts'
import { createOdooStandIn, type OdooStandIn } from '../../clarity-extension/sandbox/odoo/stand-in.ts'
import { openStore, type Store } from '../../clarity-extension/store/store.ts'
import { newSecret, signHeaders } from '../../shared/signature.ts'

const log = pino({ level: 'silent' })

describe('a code of the bridge in an Odoo that knows nothing of it', () => {
  let folder: string
  let store: Store
  let connections: Connections
  let pairing: Pairing
  let server: Server
  let bridge: string
  let odoo: OdooStandIn
  let ingested: number
  let paused: string | null

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pairing-'))
    store = await openStore({ dataDir: folder })
    const seal = createSeal(['a key for tests only, of some length'])
    ;[ingested, paused] = [0, null]
    connections = await openConnections({
      store,
      seal,
      log,
      given: {
        clarity: {
          ...{ baseUrl: 'https://shop.example.com/api/v1', tokenUrl: 'https://shop.example.com/oauth/token' },
          ...{ clientId: 'bridge', clientSecret: 'a secret', webhookSecrets: [newSecret()] },
        },
        odoo: {
          ...{ url: 'https://nobody.example.com', db: 'nothing', login: undefined, apiKey: 'none' },
          ...{ transport: 'auto', webhookSecrets: [newSecret()] },
        },
      },
    })
    pairing = realPairing({
      store,
      seal,
      audit: createAudit(store),
      connections,
      queries: {
        connections: async () => [
          { name: 'odoo', state: paused ? 'paused' : 'up', cause: paused, message: null, since: 0, waiting: 0 },
        ],
      },
      ledger: {
        resumeConnection: async () => {
          paused = null
        },
      },
      written: async () => ['payment'],
    })
    const app = express()
    app.use(
      webhookDoors({
        secrets: { clarity: () => [], odoo: connections.book.odoo.secrets },
        ledger: { ingest: async () => ({ id: ++ingested, duplicate: false }) },
        hello: pairing.hello,
        log,
      }),
      pairingDoor({ pairing, log }),
      countersDoor({
        queries: {
          overview: async () => ({
            ...{
              connections: [],
              waiting: 2,
              running: 1,
              failed: 3,
              held: 4,
              oldestWaitingAt: null,
              oldestDeadAt: null,
            },
            ...{ perMinute: [5, 6].map((delivered) => ({ at: 0, received: 9, delivered, failed: 0, orders: 0 })) },
            ...{ latency: { p50Ms: null, p99Ms: null, sample: 0 }, lastOrders: { toOdoo: null, toClarity: null } },
          }),
        },
        secrets: connections.book.odoo.secrets,
        log,
      }),
    )
    server = createServer(app).listen(0, '127.0.0.1')
    await once(server, 'listening')
    bridge = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    odoo = createOdooStandIn({ dataDir: ':memory:', apiKey: 'unknown to all', seed: catalogue })
    await odoo.start(0)
  })
  afterEach(async () => {
    await odoo?.stop()
    server?.closeAllConnections()
    server?.close()
    connections?.stop()
    await store?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('connects both: the bridge calls with a key of its own, and Odoo signs with the secret it was given', async () => {
    paused = 'unauthorized'
    const { code } = await pairing.begin(bridge, 'ann')
    expect(await odoo.pair(`  ${code} `)).toBe(`Connected with ${bridge}.`)
    expect(await pairing.state()).toMatchObject({ state: 'connected', odoo: { database: 'sandbox' } })
    expect(ingested, 'the greeting is no event of the merchant').toBe(0)
    expect(paused, 'what waited for Odoo goes on').toBeNull()
    expect(await connections.odoo.ping()).toMatchObject({ ok: true })
    odoo.person.setOnHand('TEE-RED-M', 'WH', '7')
    await odoo.deliver()
    expect(ingested).toBe(1)
    await expect(odoo.pair(code)).rejects.toThrow(/is good once.*Make a new code/)
  })

  it('keeps what was known of the same Odoo and forgets what was known of another one', async () => {
    const link = { kind: 'order', clarity_id: '1', odoo_model: 'sale.order', odoo_id: 7, updated_at: 1 }
    const links = () => store.db.selectFrom('links').select('clarity_id').execute()
    const pair = async (one: OdooStandIn) => one.pair((await pairing.begin(bridge, 'ann')).code)
    await pair(odoo)
    await store.db.insertInto('links').values(link).execute()
    await pair(odoo)
    expect(await links()).toHaveLength(1)
    const second = createOdooStandIn({ dataDir: ':memory:', apiKey: 'unknown', seed: catalogue })
    await second.start(0)
    await pair(second)
    await second.stop()
    expect(await links()).toHaveLength(0)
  })

  it('says so when the code is none, or the bridge cannot be reached', async () => {
    await expect(odoo.pair('clarity-1')).rejects.toThrow('not a whole code')
    await expect(odoo.pair(`clarity-00000000-${'A'.repeat(22)}@http://127.0.0.1:1`)).rejects.toThrow('does not reach')
    await expect(odoo.pair(`clarity-00000000-${'A'.repeat(22)}@${bridge}`)).rejects.toThrow('not the newest code')
  })

  it('tells the menu in Odoo what the panel counts, if it is signed', async () => {
    const ask = (secret: string | undefined) => {
      const body = Buffer.from('{}')
      const headers = secret ? { ...signHeaders(body, [secret], 'ask_1', Date.now() / 1000) } : {}
      return request(server).post('/pairing/counters').set(headers).type('json').send('{}')
    }
    const counted = await ask(connections.book.odoo.secrets()[0])
    expect(counted.body).toEqual({ waiting: 3, failed: 3, held: 4, delivered_last_hour: 11 })
    expect((await ask(newSecret())).status).toBe(401)
    expect((await ask(undefined)).body).toMatchObject({ code: 'missing_header' })
  })

  it('refuses at the door what is no pairing, and who tries too often', async () => {
    const bad = await request(server).post('/pairing/odoo').send({ code: 'x' })
    expect(bad.status).toBe(400)
    expect(bad.body).toMatchObject({ code: 'invalid_request', detail: 'url: is missing or not readable.' })
    const broken = await request(server).post('/pairing/odoo').type('json').send('{')
    expect(broken.body).toMatchObject({ code: 'invalid_request' })
    for (let call = 0; call < 20; call++) await request(server).post('/pairing/odoo').send({})
    expect((await request(server).post('/pairing/odoo').send({})).status).toBe(429)
  })
})

describe('the address that Odoo tells', () => {
  it.each([
    ['https://93.184.216.34', '198.51.99.9', undefined],
    ['http://127.0.0.1:8069', '127.0.0.1', undefined],
    ['http://10.1.2.3:8069', '::ffff:10.9.9.9', undefined],
    ['http://10.1.2.3:8069', '93.184.216.34', 'address_refused'],
    ['https://[::1]/', '93.184.216.34', 'address_refused'],
    ['http://localhost:8069', '93.184.216.34', 'address_refused'],
    ['http://169.254.169.254/latest/meta-data', '10.0.0.1', 'address_refused'],
    ['http://0.0.0.0:8069', '127.0.0.1', 'address_refused'],
    ['http://93.184.216.34', '127.0.0.1', 'address_unguarded'],
    ['https://no-such-name.invalid', '127.0.0.1', 'address_unknown'],
    ['ftp://93.184.216.34', '127.0.0.1', 'address_unreadable'],
    ['https://me:secret@93.184.216.34', '127.0.0.1', 'address_unreadable'],
    ['', '127.0.0.1', 'address_unreadable'],
  ])('%s told from %s: %s', async (url, from, code) => {
    const fault = await addressFault(url, from)
    expect(fault?.code).toBe(code)
    if (fault) expect(fault.remedy).toMatch(/web\.base\.url/)
  })
})

describe('what the bridge finds wrong with an Odoo, before it says connected', () => {
  const settings = { url: 'https://erp.example.com', db: 'main', login: 'x', apiKey: 'k', transport: 'auto' as const }
  const rights = { missing_rights: [] as string[], missing_by_entity: {} as Record<string, string[]> }
  const pong = {
    ...{ module_version: '19.0.1.0.0', odoo_version: '19.0', database: 'main', time: new Date().toISOString() },
    ...{ company: { id: 1, name: 'Co', currency: 'EUR' }, user: { id: 7, login: 'clarity-bridge' }, warehouses: [] },
    ...{ entities: { order: true, shipment: true, stock: true, invoice: true, return: true } },
    outbox: { pending: 0, oldest_at: null, sending: false },
  }
  const entities = { ...pong.entities, product: false, price: false, customer: false }
  const error = (status: number, name: string, message: string) => Response.json({ name, message }, { status })
  const look = (answer: () => Response) => {
    const fetch: typeof globalThis.fetch = async (input) => {
      const { pathname } = new URL(input instanceof Request ? input.url : String(input))
      if (pathname === '/web/version') return Response.json({ version_info: [19, 0, 0, 'final', 0, ''] })
      if (pathname === '/web/health') return Response.json({ status: 'pass', db_server_status: true })
      if (pathname === '/json/2/clarity.bridge/ping') return answer()
      return pathname.startsWith('/jsonrpc') ? error(404, 'x', 'x') : answer()
    }
    return odooFault(settings, async () => ['payment'], fetch)
  }
  const ping = (change: object, headers = {}) => Response.json({ ...pong, ...rights, entities, ...change }, { headers })

  it('nothing, where nothing is', async () => {
    expect(await look(() => ping({}, { date: new Date().toUTCString() }))).toBeUndefined()
  })

  it.each<[string, string, RegExp, () => Response]>([
    [
      'a key that is none',
      'unauthorized',
      /does not accept the key/,
      () => error(401, 'werkzeug.exceptions.Unauthorized', 'Invalid apikey'),
    ],
    [
      'the module missing',
      'module_missing',
      /not installed/,
      () => error(404, 'werkzeug.exceptions.NotFound', "the model 'clarity.bridge' does not exist"),
    ],
    [
      'the module too old',
      'module_outdated',
      /has no ping/,
      () => error(404, 'werkzeug.exceptions.NotFound', "The method 'clarity.bridge.ping' does not exist"),
    ],
    [
      'the role missing',
      'access_denied',
      /Only a user/,
      () => error(403, 'odoo.exceptions.AccessError', 'Only a user of the group.'),
    ],
    [
      'a right missing',
      'missing_right',
      /lacks: create Payments/,
      () => ping({ missing_by_entity: { payment: ['create Payments'] } }),
    ],
    [
      'the clock off by its Date',
      'clock_off',
      /differ by 60 minutes/,
      () => ping({}, { date: new Date(Date.now() - 3_600_000).toUTCString() }),
    ],
    [
      'the clock off by what it says',
      'clock_off',
      /differ by 6 minutes/,
      () => ping({ time: new Date(Date.now() + 360_000).toISOString() }),
    ],
    [
      'something else there',
      'wrong_address',
      /something else than Odoo/,
      () => new Response('<h1>Shop</h1>', { status: 404, headers: { 'content-type': 'text/html' } }),
    ],
    [
      'nobody there',
      'network',
      /does not reach Odoo at https:\/\/erp/,
      () => {
        throw new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) })
      },
    ],
    [
      'no answer in time',
      'timeout',
      /did not answer/,
      () => {
        throw new DOMException('late', 'TimeoutError')
      },
    ],
  ])('%s', async (_, code, detail, answer) => {
    const fault = await look(answer)
    expect(fault?.code).toBe(code)
    expect(fault?.detail).toMatch(detail)
    expect(fault?.remedy.length).toBeGreaterThan(20)
  })

  it('the wrong database', async () => {
    const odoo = createOdooStandIn({ dataDir: ':memory:', apiKey: 'k', seed: catalogue })
    const url = await odoo.start(0)
    const fault = await odooFault({ ...settings, url, db: 'misspelt' }, async () => [])
    await odoo.stop()
    expect(fault).toMatchObject({ code: 'wrong_database' })
    expect(fault?.detail).toContain('does not serve the database misspelt')
  })
})
