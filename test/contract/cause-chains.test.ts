import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { RuleSet } from '../../clarity-extension/mapping/rules.ts'
import { createSeal } from '../../clarity-extension/privacy/seal.ts'
import { createOdooClient, type OdooClient } from '../../odoo-bridge/client/client.ts'
import { type CauseCode, causes } from '../../shared/causes.ts'
import type { Order } from '../../shared/entities.ts'
import { amount } from '../../shared/money.ts'
import { until } from '../bench/figures.ts'
import { type Chains, driveChains, type Waiting } from '../support/cause-chain.ts'
import { authority } from '../support/certificates.ts'
import { FIRST_KEY, openSandboxStage, type SandboxStage } from '../support/sandbox-stage.ts'
import { type Checkout, checkout } from '../support/shop.ts'

/**
 * Causes that are not Odoo's, from the fault to both systems being right again, on the sandbox's storefront and its stand-in for Odoo:
 * what a record says, what a rule says, what a person is asked, what the bridge itself meets. Odoo's own are in
 * test/real/cases-causes.test.ts, those of the line in test/contract/causes.test.ts.
 */
const MINUTES = 60_000
const STORE = 'default'
const MAPPING = '/mappings/order-to-odoo'
let folder: string
let stage: SandboxStage
let shop: SandboxStage['shop']
let panel: SandboxStage['panel']
let client: OdooClient
let guest = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clarity-chains-'))
  const ca = authority()
  const trusted = join(folder, 'issuer.pem')
  writeFileSync(trusted, ca.cert)
  stage = await openSandboxStage({ tls: ca.issue(), env: { NODE_EXTRA_CA_CERTS: trusted }, silent: true })
  ;({ shop, panel } = stage)
  const { proxy, odoo } = stage
  client = createOdooClient({ url: proxy.url, db: odoo.database, apiKey: FIRST_KEY, transport: 'json2' })
  await ownRules()
}, 4 * MINUTES)
afterAll(async () => {
  await stage?.dispose()
  rmSync(folder, { recursive: true })
}, MINUTES)
afterEach(() => {
  for (const front of Object.values(stage.fronts ?? {})) front.answer = () => undefined
})

const place = (change: Partial<Checkout> = {}) => shop.place(checkout(guest++, change))
const tell = async (data: object, type = 'order.created') => expect(await stage.deliver({ type, data })).toBe(202)
const laneOf = ({ id }: { id: string }) => `order:${id}`
const later = (order: Order) => new Date(Date.parse(order.updatedAt) + 5_000).toISOString()
const inOdoo = ({ number }: Order, also: Record<string, string> = {}) =>
  stage.odoo.person.count('sale.order', { origin: number, ...also })
const stateOf = async (order: Order) => {
  const reply = await client.readState(STORE, 'order', [order.id])
  if (!reply.ok) throw new Error(JSON.stringify(reply.outcome))
  return reply.value.orders?.[0]
}
/** A person writes what is right in place of what came; it runs again by that. */
const correct =
  (order: () => object, type = 'order.created') =>
  ({ id }: Waiting) => {
    const body = { type, timestamp: new Date().toISOString(), data: order() }
    return panel('POST', `/events/${id}/correct`, { body })
  }

/** Once in Odoo, to the cent, and the storefront knows as what. */
async function rightOf(order: Order): Promise<void> {
  expect(inOdoo(order)).toBe(1)
  const there = await stateOf(order)
  expect(amount(there?.amount_total ?? '0').toFixed(2)).toBe(order.total)
  await until(`${order.number} known in the shop`, MINUTES, async () => (await shop.order(order.id)).externalKey)
  expect(await shop.order(order.id)).toMatchObject({ externalKey: there?.name, status: 'processing' })
}

/** The order of one chain: `made` when its fault is brought about. */
function one(change: (order: Order) => object = (order) => order, placed: Partial<Checkout> = {}) {
  let order: Order | undefined
  const made = (): Order => {
    if (!order) throw new Error('its fault comes first')
    return order
  }
  return {
    made,
    fault: async (before: (order: Order) => void = () => {}) => {
      order = await place(placed)
      before(order)
      await tell(change(order))
      return laneOf(order)
    },
    held: () => expect(inOdoo(made())).toBe(0),
    right: () => rightOf(made()),
  }
}

