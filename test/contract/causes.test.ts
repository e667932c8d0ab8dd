import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type CauseCode, causes } from '../../shared/causes.ts'
import type { Connection } from '../../shared/outcome.ts'
import { authority, selfSigned } from '../support/certificates.ts'
import type { Front, Instead } from '../support/front.ts'
import { FIRST_KEY, openSandboxStage, type SandboxStage } from '../support/sandbox-stage.ts'
import { checkout } from '../support/shop.ts'
import { until as poll } from '../support/until.ts'

/**
 * Causes from the fault on the line to the order in both systems: what is said, what alerts, what is burnt, and that nothing is
 * left behind when it is mended. Both sides are reached by TLS through a front that breaks as a proxy, a firewall or a far side does.
 * What only a real Odoo can say is provoked on one in test/real/classifier.test.ts; which test proves which code stands in
 * test/unit/cause-proofs.test.ts.
 */
const MINUTES = 60_000
const ca = authority()
let folder: string
let stage: SandboxStage
let shop: SandboxStage['shop']
let odoo: SandboxStage['odoo']
let panel: SandboxStage['panel']
let fronts: { odoo: Front; clarity: Front }
let placed = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clarity-causes-'))
  const trusted = join(folder, 'issuer.pem')
  writeFileSync(trusted, ca.cert)
  stage = await openSandboxStage({ tls: ca.issue(), env: { NODE_EXTRA_CA_CERTS: trusted } })
  ;({ shop, odoo, panel } = stage)
  if (!stage.fronts) throw new Error('a stage with fronts')
  fronts = stage.fronts
  await delivered(await place())
})
afterAll(async () => {
  await stage?.dispose()
  rmSync(folder, { recursive: true })
})

/** The panel takes 600 requests a minute. */
const until: typeof poll = (what, ask) => poll(what, ask, { everyMs: 250 })

const place = () => shop.place(checkout(placed++))
type Order = Awaited<ReturnType<typeof place>>

const connections = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      cause: z.string().nullable(),
      message: z.string().nullable(),
      remedy: z.string().nullable(),
    }),
  ),
})
const stateOf = async (name: Connection) => {
  const found = connections.parse(await panel('GET', '/connections')).items.find((one) => one.name === name)
  if (!found) throw new Error(`no connection ${name}`)
  return found
}
const alert = z.object({ rule: z.string(), key: z.string(), title: z.string(), text: z.string(), link: z.string() })
const alerts = z.object({ active: z.array(alert) })
const alertsOf = async (rule: string) =>
  alerts.parse(await panel('GET', '/alerts')).active.filter((one) => one.rule === rule)
const row = z.object({
  id: z.string(),
  type: z.string(),
  state: z.string(),
  attempts: z.number(),
  cause: z.string().nullable(),
})
const eventOf = async ({ id }: Order) => {
  const path = `/events?q=${encodeURIComponent(`order:${id}`)}`
  const { items } = z.object({ items: z.array(row) }).parse(await panel('GET', path))
  return items.find(({ type }) => type === 'order.created')
}
const inOdoo = ({ number }: Order) => odoo.person.count('sale.order', { origin: number })

/** Once in Odoo, and the storefront knows as what. @returns its event */
async function delivered(order: Order) {
  const event = await until(`${order.number} delivered`, async () => {
    const found = await eventOf(order)
    return found !== undefined && ['done', 'skipped'].includes(found.state) && found
  })
  expect(inOdoo(order)).toBe(1)
  await until(`${order.number} known in the shop`, async () => (await shop.order(order.id)).externalKey)
  return event
}

interface ConnectionFault {
  side: Connection
  cause: CauseCode
  what: string
  /** What a person reads. */
  says: RegExp
  fault(): void | Promise<void>
  mend?(): void | Promise<void>
}

