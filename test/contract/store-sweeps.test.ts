import pino from 'pino'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createCursors } from '../../clarity-extension/sweep/cursors.ts'
import { digests } from '../../clarity-extension/sweep/digests.ts'
import { incremental, type Reader } from '../../clarity-extension/sweep/incremental.ts'
import { createMissed, type Seen } from '../../clarity-extension/sweep/missed.ts'
import { type Asked, createSweeps, type Sweep } from '../../clarity-extension/sweep/schedule.ts'
import { type bench, event, onBothStores, START } from './store-support.ts'

const log = pino({ level: 'silent' })
const MINUTE = 60_000

onBothStores('sweeps', (on) => {
  const clock = { now: START }
  const now = () => clock.now

  beforeEach(() => {
    clock.now = START
  })

  /** One replica. */
  const replica = (...sweeps: Sweep[]) => createSweeps({ db: on.store.db, sweeps, log, now, leaseMs: 60_000 })
  const quiet = { cron: '0 4 * * *', atStart: false }

  describe('the schedule', () => {
    it('never runs one sweep twice at once, on however many replicas', async () => {
      const gate = Promise.withResolvers<void>()
      let runs = 0
      const run = async () => {
        runs += 1
        await gate.promise
        return 'did it'
      }
      const here = replica({ name: 'outbox', ...quiet, run })
      const there = replica({ name: 'outbox', ...quiet, run })
      await here.start()
      await there.start()
      expect(await here.runNow('outbox')).toBe(true)
      expect(await here.runNow('outbox')).toBe(false)
      expect(await there.runNow('outbox')).toBe(false)
      expect(await there.list()).toMatchObject([{ name: 'outbox', state: 'running' }])
      gate.resolve()
      await here.settled()
      expect(runs).toBe(1)
      expect(await there.list()).toMatchObject([{ state: 'done', message: 'did it', finishedAt: START }])
      expect(await there.runNow('outbox')).toBe(true)
      await there.stop()
      await here.stop()
      expect(runs).toBe(2)
    })

    it('begins when the store is back that went away at the start', async () => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
      let runs = 0
      const sweeps = replica({ name: 'outbox', cron: '0 4 * * *', run: async () => `run ${++runs}` })
      const away = vi.spyOn(on.store.db, 'insertInto').mockImplementationOnce(() => {
        throw new Error('Connection terminated unexpectedly')
      })
      await sweeps.start()
      expect(runs).toBe(0)
      vi.advanceTimersByTime(MINUTE)
      vi.useRealTimers()
      await expect.poll(() => runs).toBe(1)
      away.mockRestore()
      await sweeps.stop()
    })

    it('takes over what a dead process left, and shows it as stalled until then', async () => {
      const sweeps = replica({ name: 'outbox', ...quiet, run: async () => 'did it' })
      await sweeps.start()
      await on.store.db
        .updateTable('sweeps')
        .set({ holder: 'dead', lease_until: clock.now + MINUTE, started_at: clock.now })
        .execute()
      expect(await sweeps.runNow('outbox')).toBe(false)
      clock.now += 2 * MINUTE
      expect(await sweeps.list()).toMatchObject([{ state: 'stalled' }])
      expect(await sweeps.runNow('outbox')).toBe(true)
      await sweeps.settled()
      expect(await sweeps.list()).toMatchObject([{ state: 'done' }])
      await sweeps.stop()
    })

    it('goes on at once after a kill where no other process can have the store', async () => {
      const held = { holder: 'killed', started_at: START, lease_until: START + MINUTE }
      const sweeps = createSweeps({
        ...{ db: on.store.db, log, now, alone: true },
        sweeps: [{ name: 'outbox', cron: quiet.cron, run: async () => 'did it' }],
      })
      await on.store.db
        .insertInto('sweeps')
        .values({ name: 'outbox', ...held })
        .execute()
      await sweeps.start()
      await sweeps.settled()
      expect(await sweeps.list()).toMatchObject([{ state: 'done', message: 'did it' }])
      await sweeps.stop()
    })

    it('shows one that has not run for a long time as stalled', async () => {
      const sweeps = replica({ name: 'outbox', cron: '* * * * *', atStart: false, run: async () => 'did it' })
      await sweeps.start()
      await sweeps.runNow('outbox')
      await sweeps.settled()
      clock.now += 3 * MINUTE
      expect(await sweeps.list()).toMatchObject([{ state: 'done' }])
      clock.now += 3 * MINUTE
      expect(await sweeps.list()).toMatchObject([{ state: 'stalled' }])
      await sweeps.stop()
    })

    it('records why a run failed and runs again', async () => {
      let runs = 0
      const run = async () => {
        runs += 1
        if (runs === 1) throw new Error('Odoo does not answer')
        return 'did it'
      }
      const sweeps = replica({ name: 'outbox', ...quiet, run })
      await sweeps.start()
      const known = clock.now
      clock.now += MINUTE
      await sweeps.runNow('outbox')
      await sweeps.settled()
      expect(await sweeps.list()).toMatchObject([
        { state: 'failed', message: 'Odoo does not answer', wellAt: known, everyMs: 24 * 60 * MINUTE },
      ])
      await sweeps.runNow('outbox')
      await sweeps.settled()
      expect(await sweeps.list()).toMatchObject([{ state: 'done', wellAt: clock.now }])
      await sweeps.stop()
    })

    it('keeps a changed schedule and refuses what cannot be read', async () => {
      const sweeps = replica({ name: 'outbox', ...quiet, run: async () => '' })
      await sweeps.start()
      const changed = await sweeps.change('outbox', { cron: '*/15 * * * *', zone: 'Europe/Berlin' })
      expect(changed).toMatchObject({ cron: '*/15 * * * *', zone: 'Europe/Berlin', enabled: true })
      expect(changed.nextAt).toBeGreaterThan(0)
      expect(await replica({ name: 'outbox', ...quiet, run: async () => '' }).list()).toMatchObject([
        { cron: '*/15 * * * *' },
      ])
      expect(await sweeps.change('outbox', { enabled: false })).toMatchObject({ enabled: false, nextAt: null })
      await expect(sweeps.change('outbox', { cron: 'every day' })).rejects.toThrow('not a cron expression')
      await expect(sweeps.change('outbox', { zone: 'Mars/Base' })).rejects.toThrow('not a time zone')
      await expect(sweeps.change('no such', {})).rejects.toThrow('no sweep')
      await sweeps.stop()
    })

    it('ends a run that is under way when it stops', async () => {
      const sweeps = replica({
        name: 'long',
        ...quiet,
        run: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('interrupted'))),
      })
      await sweeps.start()
      await sweeps.runNow('long')
      await sweeps.stop()
      expect(await sweeps.list()).toMatchObject([{ state: 'done', message: 'interrupted' }])
    })
  })

  describe('reading what was missed', () => {
    const at = (ms: number) => new Date(START + ms).toISOString()
    const orderSeen = (id: string, version: string): Seen => ({
      key: `order:${id}`,
      version,
      envelope: { type: 'order.updated', timestamp: version, data: { id, updatedAt: version } },
    })
    const asked = (by: Asked['by'] = 'person'): Asked => ({ by, signal: new AbortController().signal })

    /** A side that holds these changes; it gives them from an instant on, by pages. */
    const side = (changes: Seen[], pageSize = 100) => {
      const asks: string[] = []
      const reader: Reader = {
        name: 'order toOdoo',
        source: 'clarity',
        wanted: async () => true,
        async *changes(since) {
          asks.push(since)
          const found = changes.filter(({ version }) => version >= since)
          for (let from = 0; from < found.length; from += pageSize) yield found.slice(from, from + pageSize)
        },
      }
      return { reader, asks }
    }
    const sweepOf = (reader: Reader, ledger: ReturnType<typeof bench>['ledger']) =>
      incremental(reader, { cursors: createCursors(on.store.db), missed: createMissed(on.store.db, ledger), now })
    const lanes = async () =>
      (await on.store.db.selectFrom('events').select('lane').orderBy('id').execute()).map(({ lane }) => lane)

    it('CASES 6: finds every missed record once, however often it is read', async () => {
      const { ledger } = on
      const changes: Seen[] = []
      const sweep = sweepOf(side(changes).reader, ledger)
      expect(await sweep.run(asked())).toBe('0 read, 0 missed')
      changes.push(...Array.from({ length: 250 }, (_, index) => orderSeen(`${index}`, at(1_000 + index))))
      clock.now += 5 * MINUTE
      expect(await sweep.run(asked())).toBe('250 read, 250 missed')
      expect(await sweep.run(asked())).toBe('250 read, 0 missed')
      expect(new Set(await lanes()).size).toBe(250)
    })

    it('finds by its hash what changed without its time of change, once; the first comparison only notes', async () => {
      const { ledger } = on
      const hashes = new Map(Array.from({ length: 3 }, (_, n) => [`${n}`, `hash ${n}`]))
      const sweep = digests({
        ...{ db: on.store.db, ledger, now, hasFlow: (type) => type === 'order.updated' },
        switches: { enabled: async () => true },
        clarity: { digest: async () => ({ ok: true, value: [...hashes].map(([id, hash]) => ({ id, hash })) }) },
      })
      expect(await sweep.run(asked())).toBe('orders: 3 compared, 0 told')
      clock.now += 5 * MINUTE
      hashes.set('0', 'changed in silence').set('1', 'changed and told').set('3', 'new in silence')
      await ledger.ingest(event('order:1'))
      expect(await sweep.run(asked())).toBe('orders: 4 compared, 2 told')
      expect(await sweep.run(asked())).toBe('orders: 4 compared, 0 told')
      expect((await lanes()).sort()).toEqual(['order:0', 'order:1', 'order:3'])
    })

    it('leaves alone what a webhook has told, whatever became of it', async () => {
      const { ledger } = on
      const told = { type: 'order.created', timestamp: at(0), data: { id: '1', updatedAt: at(1_000) } }
      await ledger.ingest(event('order:1', { payload: Buffer.from(JSON.stringify(told)) }))
      await on.store.db.updateTable('events').set({ state: 'dead' }).execute()
      const { reader } = side([orderSeen('1', at(1_000)), orderSeen('2', at(1_500)), orderSeen('1', at(2_000))])
      expect(await sweepOf(reader, ledger).run(asked())).toBe('3 read, 2 missed')
    })

    it('CASES 10: skips none of 150 records of one instant, nor one that commits behind the cursor', async () => {
      const { ledger } = on
      const changes = Array.from({ length: 150 }, (_, index) => orderSeen(`${index}`, at(60_000)))
      const { reader, asks } = side(changes, 100)
      const sweep = sweepOf(reader, ledger)
      clock.now += 5 * MINUTE
      await createCursors(on.store.db).save('order toOdoo since', at(0))
      expect(await sweep.run(asked())).toBe('150 read, 150 missed')
      // It began four seconds before the cursor and is committed only now.
      changes.push(orderSeen('late', at(56_000)))
      clock.now += 5 * MINUTE
      expect(await sweep.run(asked())).toBe('151 read, 1 missed')
      expect(asks.at(-1)).toBe(at(0))
    })

    it('CASES 11: reads by instants, so that clocks that change twice a year lose and repeat nothing', async () => {
      const { ledger } = on
      // Berlin's night of 25 October 2026: 02:30 happens twice, half an hour before and after 01:00 UTC.
      clock.now = Date.parse('2026-10-25T00:00:00Z')
      const changes: Seen[] = []
      const sweep = sweepOf(side(changes).reader, ledger)
      await sweep.run(asked())
      changes.push(orderSeen('summer', '2026-10-25T00:30:00.000Z'), orderSeen('winter', '2026-10-25T01:30:00.000Z'))
      clock.now = Date.parse('2026-10-25T02:00:00Z')
      expect(await sweep.run(asked())).toBe('2 read, 2 missed')
      expect(await sweep.run(asked())).toBe('1 read, 0 missed')
    })

    it('leaves the youngest to their webhooks, unless a person asks', async () => {
      const { ledger } = on
      const changes: Seen[] = []
      const sweep = sweepOf(side(changes).reader, ledger)
      await sweep.run(asked('schedule'))
      changes.push(orderSeen('1', at(10_000)))
      clock.now += 30_000
      expect(await sweep.run(asked('schedule'))).toBe('1 read, 0 missed')
      clock.now += 5 * MINUTE
      expect(await sweep.run(asked('schedule'))).toBe('1 read, 1 missed')
    })

    it('goes on where it was when it is interrupted', async () => {
      const { ledger } = on
      const changes = Array.from({ length: 30 }, (_, index) => orderSeen(`${index}`, at(index * MINUTE)))
      await createCursors(on.store.db).save('order toOdoo since', at(0))
      clock.now += 60 * MINUTE
      const abort = new AbortController()
      const { reader, asks } = side(changes, 10)
      const stopping: Reader = {
        ...reader,
        async *changes(since, signal) {
          for await (const page of reader.changes(since, signal)) {
            if (page.some(({ key }) => key === 'order:19')) abort.abort()
            yield page
          }
        },
      }
      const run = sweepOf(stopping, ledger).run({ by: 'person', signal: abort.signal })
      expect(await run).toBe('interrupted after 20 read, 20 missed')
      expect(await sweepOf(reader, ledger).run(asked())).toMatch(/ 10 missed$/)
      expect(asks.at(-1)).toBe(at(9 * MINUTE))
    })

    it('stores a record that nobody can read as a dead letter and goes on', async () => {
      const { ledger } = on
      const broken = { ...orderSeen('x', at(1_000)), envelope: { type: 'order.updated', timestamp: '', data: {} } }
      const { reader } = side([broken, orderSeen('2', at(2_000))])
      expect(await sweepOf(reader, ledger).run(asked())).toBe('2 read, 2 missed')
      expect(await lanes()).toEqual(['unreadable:clarity', 'order:2'])
    })

    it('rests while its entity is switched off, and reads all of it afterwards', async () => {
      const { ledger } = on
      const changes: Seen[] = []
      const { reader } = side(changes)
      let wanted = true
      const sweep = sweepOf({ ...reader, wanted: async () => wanted }, ledger)
      await sweep.run(asked())
      wanted = false
      changes.push(orderSeen('1', at(30_000)))
      clock.now += 300 * MINUTE
      expect(await sweep.run(asked())).toBe('switched off')
      wanted = true
      expect(await sweep.run(asked())).toBe('1 read, 1 missed')
    })
  })
})