const mapping = z.object({
  live: z.number(),
  rules: z.looseObject({ rules: z.array(z.unknown()), review: z.array(z.unknown()).optional() }),
  draft: z.object({ revision: z.number() }).nullable(),
})
/** The version that is right but for what a merchant's own rules do; set by ownRules(). */
let ours = 0

/** A merchant's own rules; and what lies in the store of a bridge that was there before: orders, and a rule of a version of the bridge that had another conversion, as an upgrade would find it. */
async function ownRules(): Promise<void> {
  const { rules } = mapping.parse(await panel('GET', MAPPING))
  const own: Pick<RuleSet, 'rules'> & { review: RuleSet['review'] } = {
    rules: [
      {
        ...{ to: 'client_order_ref', from: 'note', when: { path: 'purchaseOrderNumber', equals: 'too_long' } },
        convert: [{ do: 'truncate', length: 10 }],
      },
    ],
    review: [{ when: { path: 'note', equals: 'rule' }, reason: 'Somebody looks at these first.' }],
  }
  const ruled = {
    ...rules,
    rules: [...own.rules, ...rules.rules],
    review: [...(own.review ?? []), ...(rules.review ?? [])],
  }
  const { draft } = mapping.parse(await panel('PUT', `${MAPPING}/draft`, { seen: 0, rules: ruled }))
  await panel('POST', `${MAPPING}/activate`, { seen: draft?.revision, note: 'our own' })
  ours = mapping.parse(await panel('GET', MAPPING)).live

  await stage.bridge.stop()
  const bad = {
    to: 'client_order_ref',
    from: 'note',
    when: { path: 'note', equals: 'bad_rule' },
    convert: ['formerly'],
  }
  const store = new Database(join(stage.dataDir, 'bridge.db'))
  store
    .prepare(
      `insert into rule_versions (name, number, rules, made_by, made_at, note, delivered)
       values ('order-to-odoo', ?, ?, 'ada', ?, 'before the upgrade', 0)`,
    )
    .run(ours + 1, JSON.stringify({ ...ruled, rules: [bad, ...ruled.rules] }), Date.now())
  store.prepare(`update rule_sets set live = ? where name = 'order-to-odoo'`).run(ours + 1)
  // A shop of which four hundred orders are known, over a month: before that nothing is out of the ordinary.
  const remember = store.prepare('insert or replace into memories (key, value, updated_at) values (?, ?, ?)')
  const month = { orders: 400, since: Date.now() - 30 * 24 * 60 * MINUTES }
  remember.run('orders', JSON.stringify(month), Date.now())
  const quantities = Array.from({ length: month.orders }, (_, n) => 1 + (n % 3))
  remember.run('sku:*', JSON.stringify({ quantities }), Date.now())
  store.close()
  await stage.bridge.start()
}

const none = (order: Order) => ({ ...order, contact: null, customerId: null })
const cent = (text: string, more: string) => amount(text).plus(more).toFixed(2)
/** Tax of shipping that no rate of the order gives. */
const withOddTax = (order: Order) => ({
  ...order,
  shippingLines: order.shippingLines.map(({ taxRate: _, ...line }) => ({
    ...line,
    taxAmount: cent(line.taxAmount, '1.11'),
  })),
  taxTotal: cent(order.taxTotal, '1.11'),
  total: cent(order.total, '1.11'),
})