const bridgeCall = (path: string) => path.startsWith('/json/2/clarity.bridge/')
const onOdoo = (instead: Instead) => () => {
  fronts.odoo.answer = (path) => (bridgeCall(path) ? instead : undefined)
}
const onShop =
  (instead: Instead, of = (path: string) => path.startsWith('/api/v1/')) =>
  () => {
    fronts.clarity.answer = (path) => (of(path) ? instead : undefined)
  }
const odooError = (status: number, name: string, message: string): Instead => ({ status, body: { name, message } })
const problem = (status: number, code: string): Instead => ({
  status,
  body: { title: 'No', detail: `no: ${code}`, code },
})
const inShop = async (path: string, body: object) => {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${shop.url}/sandbox${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${path} ${response.status}`)
}
/** The bridge asks for another token. */
const newTokens = async () => {
  await inShop('/tokens/revoke', {})
  shop.signOut()
}

const refusing: ConnectionFault[] = [
  {
    ...{ side: 'odoo', cause: 'certificate', what: 'an expired certificate', says: /not trusted: it has expired/ },
    fault: () => fronts.odoo.wear(ca.issue(new Date(Date.now() - MINUTES))),
    mend: () => fronts.odoo.wear(ca.issue()),
  },
  {
    ...{ side: 'odoo', cause: 'certificate', what: 'a self-signed one', says: /not trusted: it is self-signed/ },
    fault: () => fronts.odoo.wear(selfSigned()),
    mend: () => fronts.odoo.wear(ca.issue()),
  },
  {
    ...{ side: 'odoo', cause: 'proxy_refused', what: 'a gateway before it', says: /before Odoo refuses us with 403/ },
    fault: onOdoo({ status: 403, body: '<h1>Access denied by policy</h1>' }),
  },
  {
    ...{ side: 'odoo', cause: 'wrong_address', what: 'a server that moved', says: /https:\/\/moved\.example/ },
    fault: onOdoo({ status: 301, headers: { location: 'https://moved.example/' } }),
  },
  {
    ...{ side: 'odoo', cause: 'unexpected_answer', what: 'another version', says: /answered something unexpected/ },
    fault: onOdoo({ status: 200, body: { something: 'else' } }),
  },
  {
    ...{ side: 'odoo', cause: 'wrong_database', what: 'a renamed database', says: /no database of this name/ },
    fault: () => {
      fronts.odoo.rewrite = { 'x-odoo-database': 'renamed' }
    },
  },
  {
    ...{
      side: 'odoo',
      cause: 'unauthorized',
      what: 'a revoked key',
      says: /refuses the key or password: Invalid apikey\.$/,
    },
    fault: () => odoo.replaceKey('another-key'),
    mend: () => odoo.replaceKey(FIRST_KEY),
  },
  {
    ...{ side: 'odoo', cause: 'module_missing', what: 'a database without the app', says: /not installed/ },
    fault: onOdoo(odooError(404, 'werkzeug.exceptions.NotFound', "the model 'clarity.bridge' does not exist")),
  },
  {
    ...{ side: 'odoo', cause: 'module_outdated', what: 'an older app', says: /has no apply/ },
    fault: onOdoo(odooError(404, 'werkzeug.exceptions.NotFound', "The method 'clarity.bridge.apply' does not exist")),
  },
  {
    ...{ side: 'odoo', cause: 'access_denied', what: 'a user without its role', says: /role Service User/ },
    fault: onOdoo(odooError(403, 'odoo.exceptions.AccessError', 'You are not allowed to do this.')),
  },
  {
    ...{ side: 'clarity', cause: 'certificate', what: 'an expired certificate', says: /not trusted: it has expired/ },
    fault: () => fronts.clarity.wear(ca.issue(new Date(Date.now() - MINUTES))),
    mend: () => fronts.clarity.wear(ca.issue()),
  },
  {
    ...{ side: 'clarity', cause: 'invalid_client', what: 'a changed client secret', says: /refuses the client/ },
    async fault() {
      await inShop('/client', { secret: 'another-secret' })
      await inShop('/tokens/revoke', {})
    },
    async mend() {
      await inShop('/client', { secret: 'sandbox-secret' })
      shop.signOut()
    },
  },
  {
    ...{
      side: 'clarity',
      cause: 'invalid_scope',
      what: 'a client with fewer scopes',
      says: /may not have these scopes/,
    },
    async fault() {
      onShop({ status: 400, body: { error: 'invalid_scope' } }, (path) => path.includes('token'))()
      await newTokens()
    },
  },
  {
    ...{ side: 'clarity', cause: 'forbidden', what: 'a missing scope', says: /may not .+no: scope/ },
    fault: onShop(problem(403, 'scope')),
  },
  {
    ...{ side: 'clarity', cause: 'unauthorized', what: 'a fresh token that is refused', says: /refuses a fresh token/ },
    fault: onShop(problem(401, 'token')),
  },
  {
    ...{ side: 'clarity', cause: 'wrong_address', what: 'a shop that moved', says: /https:\/\/moved\.example/ },
    fault: onShop({ status: 308, headers: { location: 'https://moved.example/' } }),
  },
]

async function mend(fault?: ConnectionFault) {
  for (const front of Object.values(fronts)) {
    front.answer = () => undefined
    front.rewrite = {}
  }
  await fault?.mend?.()
}

// What one case leaves broken is not the next one's.
afterEach(async () => {
  await mend()
  for (const side of ['odoo', 'clarity']) await panel('POST', `/connections/${side}/resume`)
  await until('the end of its alerts', async () => (await alertsOf('authentication')).length === 0)
})

describe('a connection that is refused', () => {
  it.each(refusing)(
    '$cause of $side ($what): pauses, alerts once, burns nothing, and everything is delivered once when it is mended',
    async (one) => {
      const { side, cause, says } = one
      // The order is in the shop before the shop is not to be reached.
      await one.fault()
      const order = await (cause === 'invalid_client' ? placeWithOldToken() : place())
      const paused = await until('the pause', async () => {
        const state = await stateOf(side)
        return state.state === 'paused' && state
      })
      const { title, remedy, classes } = causes[cause]
      expect(classes[0]).toBe('refused')
      expect(paused).toMatchObject({ cause, message: expect.stringMatching(says), remedy })
      const [alert, another] = await until('the alert', async () => {
        const active = await alertsOf('authentication')
        return active[0]?.title.includes(title) && active
      })
      expect(another).toBeUndefined()
      expect(alert?.text).toContain(remedy)
      expect(alert?.link).toBe('/connections')
      expect(await eventOf(order)).toMatchObject({ state: 'ready', attempts: 0 })

      await mend(one)
      // The probe finds it within a minute; a person who has mended it need not wait.
      await panel('POST', `/connections/${side}/resume`)
      expect(await delivered(order)).toMatchObject({ attempts: 1 })
      await until('the end of the alert', async () => (await alertsOf('authentication')).length === 0)
      const { lastError } = z
        .object({ lastError: z.object({ cause: z.string(), remedy: z.string() }) })
        .parse(await panel('GET', `/connections/${side}`))
      expect(lastError).toMatchObject({ cause, remedy })
    },
  )

  it('by_hand: is nobody’s alert, waits, and goes on when a person resumes it', async () => {
    await panel('POST', '/connections/odoo/pause')
    const order = await place()
    const { title, remedy } = causes.by_hand
    expect(title).toBeTruthy()
    expect(await stateOf('odoo')).toMatchObject({ state: 'paused', cause: 'by_hand', remedy })
    await until('the event', async () => (await eventOf(order))?.state === 'ready')
    await panel('POST', '/connections/odoo/resume')
    expect(await delivered(order)).toMatchObject({ attempts: 1 })
    expect(await alertsOf('authentication')).toEqual([])
  })

  it('is not made by settings that no client can be made of, tried or not', async () => {
    for (const untested of [false, true])
      await expect(
        panel('PATCH', '/connections/odoo', { settings: { transport: 'jsonrpc' }, untested }),
      ).rejects.toThrow(/422.+signs in by login.+Enter the login/)
    expect(await stateOf('odoo')).toMatchObject({ state: 'up' })
  })

  it('is found by the probe when it was mended and nobody says so', async () => {
    fronts.odoo.wear(ca.issue(new Date(Date.now() - MINUTES)))
    const order = await place()
    await until('the pause', async () => (await stateOf('odoo')).state === 'paused')
    fronts.odoo.wear(ca.issue())
    await until('the end of the pause', async () => (await stateOf('odoo')).state === 'up')
    expect(await delivered(order)).toMatchObject({ attempts: 1 })
  })
})

/** Nobody gets a token now, and this helper needs none: the shop's page places it. */
async function placeWithOldToken(): Promise<Order> {
  await inShop('/client', { secret: 'sandbox-secret' })
  shop.signOut()
  const order = await place()
  await inShop('/client', { secret: 'another-secret' })
  await inShop('/tokens/revoke', {})
  return order
}

interface Passing {
  cause: CauseCode
  what: string
  side: Connection
  instead: Instead
}

const apply = '/json/2/clarity.bridge/apply'
const passing: Passing[] = [
  { side: 'odoo', cause: 'network', what: 'a line that is cut', instead: 'reset' },
  {
    side: 'odoo',
    cause: 'server_error',
    what: 'an error page',
    instead: { status: 502, body: '<h1>Bad gateway</h1>' },
  },
  {
    ...{ side: 'odoo', cause: 'database_down', what: 'a database that restarts' },
    instead: odooError(500, 'psycopg2.OperationalError', 'connection to server failed: Connection refused'),
  },
  {
    ...{ side: 'odoo', cause: 'throttled', what: 'a rate limit' },
    instead: { status: 429, headers: { 'retry-after': '1' } },
  },
  {
    ...{ side: 'odoo', cause: 'busy', what: 'a full pool' },
    instead: odooError(500, 'psycopg2.pool.PoolError', 'The Connection Pool Is Full'),
  },
  {
    ...{ side: 'odoo', cause: 'conflict', what: 'a lost race' },
    instead: odooError(500, 'psycopg2.errors.SerializationFailure', 'could not serialize access'),
  },
  {
    ...{ side: 'odoo', cause: 'timeout', what: 'a query that was cancelled' },
    instead: odooError(500, 'psycopg2.errors.QueryCanceled', 'canceling statement due to statement timeout'),
  },
  {
    side: 'clarity',
    cause: 'unreadable_answer',
    what: 'a page',
    instead: { status: 200, headers: { 'content-type': 'application/json' }, body: '<h1>' },
  },
  {
    side: 'clarity',
    cause: 'in_progress',
    what: 'an earlier attempt that runs',
    instead: problem(409, 'idempotency_in_progress'),
  },
  { side: 'clarity', cause: 'stale_version', what: 'a record that changed', instead: problem(412, 'stale') },
]

describe('what passes by itself', () => {
  it('is tried again with its cause in the log of attempts, alerts nobody, and is delivered once', async () => {
    const orders: Order[] = []
    for (const { side, cause, instead, what } of passing) {
      let left = 1
      fronts[side].answer = (path, method) => {
        const meant = side === 'odoo' ? path === apply : method === 'PATCH' && path.includes('/orders/')
        return meant && left-- > 0 ? instead : undefined
      }
      const began = Date.now()
      orders.push(await place())
      await until(`an attempt that ends with ${cause}: ${what}`, async () =>
        stage.bridge
          .logged('attempt', began - 1)
          .some((line) => attempt.safeParse(line).data?.cause === cause && attempt.parse(line).outcome === 'retry'),
      )
      expect(causes[cause].classes).toEqual(['retry'])
    }
    await mend()
    for (const order of orders) {
      const { attempts } = await delivered(order)
      expect(attempts).toBeGreaterThan(0)
    }
    expect(await alertsOf('authentication')).toEqual([])
    expect(await alertsOf('dead_letters')).toEqual([])
  })

  it('lookups_changed: an entry that is saved while Odoo is asked counts for the order that asked', async () => {
    const [asked, saved] = [Promise.withResolvers<void>(), Promise.withResolvers<undefined>()]
    fronts.odoo.answer = (path) => {
      if (path !== apply) return undefined
      asked.resolve()
      return saved.promise
    }
    const began = Date.now()
    const shippingLines = [{ method: 'Bike courier', carrier: 'Bikes', amount: '5.00' }]
    const order = await shop.place(checkout(placed++, { shippingLines }))
    await asked.promise
    await panel('PUT', '/lookups/carrier/entry', { key: 'Bike courier', result: 'Standard' })
    saved.resolve(undefined)
    const { attempts } = await delivered(order)
    expect(attempts).toBeGreaterThan(1)
    const causesOf = stage.bridge.logged('attempt', began - 1).map((line) => attempt.parse(line).cause)
    expect(causesOf).toContain('lookups_changed')
    expect(causes.lookups_changed.classes).toEqual(['retry'])
    expect(await alertsOf('dead_letters')).toEqual([])
  })
})
const attempt = z.looseObject({ outcome: z.string(), cause: z.string().nullable() })

const mended: Passing[] = [
  {
    side: 'odoo',
    cause: 'too_large',
    what: 'a proxy with a small limit',
    instead: { status: 413, body: '<h1>Too large</h1>' },
  },
  {
    side: 'odoo',
    cause: 'bad_request',
    what: 'a proxy that breaks requests',
    instead: { status: 400, body: '<h1>Bad request</h1>' },
  },
  { side: 'clarity', cause: 'unknown_record', what: 'an order that is not there', instead: problem(404, 'not_found') },
  { side: 'clarity', cause: 'storefront_refused', what: 'a value it does not take', instead: problem(422, 'nonsense') },
  {
    side: 'clarity',
    cause: 'unexpected_answer',
    what: 'another dialect',
    instead: { status: 200, body: { other: 1 } },
  },
]

describe('what has to be mended', () => {
  it('is a dead letter at once with its remedy, alerts per cause, and one replay of each group delivers it once', async () => {
    const orders: Order[] = []
    for (const { side, cause, instead, what } of mended) {
      fronts[side].answer = (path, method) =>
        (side === 'odoo' ? path === apply : method !== 'POST' && path.includes('/orders/')) ? instead : undefined
      const order = await place()
      orders.push(order)
      const dead = await until(`the dead letter: ${what}`, async () => {
        const found = await eventOf(order)
        return found?.state === 'dead' && found
      })
      expect(dead).toMatchObject({ cause })
      // Mended before it is told, a later event of its own may bring the order through, and nothing is left to tell.
      const told = await until(`the alert: ${what}`, async () =>
        (await alertsOf('dead_letters')).find(({ key }) => key === `dead_letters:${cause}`),
      )
      const { title, meaning, remedy } = causes[cause]
      expect(told).toMatchObject({ text: `${meaning} ${remedy}`, link: '/attention' })
      expect(told.title).toContain(title)
      await mend()
      expect(causes[cause].classes).toContain('correct')
      const { items } = groups.parse(await panel('GET', `/failures?cause=${cause}`))
      expect(items.length).toBeGreaterThan(0)
      expect(items.every(({ message, remedy }) => message.length > 0 && remedy.length > 10)).toBe(true)
    }
    for (const { cause } of mended) await panel('POST', '/failures/replay', { cause })
    for (const order of orders) await delivered(order)
    await until('nothing of them left', async () => {
      const left = groups.parse(await panel('GET', '/failures'))
      return left.items.length === 0
    })
    await until('the end of the alerts', async () => (await alertsOf('dead_letters')).length === 0)
  })
})
const groups = z.object({
  items: z.array(z.object({ cause: z.string(), count: z.number(), message: z.string(), remedy: z.string() })),
})
