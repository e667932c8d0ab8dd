import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore, type Store } from '../../clarity-extension/store/store.ts'
import { HOUR } from '../../clarity-extension/watch/anomalies/readings.ts'
import type { Anomaly } from '../../clarity-extension/watch/anomalies/types.ts'
import { createWatchman } from '../../clarity-extension/watch/anomalies/watchman.ts'
import { order as orderShape } from '../../shared/entities.ts'
import { generatedOrder, shapes } from '../support/generated-orders.ts'

const START = Date.UTC(2026, 8, 7)
const WEEKS = 168 * HOUR
let dataDir: string
let store: Store
let clock: number
let told: Anomaly[]
let made: number

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'bridge-anomalies-'))
  store = await openStore({ dataDir })
  clock = START
  told = []
  made = 0
})
afterEach(async () => {
  await store.close()
  await rm(dataDir, { recursive: true })
})

const watchman = () =>
  createWatchman({
    store,
    open: (stored) => stored,
    log: pino({ level: 'silent' }),
    notify: (anomaly) => told.push(anomaly),
    now: () => clock,
  })

describe('series', () => {
  it('are counted once, however often it runs', async () => {
    await events(START, 3)
    clock = START + 2 * HOUR
    const watch = watchman()
    expect(await watch.run()).toBe('counted 3 events, 0 new anomalies')
    expect(await watch.run()).toBe('counted 0 events, 0 new anomalies')
    const { hours } = await watch.chart('orders', 24)
    expect(hours.at(-2)).toMatchObject({ value: 3, odd: false })
    expect(hours.at(-1)?.value).toBe(0)
  })

  it('that fall silent are told once, go on as one, and end', async () => {
    const silent = START + 4 * WEEKS + 12 * HOUR
    await life(START, silent)
    const watch = watchman()
    clock = silent
    await watch.run()
    expect(told).toEqual([])
    for (let hour = 1; hour <= 4; hour++) {
      clock = silent + hour * HOUR + 120_000
      await watch.run()
    }
    expect(told.filter(({ rule }) => rule === 'orders')).toMatchObject([
      { direction: 'low', seen: 0, hours: expect.any(Number), ended_at: null },
    ])
    await life(silent + 4 * HOUR, silent + 12 * HOUR)
    clock = silent + 12 * HOUR
    await watch.run()
    const { rows, learningHours } = await watch.list({})
    expect(rows.find(({ rule }) => rule === 'orders')?.ended_at).not.toBeNull()
    expect(learningHours).toBe(0)
  })

  it('of a new shop are learnt first', async () => {
    await life(START, START + WEEKS)
    clock = START + WEEKS + 12 * HOUR
    const watch = watchman()
    await watch.run()
    expect(told).toEqual([])
    expect((await watch.list({})).learningHours).toBeGreaterThan(300)
  })
})

describe('an order', () => {
  it('that is odd is told; held where the merchant wants it, until a person approves it', async () => {
    const watch = watchman()
    await learn(watch)
    expect(await watch.inspect(order({ quantity: '900' }), event())).toBeUndefined()
    expect(told).toMatchObject([{ rule: 'quantity', action: 'notify', seen: 900 }])

    await watch.changeRule('quantity', 'hold', 'ann')
    clock += 2_000
    const odd = order({ quantity: '900' })
    const held = event()
    const outcome = await watch.inspect(odd, held)
    expect(outcome).toMatchObject({ kind: 'review', cause: 'anomaly', facts: { rule: 'quantity', seen: 900 } })
    // Replayed without a decision: held again, and told only once.
    expect(await watch.inspect(odd, held)).toMatchObject({ kind: 'review' })
    expect(told).toHaveLength(2)
    expect(await watch.inspect(odd, { ...held, approvals: ['anomaly'] })).toBeUndefined()
    // Tried again because Odoo was away: what was let through stays so.
    expect(await watch.inspect(odd, held)).toBeUndefined()
    // Changed since: that is another order to look at.
    const dearer = { ...odd, items: odd.items.map((item) => ({ ...item, quantity: '9000' })) }
    expect(await watch.inspect(dearer, event())).toMatchObject({ kind: 'review' })

    await watch.changeRule('quantity', 'off', 'ann')
    clock += 2_000
    expect(await watch.inspect(order({ quantity: '900' }), event())).toBeUndefined()
    expect(told).toHaveLength(3)
  })

  it('that a person rejects teaches nothing', async () => {
    const watch = watchman()
    await learn(watch)
    await watch.changeRule('quantity', 'hold', 'ann')
    clock += 2_000
    for (let n = 0; n < 40; n++) await watch.inspect(order({ quantity: '900' }), event())
    expect(await watch.inspect(order({ quantity: '900' }), event())).toMatchObject({ kind: 'review' })
  })

  it('of long ago, as a first load brings them, is learnt from and not told of', async () => {
    const watch = watchman()
    await learn(watch)
    const old = order({ quantity: '900' })
    clock += 8 * 24 * HOUR
    await watch.inspect(old, event())
    expect(told).toEqual([])
  })

  it('is remembered beyond a restart', async () => {
    const first = watchman()
    await learn(first)
    await first.flush()
    const second = watchman()
    await second.inspect(order({ quantity: '900' }), event())
    expect(told).toHaveLength(1)
  })

  it('is written although it cannot be inspected', async () => {
    const watch = watchman()
    await store.db.schema.alterTable('memories').renameTo('gone').execute()
    expect(await watch.inspect(order(), event())).toBeUndefined()
  })
})