describe('what a record or a rule of ours says', () => {
  const shapeless = one(none)
  const unreadable = one()
  const long = one(undefined, { purchaseOrderNumber: 'too_long', note: 'a note of many letters' })
  const bad = one(undefined, { note: 'bad_rule' })
  const nobody = one(none)
  const oddTax = one(withOddTax)
  const wrongSums = one((order) => ({ ...order, total: '1.00' }))
  const ruled = one(undefined, { note: 'rule' })
  const few = one(undefined, { items: [{ sku: 'MUG-BLU', quantity: '2' }] })
  const twice = one(undefined, { contact: { name: 'Tess Twice', email: 'tess@twice.example' } })
  const odd = one()

  const chains: Chains = {
    unreadable_body: {
      ...unreadable,
      async fault() {
        await unreadable.fault()
        expect(await stage.sendBody(Buffer.from('{"type":"order.updated","data":{}}'))).toBe(202)
        return 'unreadable:clarity'
      },
      held() {},
      says: /timestamp/,
      repair: correct(
        () => ({ ...unreadable.made(), updatedAt: later(unreadable.made()), note: 'as it was meant' }),
        'order.updated',
      ),
      end: 'itself',
    },
    invalid_shape: {
      ...shapeless,
      async fault() {
        const lane = await shapeless.fault()
        const { id } = await waitingOn(lane)
        // As an earlier version of the bridge had taken it in, under a contract that said less.
        const body = { type: 'order.created', timestamp: new Date().toISOString(), data: { id: shapeless.made().id } }
        const store = new Database(join(stage.dataDir, 'bridge.db'))
        const sealed = createSeal([shop.env.SECRET_KEY]).bytes(Buffer.from(JSON.stringify(body)))
        store.prepare('update events set payload = ? where id = ?').run(Buffer.from(sealed), id)
        store.close()
        await panel('POST', `/events/${id}/replay`)
        return lane
      },
      says: /expected string/,
      repair: correct(shapeless.made),
      end: 'itself',
    },
    too_long: {
      ...long,
      says: /has 22 characters and may have 10/,
      remedy: 'Shorten it and replay.',
      repair: correct(() => ({ ...long.made(), note: 'short' })),
      end: 'itself',
      async right() {
        await rightOf(long.made())
        expect(inOdoo(long.made(), { client_order_ref: 'short' })).toBe(1)
      },
    },
    bad_rule: {
      ...bad,
      says: /no conversion called “formerly”/,
      remedy: 'Correct the rule.',
      repair: () => panel('POST', `${MAPPING}/rollback`, { to: ours, note: 'without it' }),
      end: 'replay',
    },
    no_customer: {
      ...nobody,
      says: /names neither a customer nor a guest/,
      remedy: 'Add the contact to the order in the storefront, or write it here, and replay.',
      repair: correct(nobody.made),
      end: 'itself',
    },
    no_tax_rule: {
      ...oddTax,
      says: /Shipping “Standard” carries tax of/,
      remedy: 'Let the storefront send the tax rate of shipping, or write it here, and replay.',
      repair: correct(oddTax.made),
      end: 'itself',
    },
    totals_inconsistent: {
      ...wrongSums,
      says: /figures of the order do not add up/,
      // The storefront tells of its correction, which needs no replay.
      repair: () => tell({ ...wrongSums.made(), updatedAt: later(wrongSums.made()) }, 'order.updated'),
      end: 'itself',
    },
    rule: { ...ruled, says: /^Somebody looks at these first\.$/, repair: async () => {}, end: 'approve' },
    minimum_quantity: {
      ...few,
      async fault() {
        await panel('PUT', '/lookups/minimum_quantity/entry', { key: 'MUG-BLU', result: '5' })
        return few.fault()
      },
      says: /^2 of MUG-BLU are ordered; the minimum is 5\.$/,
      repair: () => panel('PUT', '/lookups/minimum_quantity/entry', { key: 'MUG-BLU', result: '2' }),
      end: 'replay',
    },
    anomaly: {
      ...twice,
      async fault() {
        await panel('PATCH', '/anomaly-rules/duplicate', { action: 'hold' })
        await twice.fault()
        await through(twice.made())
        return twice.fault()
      },
      says: /The same person ordered the same goods/,
      repair: async () => {},
      end: 'approve',
    },
    review: {
      ...odd,
      async fault() {
        const { odoo } = stage.fronts ?? {}
        if (!odoo) throw new Error('a stage with fronts')
        await quiet()
        const lane = await odd.fault(({ id: order, payments }) => {
          const ids = [`order:${order}`, ...payments.map(({ id }) => `payment:${order}/${id}`)]
          const results = ids.map((id) => ({ id, status: 'review', message: 'An app of ours says no.' }))
          odoo.answer = (path) =>
            path === '/json/2/clarity.bridge/apply' ? { status: 200, body: { results } } : undefined
        })
        await waitingOn(lane)
        odoo.answer = () => undefined
        return lane
      },
      says: /^An app of ours says no\.$/,
      repair: async () => {},
      end: 'replay',
    },
    proposed_change: proposal(),
    status_conflict: conflict(),
  }

  it(
    'is told with its class, sentence, remedy and alert, and once it is mended and replayed both systems are right',
    () => driveChains(panel, chains),
    3 * MINUTES,
  )
})

