import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createAudit } from '../../clarity-extension/audit/audit.ts'
import { orderToOdoo as orderFlow } from '../../clarity-extension/flows/order-to-odoo.ts'
import { createLedger } from '../../clarity-extension/ledger/ledger.ts'
import { createQueries } from '../../clarity-extension/ledger/queries.ts'
import type { Ledger } from '../../clarity-extension/ledger/types.ts'
import { createLinks } from '../../clarity-extension/links.ts'
import { defaultLookups } from '../../clarity-extension/mapping/defaults/lookups.ts'
import { orderToOdoo } from '../../clarity-extension/mapping/defaults/order-to-odoo.ts'
import type { RuleSet } from '../../clarity-extension/mapping/rules.ts'
import { activate, saveDraft } from '../../clarity-extension/mapping/versions.ts'
import { mappingDesk } from '../../clarity-extension/ports/mapping-desk.ts'
import { type MappingEngine, mappingEngine } from '../../clarity-extension/ports/mapping-engine.ts'
import { orderPorts } from '../../clarity-extension/ports/order.ts'
import { openStore, type Store } from '../../clarity-extension/store/store.ts'
import { done, retry } from '../../shared/outcome.ts'
import { generatedOrder, shapes } from '../support/generated-orders.ts'

const ORDERS = 500
const DAY = 24 * 60 * 60_000
const log = pino({ level: 'silent' })
const name = 'order-to-odoo'

