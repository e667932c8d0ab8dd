import pino from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Handler } from '../../clarity-extension/ledger/types.ts'
import { createChanges } from '../../clarity-extension/store/changes.ts'
import { openClock } from '../../clarity-extension/store/clock.ts'
import { openPostgres } from '../../clarity-extension/store/postgres.ts'
import type { Store } from '../../clarity-extension/store/store.ts'
import { done, retry } from '../../shared/outcome.ts'
import { openWire } from '../chaos/wire.ts'
import { bench, dialects, event, type Place, recorder, wipe } from './store-support.ts'

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

function onPort(url: string, port: number): string {
  const moved = new URL(url)
  moved.port = String(port)
  return moved.href
}