const events = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      state: z.string(),
      cause: z.string().nullable(),
      message: z.string().nullable(),
    }),
  ),
})
const eventsOf = async (lane: string) => events.parse(await panel('GET', `/events?q=${encodeURIComponent(lane)}`)).items
const quiet = () =>
  until('nothing under way', MINUTES, async () => {
    const { items } = events.parse(await panel('GET', '/events?state=ready,running'))
    return items.length === 0
  })
const waitingOn = (lane: string) =>
  until(`what waits on ${lane}`, MINUTES, async () =>
    (await eventsOf(lane)).find(({ state }) => state === 'dead' || state === 'held'),
  ).catch(async (late: Error) => {
    throw new Error(`${late.message}: ${JSON.stringify(await eventsOf(lane))}`)
  })
const through = (order: Order) =>
  until(`${order.number} through`, MINUTES, async () =>
    (await eventsOf(laneOf(order))).find(({ type, state }) => type === 'order.created' && state === 'done'),
  )

const registered = z.object({ id: z.string() })
const CONTENT = { content: { side: 'clarity', otherwise: 'ignore' } }

/** A customer of whom Odoo is the record, changed in the storefront. */
function proposal(): Chains[CauseCode] {
  const email = 'paula@proposes.example'
  const partners = (phone: string) => stage.odoo.person.count('res.partner', { email, phone })
  return {
    async fault() {
      const body = { type: 'person', name: 'Paula Proposes', email, phone: '1' }
      const { id } = registered.parse(await shop.call('PUT', '/customers/by-key/paula', body))
      await tell(z.looseObject({}).parse(await shop.call('GET', `/customers/${id}`)), 'customer.created')
      await until('her partner', MINUTES, async () => partners('1') === 1)
      await panel('PATCH', '/entities/customer', { owners: { content: { side: 'odoo', otherwise: 'propose' } } })
      await shop.call('PATCH', `/customers/${id}`, { phone: '2' })
      await tell(z.looseObject({}).parse(await shop.call('GET', `/customers/${id}`)), 'customer.updated')
      return `customer:${id}`
    },
    held: () => expect(partners('1')).toBe(1),
    says: /Customers: content changed on the side that is not the record/,
    repair: async () => {},
    end: 'approve',
    async right() {
      expect([partners('1'), partners('2')]).toEqual([0, 1])
      await panel('PATCH', '/entities/customer', { owners: CONTENT })
    },
  }
}

/** The shop says that all is shipped while Odoo has sent a part. */
function conflict(): Chains[CauseCode] {
  const own = one(undefined, {
    items: [
      { sku: 'TEE-RED-M', quantity: '1' },
      { sku: 'MUG-WHT', quantity: '1' },
    ],
  })
  const open = async () => {
    const pickings = (await stateOf(own.made()))?.pickings ?? []
    const picking = pickings.find(({ state }) => state === 'assigned')
    if (!picking) throw new Error('a delivery that is ready')
    return picking.id
  }
  return {
    async fault() {
      const lane = await own.fault()
      await through(own.made())
      await shop.call('PATCH', `/orders/${own.made().id}/status`, { status: 'shipped' })
      stage.odoo.person.validate(await open(), { 'TEE-RED-M': '1' })
      return lane
    },
    says: /The storefront shows shipped and refuses to go to partiallyShipped/,
    // Odoo delivers the rest, and tells of it.
    repair: async () => stage.odoo.person.validate(await open()),
    end: 'itself',
    async right() {
      const order = own.made()
      expect((await stateOf(order))?.delivery_status).toBe('full')
      expect((await shop.order(order.id)).status).toBe('shipped')
      await until('both shipments', MINUTES, async () => (await shop.shipments(order.id)).length === 2)
    },
  }
}