let folder: string
let store: Store
let engine: MappingEngine
let ledger: Ledger
/** What Odoo holds of each order, and how often it was written. */
const odoo = new Map<string, Record<string, unknown>>()
let writes = 0
let clock = Date.now() - 2 * DAY

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'case-39-'))
  store = await openStore({ dataDir: folder })
  const nobody = { ok: false as const, outcome: retry('network', 'nobody is asked') }
  const clarity = {
    getCustomer: async () => nobody,
    getOrder: async () => nobody,
    getReturn: async () => nobody,
    getProduct: async () => nobody,
  }
  const lookups = { tables: async () => defaultLookups, fresh: async () => defaultLookups, forget() {} }
  engine = await mappingEngine({
    store,
    audit: createAudit(store),
    clarity,
    lookups,
    rates: async () => ({ ok: true, value: null }),
    paymentsOn: async () => true,
    written: async () => new Set(),
    shop: 'default',
    links: { manyByOdoo: async () => [] },
    odoo: {
      ping: async () => ({ ok: true, value: ping }),
      describe: async () => ({ ok: true, value: { models: {} } }),
      productFacts: async () => nobody,
      readHistory: async () => nobody,
      choices: async () => nobody,
      readState: async () => nobody,
    },
  })
  const links = createLinks(store)
  const flow = orderFlow(
    orderPorts({
      clarity,
      mapOrder: engine.mapOrder,
      lookups,
      sighted() {},
      inspect: async () => undefined,
      links,
      sender: {
        waiting: 0,
        inFlight: 0,
        room: 150,
        announce: () => () => undefined,
        async apply({ id, ref, values }) {
          if (!id.startsWith('order:')) return { ok: true, value: { id, status: 'created', res_id: 1 } }
          odoo.set(ref, values)
          writes += 1
          const order = { ...state, ref, id: Number(ref), name: `S${ref}` }
          return { ok: true, value: { id, status: 'updated', res_id: Number(ref), name: order.name, order } }
        },
      },
      publishStatus: async () => done('shown'),
      demand: { of: async () => [], all: async () => [], release: async () => [], releaseDismissed: async () => [] },
      published: {
        skus: async () => [],
        of: async () => ({ numbers: new Map(), save: async () => {} }),
        forget: async () => {},
      },
      recount: async () => {},
    }),
  )
  ledger = createLedger({ store, log, now: () => clock })
  await ledger.start(({ id, source, webhookId, type, lane, payload, attempt, traceId }, trace) =>
    flow(
      {
        id,
        key: `${source}:${webhookId}`,
        type,
        lane,
        payload,
        attempt,
        traceparent: traceId,
        share: {},
        approvals: [],
      },
      trace,
    ),
  )
})
afterAll(async () => {
  await ledger.stop()
  await engine.close()
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

it('CASES 39: a mistaken mapping was live for two days; what it touched is seen, corrected, previewed and replayed', async () => {
  const { rulebook } = engine
  const queries = createQueries(store)
  const desk = mappingDesk({ engine, queries, ledger, now: () => clock })
  const goLive = async (rules: RuleSet, why: string, by: string) => {
    const known = (await rulebook.history(name))?.draft?.revision ?? 0
    const saved = await rulebook.move(name, '', by, (history, who) => saveDraft(history, rules, known, who))
    const seen = (saved?.ok && saved.history.draft?.revision) || 0
    expect(await rulebook.move(name, why, by, (history, who) => activate(history, seen, why, who))).toMatchObject({
      ok: true,
    })
  }

  // The mistake: the storefront's id where the order's number belongs, and orders without a note are parked.
  const mistaken: RuleSet = {
    ...orderToOdoo,
    rules: orderToOdoo.rules.map((rule) => {
      if (rule.to === 'origin') return { ...rule, from: 'id' }
      return rule.to === 'note' ? { ...rule, required: true } : rule
    }),
  }
  await goLive(mistaken, 'Looks better', 'Ann')
  for (let day = 0; day < 2; day++) {
    clock += DAY
    const seeds = Array.from({ length: ORDERS / 2 }, (_, index) => day * (ORDERS / 2) + index + 1)
    await Promise.all(seeds.map((seed) => ledger.ingest(eventOf(seed))))
    await ledger.idle()
  }
  const parked = (await queries.list({ states: ['dead'], limit: 200 })).rows.length
  const wrong = odoo.size
  expect(wrong + parked).toBe(ORDERS)
  expect(parked).toBeGreaterThan(20)
  for (const [ref, { origin }] of odoo) expect(origin).toBe(ref)

  // docs/change-a-mapping.md, step by step.
  // 1. See what it touched.
  expect((await rulebook.counts(name)).get(2)).toBe(wrong)
  const [newest] = await rulebook.touched(name, 2)
  expect(newest).toMatchObject({ kind: 'order', odooModel: 'sale.order', superseded: false })

  // 2. Correct it as a draft.
  const before = writes
  const corrected: RuleSet = { ...orderToOdoo }
  const drafted = await rulebook.move(name, '', 'Bob', (history, who) => saveDraft(history, corrected, 0, who))
  expect(drafted).toMatchObject({ ok: true, history: { live: 2, draft: { by: 'Bob' } } })

  // 3. Try one.
  const stored = await queries.detail(newest?.eventId ?? 0)
  const tried = await desk.rehearse({ type: 'order.created', payload: stored?.payload ?? '' }, corrected)
  const order = `order:${newest?.clarityId}`
  expect(tried).toMatchObject({ ok: true, writes: { [order]: { values: { origin: `CL-${newest?.clarityId}` } } } })

  // 4. Preview the difference over exactly those and what waits. Nothing is written.
  const report = await desk.preview(corrected, { version: 2 })
  expect(report).toMatchObject({ tried: ORDERS, changed: wrong, released: parked, broken: 0, untried: 0 })
  expect(report.fields).toMatchObject([{ field: 'order · origin', count: wrong }])
  expect(report.items.find(({ verdict }) => verdict === 'changed')?.changes).toMatchObject([{ kind: 'changed' }])
  expect(writes).toBe(before)
  expect((await rulebook.live()).sets.get(name)?.version).toBe(2)

  // 5. Make it live; 6. replay those that it touched, and those that waited.
  await goLive(corrected, 'The number, not the id', 'Bob')
  clock += 1000
  expect(await desk.replayTouched(name, 2, 'Bob')).toEqual({ moved: wrong })
  await ledger.replay({ cause: 'required' }, 'Bob')
  await ledger.idle()
  expect(odoo.size).toBe(ORDERS)
  for (const [ref, { origin }] of odoo) expect(origin).toBe(`CL-${ref}`)
  expect(await queries.list({ states: ['dead', 'held'] })).toMatchObject({ rows: [] })
  expect((await rulebook.touched(name, 2, { limit: 500 })).every(({ superseded }) => superseded)).toBe(true)
  expect((await rulebook.counts(name)).get(3)).toBe(ORDERS)

  // A second click does nothing, and the audit tells the story.
  clock += 1000
  expect(await desk.replayTouched(name, 2, 'Bob')).toEqual({ moved: 0 })
  const story = await createAudit(store).list({ entity: `mapping:${name}`, action: 'mapping.activate' })
  expect(story.rows.map(({ who, after }) => [who, after])).toEqual([
    ['Bob', { version: 3, why: 'The number, not the id' }],
    ['Ann', { version: 2, why: 'Looks better' }],
  ])
})

function eventOf(seed: number) {
  const shape = shapes[seed % shapes.length]
  if (!shape) throw new Error('there are shapes')
  const order = { ...generatedOrder(seed, shape, 'USD', 3), id: String(seed), number: `CL-${seed}` }
  const data = { ...order, note: seed % 10 === 0 ? undefined : 'Ring twice' }
  const body = { type: 'order.created', timestamp: new Date(clock).toISOString(), data }
  return {
    source: 'clarity' as const,
    webhookId: `msg_${seed}`,
    type: 'order.created' as const,
    lane: `order:${seed}`,
    subject: order.number,
    priority: 0 as const,
    payload: Buffer.from(JSON.stringify(body)),
    traceId: seed.toString(16).padStart(32, '0'),
  }
}

const state = {
  state: 'sale' as const,
  delivery_status: 'pending' as const,
  amount_total: '0',
  amount_tax: '0',
  currency: 'USD',
  version: '2026-11-20T10:00:00.000Z',
  pickings: [],
}

const ping = {
  module_version: '19.0.1.0.0',
  odoo_version: '19.0',
  database: 'odoo',
  company: { id: 1, name: 'Company', currency: 'USD' },
  user: { id: 2, login: 'clarity_bridge' },
  missing_rights: [],
  missing_by_entity: {},
  time: '2026-11-20T10:00:00Z',
  warehouses: [],
  entities: { order: true, shipment: true, stock: true, product: true, price: true, customer: true },
  outbox: { pending: 0, dead: 0, oldest_at: null, sending: true },
}