describe('what people say', () => {
  it('tunes the rule, is kept with name and time, and is in the audit', async () => {
    const watch = watchman()
    await learn(watch)
    await watch.inspect(order({ quantity: '900' }), event())
    const [anomaly] = (await watch.list({ open: true })).rows
    const decided = await watch.decide(anomaly?.id ?? 0, 'normal', 'ann')
    expect(decided).toMatchObject({ verdict: 'normal', decided_by: 'ann' })
    expect((await watch.rules()).find(({ rule }) => rule === 'quantity')?.tolerance).toBeCloseTo(1.25)
    expect((await watch.list({ open: true })).rows).toEqual([])
    const audit = await store.db.selectFrom('audit').select(['who', 'action']).execute()
    expect(audit).toEqual([{ who: 'ann', action: 'anomaly.decide' }])
    expect(await watch.decide(999, 'normal', 'ann')).toBeUndefined()
  })
})

describe('stock', () => {
  it('that jumps as never before is told once', async () => {
    const watch = watchman()
    for (let round = 0; round < 30; round++) {
      for (let n = 0; n < 20; n++) await publish(`S-${n}`, 100 - round - n, START + (round * 20 + n) * 60_000)
      await watch.run()
    }
    clock = START + 3 * WEEKS
    await publish('S-1', 9_000, clock)
    await watch.run()
    await publish('S-1', 8_999, clock + 60_000)
    await watch.run()
    expect(told).toMatchObject([{ rule: 'stockLevel', about: 'S-1', seen: 9_000 }])
  })

  async function publish(sku: string, quantity: number, at: number) {
    clock = at
    const row = { sku, location_key: 'main', quantity: String(quantity), as_of: at }
    await store.db
      .insertInto('published_stock')
      .values(row)
      .onConflict((conflict) => conflict.columns(['sku', 'location_key']).doUpdateSet(row))
      .execute()
  }
})

const [shape] = shapes
function order(change: Record<string, string> = {}, id = `o-${made++}`) {
  if (!shape) throw new Error('there are shapes')
  const base = generatedOrder(1, shape, 'USD', 1)
  return orderShape.parse({
    ...base,
    id,
    customerId: `c-${id}`,
    placedAt: new Date(clock).toISOString(),
    items: base.items.slice(0, 1).map((item) => ({ ...item, sku: 'MUG', quantity: '2', ...change })),
  })
}

const event = () => ({ id: made++, subject: '#1', approvals: [] as string[] })

async function learn(watch: ReturnType<typeof watchman>) {
  for (let n = 0; n < 320; n++) {
    clock = START + n * 2 * HOUR
    await watch.inspect(order({ quantity: String(1 + (n % 3)) }), event())
  }
}

/** A day with a noon, and a night. */
async function life(from: number, to: number) {
  for (let hour = from; hour < to; hour += HOUR)
    await events(hour, 6 + Math.round(6 * Math.sin((((hour / HOUR) % 24) - 6) / 3.82)) + (Math.floor(hour / HOUR) % 3))
}

async function events(hour: number, count: number) {
  if (count <= 0) return
  const rows = Array.from({ length: count }, (_, n) => ({
    source: 'clarity' as const,
    webhook_id: `w-${made++}`,
    type: 'order.created' as const,
    lane: `order:${made}`,
    subject: '#1',
    payload: Buffer.from('{"data":{"total":"10.00"}}'),
    correction: null,
    corrected_by: null,
    corrected_at: null,
    settled_by: null,
    state: 'done' as const,
    priority: 0,
    received_at: hour + n * 1_000,
    due_at: hour,
    settled_at: hour,
    cause: null,
    message: null,
    details: null,
    trace_id: 't',
  }))
  await store.db.insertInto('events').values(rows).execute()
}