const attempts = z.object({
  attempts: z.array(z.object({ outcome: z.string(), cause: z.string().nullable() })),
  remedy: z.string().nullable(),
})
const causesOf = async (id: string) =>
  attempts.parse(await panel('GET', `/events/${id}`)).attempts.map(({ cause }) => cause)
const active = z.object({ active: z.array(z.object({ rule: z.string() })) })
/** Time heals it: nobody is told. */
async function alertsNobody(cause: CauseCode): Promise<void> {
  expect(causes[cause].classes).toEqual(['retry'])
  const rules = active.parse(await panel('GET', '/alerts')).active.map(({ rule }) => rule)
  expect(rules.filter((rule) => rule === 'dead_letters' || rule === 'authentication')).toEqual([])
}

describe('what the bridge itself meets', () => {
  it(
    'bug: its store refuses a row in the middle of an order; it is tried again, and the order is in both systems once',
    async () => {
      const store = new Database(join(stage.dataDir, 'bridge.db'))
      store.exec(`create trigger broken before insert on links begin select raise(abort, 'no more'); end`)
      const bug = one()
      const lane = await bug.fault()
      const event = await until('a failed attempt', MINUTES, async () =>
        (await eventsOf(lane)).find(({ type, cause }) => type === 'order.created' && cause === 'bug'),
      )
      expect(event).toMatchObject({ state: 'ready', message: expect.stringContaining('no more') })
      await alertsNobody('bug')
      store.exec('drop trigger broken')
      store.close()
      await through(bug.made())
      expect(await causesOf(event.id)).toContain('bug')
      await bug.right()
    },
    2 * MINUTES,
  )

  it(
    'lease_lost: it is killed in the middle of an order; the next start takes it up, and the order is in both systems once',
    async () => {
      const { odoo } = stage.fronts ?? {}
      if (!odoo) throw new Error('a stage with fronts')
      const asked = Promise.withResolvers<void>()
      odoo.answer = (path) => {
        if (path !== '/json/2/clarity.bridge/apply') return undefined
        asked.resolve()
        return new Promise(() => {})
      }
      const lost = one()
      const lane = await lost.fault()
      await asked.promise
      await stage.bridge.kill()
      odoo.answer = () => undefined
      await stage.bridge.start()
      const { id } = await through(lost.made())
      expect(await causesOf(id)).toContain('lease_lost')
      expect((await eventsOf(lane)).filter(({ type }) => type === 'order.created')).toHaveLength(1)
      await alertsNobody('lease_lost')
      await lost.right()
    },
    2 * MINUTES,
  )

  it(
    'stale_quantity: the storefront has a newer number; it is counted again until both systems have the same',
    async () => {
      const row = { sku: 'TEA-EARL', locationKey: 'main', quantity: '3' }
      await shop.call('PUT', '/inventory', { rows: [{ ...row, asOf: new Date(Date.now() + 3_000).toISOString() }] })
      stage.odoo.person.setOnHand('TEA-EARL', 'WH', '77')
      await until('the same number in both', MINUTES, async () =>
        (await shop.inventory()).some(
          ({ sku, locationKey, quantity }) => sku === 'TEA-EARL' && locationKey === 'main' && Number(quantity) === 77,
        ),
      )
      const counted = (await eventsOf('stock:TEA-EARL')).filter(({ type }) => type === 'stock.changed')
      expect((await Promise.all(counted.map(({ id }) => causesOf(id)))).flat()).toContain('stale_quantity')
      await alertsNobody('stale_quantity')
    },
    2 * MINUTES,
  )
})

