import { sql } from 'kysely'
import pg from 'pg'
import pino from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { extendLeases, reclaim } from '../../clarity-extension/ledger/leases.ts'
import type { Handler } from '../../clarity-extension/ledger/types.ts'
import { createChanges } from '../../clarity-extension/store/changes.ts'
import { openClock } from '../../clarity-extension/store/clock.ts'
import { openPostgres } from '../../clarity-extension/store/postgres.ts'
import type { Store } from '../../clarity-extension/store/store.ts'
import { done, retry } from '../../shared/outcome.ts'
import { openWire } from '../chaos/wire.ts'
import { onPort } from '../support/postgres.ts'
import { until } from '../support/until.ts'
import { bench, dialects, event, type Place, recorder, START, stateOf, wipe } from './store-support.ts'

const postgres = dialects.find(({ dialect }) => dialect === 'PostgreSQL')

describe.skipIf(!postgres?.possible)('two workers on one PostgreSQL store', () => {
  let place: Place
  let stores: [Store, Store]
  beforeAll(async () => {
    if (!postgres) throw new Error('no PostgreSQL')
    place = await postgres.place()
    stores = [await place.open(), await place.open()]
  })
  afterAll(async () => {
    for (const store of stores) await store.close()
    await place.remove()
  })
  beforeEach(() => wipe(stores[0]))

  it('CASES 8: never run one lane at the same time, keep its order, and lose nothing', async () => {
    const running = new Set<string>()
    const order = new Map<string, number[]>()
    let overlaps = 0
    const handler: Handler = async ({ id, lane, attempt }) => {
      if (running.has(lane)) overlaps++
      running.add(lane)
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 3))
      running.delete(lane)
      if (attempt === 1 && id % 7 === 0) return retry('network', 'no answer')
      order.set(lane, [...(order.get(lane) ?? []), id])
      return done('ok')
    }
    const workers = stores.map((store) => bench(store, { concurrency: 6, now: Date.now }))
    const [first] = workers
    for (const { ledger } of workers) await ledger.start(handler)
    const ids = await Promise.all(
      Array.from({ length: 300 }, (_, i) => workers[i % 2]?.ledger.ingest(event(`order:${i % 12}`))),
    )
    const open = () => stores[0].db.selectFrom('lanes').select('lane').execute()
    while ((await open()).length > 0) await new Promise((resolve) => setTimeout(resolve, 50))
    for (const { ledger } of workers) await ledger.stop(5_000)
    expect(overlaps).toBe(0)
    for (const lane of order.values()) expect(lane).toEqual([...lane].sort((a, b) => a - b))
    expect([...order.values()].flat().sort()).toEqual(ids.map((one) => one?.id ?? 0).sort())
    expect((await first?.queries.overview())?.waiting).toBe(0)
  })

  it('leave what is stored to the process that stored it, and take what has waited', async () => {
    let now = START
    let hasTime = true
    const options = { now: () => now, hasTime: () => hasTime }
    const [owner, helper] = stores.map((store) => bench(store, options).ledger)
    if (!owner || !helper) throw new Error('two stores, two ledgers')
    const { runs, handler } = recorder()
    const pass = async (ms: number) => {
      now += ms
      const before = asked.mock.calls.length
      await expect.poll(() => asked.mock.calls.length).toBeGreaterThan(before + 1)
    }
    await helper.start(handler)
    now += 10_000
    const asked = vi.spyOn(stores[1], 'run')
    await owner.ingest(event('order:1'))
    await expect.poll(() => asked.mock.calls.length).toBeGreaterThanOrEqual(2)
    expect(runs).toEqual([])
    await pass(1_900)
    expect(runs).toEqual([])
    now += 100
    await expect.poll(() => runs.length).toBe(1)

    // On a machine whose processors are all busy it would only take time away from the other.
    hasTime = false
    await owner.ingest(event('order:4'))
    await pass(9_900)
    expect(runs).toHaveLength(1)
    now += 100
    await expect.poll(() => runs.length).toBe(2)

    // Its own at once, and with it what else is due.
    await owner.ingest(event('order:2'))
    await helper.ingest(event('order:3'))
    await expect.poll(() => runs.length).toBe(4)
    asked.mockRestore()
    await helper.stop(5_000)
  })

  it('begin their work although PostgreSQL goes away at their start', async () => {
    const { ledger } = bench(stores[0], { now: Date.now })
    const { id } = await ledger.ingest(event('order:1'))
    const away = vi.spyOn(stores[0].db, 'transaction').mockImplementationOnce(() => {
      throw new Error('Connection terminated unexpectedly')
    })
    await ledger.start(async () => done('ok'))
    const state = async () => (await stateOf({ store: stores[0] }, id)).state
    await expect.poll(state).toBe('done')
    away.mockRestore()
    await ledger.stop(5_000)
  })

  it('CASES 8: an event whose worker is gone is taken up by the other after its lease', async () => {
    const gone = await place.open()
    const dying = bench(gone, { leaseMs: 300, now: Date.now })
    const began = Promise.withResolvers<number>()
    const { id } = await dying.ledger.ingest(event())
    await dying.ledger.start(({ epoch }) => {
      began.resolve(epoch)
      return new Promise(() => undefined)
    })
    const epoch = await began.promise
    await gone.close()

    const next = bench(stores[1], { leaseMs: 300, now: Date.now })
    const taken = Promise.withResolvers<number>()
    const { runs, handler } = recorder()
    await next.ledger.start(async (claimed, trace) => {
      const outcome = await handler(claimed, trace)
      taken.resolve(claimed.epoch)
      return outcome
    })
    expect(await taken.promise).toBeGreaterThan(epoch)
    await next.ledger.idle()
    await next.ledger.stop(1_000)
    await dying.ledger.stop(1)
    expect(runs).toMatchObject([{ id, attempt: 2 }])
    expect((await next.queries.detail(id))?.attemptLog.map(({ outcome }) => outcome)).toEqual(['lease_lost', 'done'])
  })

  it.each([
    { ends: ['lease_lost'], delay: 0 },
    { ends: ['retry', 'retry', 'retry', 'retry', 'retry', 'retry'], delay: 0 },
    { ends: ['lease_lost', 'lease_lost', 'lease_lost'], delay: 15_000 },
    { ends: ['lease_lost', 'lease_lost', 'lease_lost', 'retry', 'lease_lost'], delay: 0 },
  ])(
    'let an event wait for as often as its process was killed one time after another: after $ends $delay ms',
    async ({ ends, delay }) => {
      const [store] = stores
      const { db } = store
      const { id } = await bench(store).ledger.ingest(event())
      const attempts = ends.length + 1
      await db.updateTable('events').set({ state: 'running', attempts }).where('id', '=', id).execute()
      await db
        .updateTable('lanes')
        .set({ lease_until: START - 1 })
        .execute()
      for (const [n, outcome] of ends.entries())
        await db
          .insertInto('attempts')
          .values({ event_id: id, number: n + 1, started_at: START, duration_ms: 0, outcome, steps: '[]' })
          .execute()
      const [lost] = await reclaim(store, START, { all: false, attemptLimit: 15, random: () => 0 })
      expect(lost).toMatchObject({ eventId: id, outcome: 'lease_lost' })
      expect(await stateOf({ store }, id)).toMatchObject({ state: 'ready', attempts, due_at: START + delay })
    },
  )

  it('hear of what another replica did, also after their connection was cut', async () => {
    const url = place.databaseUrl ?? ''
    const wire = await openWire('to PostgreSQL', Number(new URL(url).port), () => 0)
    const log = pino({ level: 'silent' })
    const telling = createChanges(stores[0], url, log)
    const listening = createChanges(stores[1], onPort(url, wire.port), log)
    let heard = Promise.withResolvers<void>()
    // Each new connection hears at once, since what was said before was missed.
    const deafen = listening.listen(() => heard.resolve())
    await heard.promise
    heard = Promise.withResolvers()
    telling.announce()
    await heard.promise

    wire.weather = { fault: 'reset', percent: 100 }
    while (wire.injected === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    wire.weather = undefined
    heard = Promise.withResolvers()
    await heard.promise
    heard = Promise.withResolvers()
    telling.announce()
    await heard.promise
    deafen()
    await wire.stop()
  })

  it('extend leases and let lanes go in the order in which everybody else takes lanes', async () => {
    const [{ db }, other] = stores
    // On the disk they stand the other way round.
    const lanes = ['order:b', 'order:a'].map((lane) => ({ lane, priority: 0, due_at: 0, epoch: 1 }))
    const leased = lanes.map((row) => ({ ...row, lease_until: 1_000 }))
    for (const row of leased) await db.insertInto('lanes').values(row).execute()
    const somebody = new pg.Client({ connectionString: place.databaseUrl })
    await somebody.connect()
    // Of a deadlock it would be the one that is ended, and say so.
    await somebody.query("set deadlock_timeout = '10ms'")
    const take = (lane: string) => somebody.query('select lane from lanes where lane = $1 for update', [lane])

    /** Two transactions over both lanes: somebody else's began, and goes on when ours waits for it. */
    const beside = async <T>(work: () => Promise<T>): Promise<T> => {
      await somebody.query('begin')
      await take('order:a')
      const working = work()
      await until('it to wait', async () => (await waitingForLocks(db)) > 0)
      await take('order:b')
      await somebody.query('commit')
      return working
    }
    expect(await beside(() => extendLeases(other, leased, 2_000))).toEqual([])
    expect(await db.selectFrom('lanes').select('lease_until').distinct().execute()).toEqual([{ lease_until: 2_000 }])

    await db.updateTable('lanes').set({ lease_until: null, waits_for: 'odoo' }).execute()
    await beside(() => bench(other).ledger.resumeConnection('odoo', 'a person'))
    expect(await db.selectFrom('lanes').select('waits_for').distinct().execute()).toEqual([{ waits_for: null }])
    await somebody.end()
  })

  it('run a transaction again that PostgreSQL ended so that another could go on', async () => {
    for (const lane of ['order:a', 'order:b'])
      await stores[0].db.insertInto('lanes').values({ lane, priority: 0, due_at: 0, epoch: 1 }).execute()
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const began = [first, second]
    const crossing = stores.map(({ db }, n) => {
      const order = n === 0 ? ['order:a', 'order:b'] : ['order:b', 'order:a']
      return db.transaction().execute(async (trx) => {
        for (const lane of order) {
          await trx.updateTable('lanes').set({ epoch: sql`epoch + 1` }).where('lane', '=', lane).execute()
          began[n]?.resolve()
          await Promise.all(began.map(({ promise }) => promise))
        }
      })
    })
    await Promise.all(crossing)
    expect(await stores[0].db.selectFrom('lanes').select('epoch').execute()).toEqual([{ epoch: 3 }, { epoch: 3 }])
  })

  it('store a webhook again that PostgreSQL would not store so that another could go on', async () => {
    const [{ db }, other] = stores
    const { ledger, now } = bench(other)
    await db.insertInto('lanes').values({ lane: 'order:a', priority: 0, due_at: 0, epoch: 1 }).execute()
    await db
      .insertInto('throughput')
      .values({ minute: now(), received: 0, delivered: 0, failed: 0, orders: 0 })
      .execute()
    const somebody = new pg.Client({ connectionString: place.databaseUrl })
    await somebody.connect()
    // Of a deadlock ours is the one that is ended: this one does not look for any.
    await somebody.query("set deadlock_timeout = '10min'")
    await somebody.query('begin')
    await somebody.query('select minute from throughput for update')
    const storing = ledger.ingest(event('order:a'))
    await until('it to wait', async () => (await waitingForLocks(db)) > 0)
    await somebody.query('select lane from lanes for update')
    await somebody.query('commit')
    expect((await storing).duplicate).toBe(false)
    expect(await db.selectFrom('events').select('lane').execute()).toEqual([{ lane: 'order:a' }])
    await somebody.end()
  })

  it('go by the clock of PostgreSQL, however wrong their own is', async () => {
    const own = vi.spyOn(Date, 'now').mockReturnValue(Date.UTC(2001, 1, 1))
    const clocks = await Promise.all(stores.map(openClock))
    const [here = 0, there = 0] = clocks.map(({ now }) => now())
    own.mockRestore()
    for (const { stop } of clocks) stop()
    expect(Math.abs(here - there)).toBeLessThan(1_000)
    expect(Math.abs(here - Date.now())).toBeLessThan(60_000)
  })

  it('give up a connection that swallows everything, and use another one', async () => {
    const url = place.databaseUrl ?? ''
    const wire = await openWire('to PostgreSQL', Number(new URL(url).port), () => 0)
    const store = openPostgres(onPort(url, wire.port), 300)
    const ask = () => store.db.selectFrom('lanes').select('lane').execute()
    await ask()
    wire.weather = { fault: 'blackhole', percent: 100 }
    while (wire.injected === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    wire.weather = undefined
    await expect(ask()).rejects.toThrow('PostgreSQL said nothing for 300 ms')
    expect(await ask()).toEqual([])
    await store.close()
    await wire.stop()
  })
})

/** How many sessions of this database wait for a row that another has. */
async function waitingForLocks(db: Store['db']): Promise<number> {
  const { rows } = await sql<{ many: number }>`select count(*) as many from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
  return rows[0]?.many ?? 0
}
