import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLead, GATHER_MS, type Lead, nobodyLeads } from '../../clarity-extension/store/lead.ts'
import type { Store } from '../../clarity-extension/store/store.ts'
import { done } from '../../shared/outcome.ts'
import { openWire } from '../chaos/wire.ts'
import { onPort } from '../support/postgres.ts'
import { bench, burst, dialects, event, type Place, recorder } from './store-support.ts'

const log = pino({ level: 'silent' })

describe.each(dialects.filter(({ dialect, possible }) => possible && dialect === 'PostgreSQL'))(
  'of several replicas on $dialect',
  ({ place: makePlace }) => {
    let place: Place
    let url: string
    const ends: (() => Promise<unknown>)[] = []
    beforeEach(async () => {
      place = await makePlace()
      url = place.databaseUrl ?? ''
    })
    afterEach(async () => {
      for (const end of ends.splice(0).toReversed()) await end()
      await place.remove()
    })

    function runs(lead: Lead, look: () => void = () => undefined): Lead {
      lead.start(look)
      ends.push(lead.stop)
      return lead
    }
    const is = (lead: Lead, whose: ReturnType<Lead['whose']>) => expect.poll(lead.whose).toBe(whose)
    async function wired() {
      const wire = await openWire('to PostgreSQL', Number(new URL(url).port), () => 0)
      ends.push(wire.stop)
      return wire
    }

    it('one leads, is told of work by the others, and is followed by another when it ends', async () => {
      const looked = { first: 0, second: 0 }
      const first = runs(createLead(url, log), () => looked.first++)
      await is(first, 'ours')
      const second = runs(createLead(url, log), () => looked.second++)
      await is(second, 'theirs')
      expect(looked.first).toBeGreaterThan(0)
      const before = looked.first
      second.tell()
      await expect.poll(() => looked.first).toBe(before + 1)
      expect(looked.second).toBe(0)
      await first.stop()
      await is(second, 'ours')
      expect(looked.second).toBeGreaterThan(0)
      const again = runs(createLead(url, log))
      await is(again, 'theirs')
    })

    it('one whose connection is cut does not know who leads, until it has another one', async () => {
      const wire = await wired()
      const first = runs(createLead(onPort(url, wire.port), log))
      await is(first, 'ours')
      wire.weather = { fault: 'reset', percent: 100 }
      await is(first, 'unknown')
      first.tell()
      const second = runs(createLead(url, log))
      await is(second, 'ours')
      wire.weather = undefined
      await is(first, 'theirs')
    })

    it('one that leads and goes away without a word loses the lead', async () => {
      const wire = await wired()
      const first = runs(createLead(onPort(url, wire.port), log, 2_500))
      await is(first, 'ours')
      const second = runs(createLead(url, log, 2_500))
      await is(second, 'theirs')
      wire.weather = { fault: 'blackhole', percent: 100 }
      await is(second, 'ours')
      wire.weather = undefined
      await is(first, 'theirs')
    })

    it('the store is asked now and then where several store something, and at once where one is alone', async () => {
      const first = runs(createLead(url, log))
      expect(first.apartMs()).toBe(0)
      await is(first, 'ours')
      // It may have missed what was said before.
      await expect.poll(first.apartMs).toBe(0)
      const second = runs(createLead(url, log))
      await is(second, 'theirs')
      expect(second.apartMs()).toBe(GATHER_MS)
      second.tell()
      await expect.poll(first.apartMs).toBe(GATHER_MS)
      await expect.poll(first.apartMs).toBe(0)
    })

    it('what is stored meanwhile is gathered, at the doors, on the way into the lanes, for a claim and at the end of runs', async () => {
      const apartMs = 60
      const asked: Record<string, number[]> = {}
      const store = await place.open()
      const watched: Store = {
        ...store,
        // Whoever reads events would ask in between.
        putOff: () => undefined,
        run(procedure, ...rest) {
          asked[procedure.name] = [...(asked[procedure.name] ?? []), performance.now()]
          return store.run(procedure, ...rest)
        },
      }
      const lead: Lead = { ...nobodyLeads, whose: () => 'ours', apartMs: () => apartMs }
      const { ledger } = bench(watched, { now: Date.now, lead })
      const { runs: ran, handler } = recorder(async (id) => {
        // They end one after the other.
        await sleep((7 * id) % apartMs)
        return done('applied')
      })
      ends.push(store.close, () => ledger.stop(5_000))
      await ledger.start(handler)
      for (const name of Object.keys(asked)) delete asked[name]
      const stored: Promise<unknown>[] = []
      for (let n = 0; n < 40; n++) {
        for (const one of burst(n % 2 ? 1 : 9)) stored.push(ledger.ingest(one))
        await sleep(5)
      }
      await Promise.all(stored)
      await expect.poll(() => ran.length).toBe(200)
      const doors = [...(asked.storeArrivalsAtOnce ?? []), ...(asked.storeAtOnce ?? [])].sort((a, b) => a - b)
      const { waitingArrivals = [], claimLanes = [], settleEndings = [] } = asked
      for (const [name, times] of Object.entries({ doors, waitingArrivals, claimLanes, settleEndings })) {
        expect(times.length, name).toBeGreaterThan(2)
        // A process that stands still for a moment asks a little later, and then in time again.
        const fewest = (times.length - 2) * apartMs
        expect((times.at(-1) ?? 0) - (times[0] ?? 0), `${times.length} of ${name}`).toBeGreaterThan(fewest)
      }
    })

    it('what is stored while a portion is on its way into the lanes comes into them by itself', async () => {
      const store = await place.open()
      let asked = 0
      const slow: Store = {
        ...store,
        // Whoever reads events would bring it there.
        putOff: () => undefined,
        async run(procedure, ...rest) {
          const read = await store.run(procedure, ...rest)
          // Longer than portions are apart.
          if (procedure.name === 'waitingArrivals' && asked++ === 0) await sleep(150)
          return read
        },
      }
      const lead: Lead = { ...nobodyLeads, whose: () => 'ours', apartMs: () => 60 }
      // At a clock that stands still nothing is ever left behind for long.
      const { ledger } = bench(slow, { now: () => 1_000, lead })
      ends.push(store.close, () => ledger.stop(5_000))
      await ledger.start(recorder().handler)
      await Promise.all(burst(9).map((one) => ledger.ingest(one)))
      await expect.poll(() => asked).toBeGreaterThan(0)
      await Promise.all(burst(9).map((one) => ledger.ingest(one)))
      const arrived = () => store.db.selectFrom('arrivals').select('id').execute()
      await expect.poll(arrived).toEqual([])
    })

    async function replica(lead: Lead) {
      const store = await place.open()
      const { runs, handler } = recorder()
      const { ledger } = bench(store, { now: Date.now, lead })
      await ledger.start(handler)
      ends.push(store.close, () => ledger.stop(5_000))
      return { ledger, runs, lead }
    }

    /** Two replicas, of which the first leads. */
    async function two() {
      const leading = await replica(createLead(url, log))
      await is(leading.lead, 'ours')
      const other = await replica(createLead(url, log))
      await is(other.lead, 'theirs')
      return { leading, other }
    }

    it('the one that leads runs what all of them store, one by one or in a burst, and what the bridge asks of itself', async () => {
      const { leading, other } = await two()
      const { id } = await other.ledger.ingest(event('order:alone'))
      await expect.poll(() => leading.runs.map((run) => run.id)).toEqual([id])
      const events = burst(60)
      const answers = await Promise.all(events.map((one, n) => (n % 3 ? other : leading).ledger.ingest(one)))
      await expect.poll(() => leading.runs.length).toBe(61)
      expect(new Set(leading.runs.map((run) => run.id))).toEqual(new Set([id, ...answers.map((answer) => answer.id)]))
      const told = vi.spyOn(other.lead, 'tell')
      await other.ledger.enqueue({ type: 'stock.changed', lane: 'stock:MUG', subject: 'MUG', priority: 2, data: {} })
      await expect.poll(() => leading.runs.at(-1)?.lane).toBe('stock:MUG')
      expect(told).toHaveBeenCalledOnce()
      expect(other.runs).toEqual([])
    })

    it('the others answer a second delivery with the first one’s id, before it is in its lane and after', async () => {
      const { leading, other } = await two()
      const one = event('order:1')
      const [first, second] = [await other.ledger.ingest(one), await other.ledger.ingest(one)]
      expect([first.duplicate, second]).toEqual([false, { id: first.id, duplicate: true }])
      await expect.poll(() => leading.runs.length).toBe(1)
      expect(await leading.ledger.ingest(one)).toEqual({ id: first.id, duplicate: true })
      expect(await other.ledger.ingest(one)).toEqual({ id: first.id, duplicate: true })
      expect(leading.runs).toHaveLength(1)
    })

    it('another one leads, and runs what was left, when the first one stops', async () => {
      const { leading, other } = await two()
      await leading.ledger.stop(5_000)
      const { id } = await other.ledger.ingest(event('order:1'))
      await expect.poll(() => other.runs.map((run) => run.id)).toEqual([id])
      await is(other.lead, 'ours')
    })

    it('the others run what the one that leads leaves for some seconds', async () => {
      // Of a process that stands still: it has the lead, and does nothing.
      await is(runs(createLead(url, log)), 'ours')
      const other = await replica(createLead(url, log))
      await is(other.lead, 'theirs')
      const one = event('order:1')
      const { id } = await other.ledger.ingest(one)
      // It has looked meanwhile whether the other one has filed it.
      await sleep(600)
      expect(other.runs).toEqual([])
      expect(await other.ledger.ingest(one)).toEqual({ id, duplicate: true })
      await expect.poll(() => other.runs.map((run) => run.id)).toEqual([id])
      expect(other.lead.whose()).toBe('theirs')
    })
  },
)