describe('what needs nothing done', () => {
  const settled = (lane: string, type: string) =>
    until(`${type} of ${lane} settled`, MINUTES, async () => {
      const own = (await eventsOf(lane)).filter((event) => event.type === type)
      return own.length > 0 && own.every(({ state }) => state !== 'ready' && state !== 'running') && own
    })

  it(
    'is skipped with its reason and alerts nobody: stale, unchanged, superseded, not for us',
    async () => {
      const order = one()
      const lane = await order.fault()
      await through(order.made())
      await tell(order.made(), 'order.updated')
      expect(await settled(lane, 'order.updated')).toMatchObject([{ state: 'skipped', cause: 'unchanged' }])
      await tell({ ...order.made(), updatedAt: '2020-01-01T00:00:00Z' }, 'order.paymentUpdated')
      expect(await settled(lane, 'order.paymentUpdated')).toMatchObject([{ state: 'skipped', cause: 'stale' }])
      await order.right()

      const mended = one(none)
      const held = await mended.fault()
      await waitingOn(held)
      await tell({ ...mended.made(), updatedAt: later(mended.made()) }, 'order.updated')
      await settled(held, 'order.updated')
      expect(await settled(held, 'order.created')).toMatchObject([{ state: 'skipped', cause: 'superseded' }])
      await mended.right()

      const foreign = one((given) => ({
        ...given,
        items: given.items.map((item) => ({ ...item, fulfilledBy: 'thirdParty' })),
      }))
      const not = await foreign.fault()
      expect(await settled(not, 'order.created')).toMatchObject([{ state: 'skipped', cause: 'not_for_us' }])
      expect(inOdoo(foreign.made())).toBe(0)
      await nobodyIsAsked()
    },
    2 * MINUTES,
  )

  it(
    'switched_off, not_the_record: waits for a switch, and once it is thrown a replay brings the record over',
    async () => {
      const email = 'sven@switched.example'
      const partners = () => stage.odoo.person.count('res.partner', { email })
      const body = { type: 'person', name: 'Sven Switched', email, phone: '1' }
      const { id } = registered.parse(await shop.call('PUT', '/customers/by-key/sven', body))
      const told = async (type: string) =>
        tell(z.looseObject({}).parse(await shop.call('GET', `/customers/${id}`)), type)
      const lane = `customer:${id}`

      await panel('PATCH', '/entities/customer', { directions: { toOdoo: false } })
      await told('customer.created')
      expect(await settled(lane, 'customer.created')).toMatchObject([{ state: 'skipped', cause: 'switched_off' }])
      expect(partners()).toBe(0)
      await panel('PATCH', '/entities/customer', { directions: { toOdoo: true } })
      expect(await panel('POST', '/entities/customer/toOdoo/replay', {})).toEqual({ moved: 1 })
      await until('the partner', MINUTES, async () => partners() === 1)

      const odoo = { side: 'odoo', otherwise: 'ignore' }
      await panel('PATCH', '/entities/customer', { owners: { content: odoo, addresses: odoo } })
      await shop.call('PATCH', `/customers/${id}`, { phone: '2' })
      await told('customer.updated')
      const [event] = await settled(lane, 'customer.updated')
      expect(event).toMatchObject({ state: 'skipped', cause: 'not_the_record' })
      const clarity = { side: 'clarity', otherwise: 'ignore' }
      await panel('PATCH', '/entities/customer', { owners: { content: clarity, addresses: clarity } })
      await told('customer.updated')
      await until(
        'her number',
        MINUTES,
        async () => stage.odoo.person.count('res.partner', { email, phone: '2' }) === 1,
      )
      expect(partners()).toBe(1)
      await nobodyIsAsked()
    },
    2 * MINUTES,
  )

  /** An alert about what was mended a moment ago ends within seconds, not at once. */
  async function nobodyIsAsked(): Promise<void> {
    const { items } = events.parse(await panel('GET', '/events?state=dead,held'))
    expect(items).toEqual([])
    await until('nobody to be asked', MINUTES, async () => {
      const rules = active.parse(await panel('GET', '/alerts')).active.map(({ rule }) => rule)
      return !rules.some((rule) => rule === 'dead_letters' || rule === 'reviews')
    })
  }
})
