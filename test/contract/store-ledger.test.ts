import { type KyselyPlugin, TableNode } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { settleEndings } from '../../clarity-extension/ledger/settle.ts'
import type { Handler } from '../../clarity-extension/ledger/types.ts'
import type { EventState } from '../../clarity-extension/store/schema.ts'
import type { Store } from '../../clarity-extension/store/store.ts'
import { correct, done, refused, retry, review, skip } from '../../shared/outcome.ts'
import { type Bench, bench, dialects, event, type Place, recorder, START, stateOf, wipe } from './store-support.ts'

const problem = { code: 'unknown_sku', message: 'No such SKU', remedy: 'Add it' }

describe.each(dialects)('the ledger on $dialect', ({ possible, place: makePlace }) => {
  describe.skipIf(!possible)('', () => {
    let place: Place
    let store: Store
    let it_: Bench
    beforeAll(async () => {
      place = await makePlace()
      store = await place.open()
    })
    afterAll(async () => {
      await store.close()
      await place.remove()
    })
    beforeEach(async () => {
      await wipe(store)
      it_ = bench(store)
    })
    afterEach(() => it_.ledger.stop(1_000))

    describe('retention', () => {
      const OLD = 1_200
      const OLDEST = START - 1_000_000

      async function history(): Promise<void> {
        const { db } = store
        const events = Array.from({ length: OLD }, (_, n) => event(`order:${n}`)).map(({ payload, ...one }) => ({
          source: one.source,
          webhook_id: one.webhookId,
          type: one.type,
          lane: one.lane,
          subject: one.subject,
          priority: one.priority,
          payload: new Uint8Array(payload ?? []),
          trace_id: one.traceId,
          state: 'done' as const,
          received_at: OLDEST,
          due_at: OLDEST,
          settled_at: OLDEST,
        }))
        for (let from = 0; from < OLD; from += 400)
          await db
            .insertInto('events')
            .values(events.slice(from, from + 400))
            .execute()
        const { id } = await db
          .insertInto('loads')
          .values({
            entity: 'product',
            direction: 'toOdoo',
            state: 'done',
            message: null,
            made_by: 'Ada',
            made_at: OLDEST,
          })
          .returning('id')
          .executeTakeFirstOrThrow()
        await db.updateTable('loads').set({ finished_at: OLDEST }).execute()
        const rows = Array.from({ length: OLD }, (_, n) => ({
          ...{ load_id: id, source_id: `${n}`, target_id: null, shown: '', verdict: 'new' as const, why: null },
          ...{ choices: '', decision: null, decided_by: null, state: 'done' as const, said: null, settled_at: OLDEST },
        }))
        for (let from = 0; from < OLD; from += 400)
          await db
            .insertInto('load_rows')
            .values(rows.slice(from, from + 400))
            .execute()
      }

      /** Says of each statement what it deleted, and goes on when `then` has. */
      const telling = (then: (deleted: { table: string; rows: number } | undefined) => unknown): KyselyPlugin => {
        const tables = new WeakMap<object, string>()
        return {
          transformQuery({ node, queryId }) {
            const from = node.kind === 'DeleteQueryNode' ? node.from.froms[0] : undefined
            if (from && TableNode.is(from)) tables.set(queryId, from.table.identifier.name)
            return node
          },
          async transformResult({ result, queryId }) {
            const table = tables.get(queryId)
            await then(table === undefined ? undefined : { table, rows: Number(result.numAffectedRows) })
            return result
          },
        }
      }

      it('deletes in small statements, and takes what comes in between two of them', async () => {
        await history()
        const deleted = new Map<string, number[]>()
        const between: number[] = []
        let coming: Promise<unknown> | undefined
        const plugin = telling(async (one) => {
          // The statement after: what came with the one before is stored by now, whatever still is to be deleted.
          await coming
          coming = undefined
          if (!one) return
          deleted.set(one.table, [...(deleted.get(one.table) ?? []), one.rows])
          // Not yet the last one.
          if (one.rows < 500) return
          coming = it_.ledger.ingest(event(`order:between-${one.table}`)).then(({ id }) => between.push(id))
        })
        const pruning = bench({ ...store, db: store.db.withPlugin(plugin) })
        expect(await pruning.ledger.prune(START)).toBe(OLD)
        await coming

        for (const table of ['events', 'load_rows']) {
          const counts = deleted.get(table) ?? []
          expect(counts.reduce((all, rows) => all + rows, 0)).toBe(OLD)
          expect(Math.max(...counts)).toBeLessThanOrEqual(500)
        }
        // With its rows gone, the load itself is one row.
        expect(deleted.get('loads')).toEqual([1])
        expect(between).toHaveLength(4)
        const left = await store.db.selectFrom('events').select('id').orderBy('id').execute()
        expect(left.map(({ id }) => id)).toEqual(between)
      })

      it('keeps, however old, what still waits for a worker or a person, and what was settled since', async () => {
        const past = (state: EventState, settledAt: number | null, receivedAt = OLDEST) => {
          const { source, webhookId, type, lane, subject, priority, traceId } = event(`order:${state}-${settledAt}`)
          return {
            ...{ source, type, lane, subject, priority, state, webhook_id: webhookId, trace_id: traceId },
            ...{ payload: new Uint8Array(), received_at: receivedAt, due_at: receivedAt, settled_at: settledAt },
          }
        }
        const kept = [
          ...(['ready', 'running'] as const).map((state) => past(state, null)),
          ...(['dead', 'held'] as const).map((state) => past(state, OLDEST)),
          ...(['done', 'skipped', 'dismissed'] as const).map((state) => past(state, START)),
          past('done', START, START),
        ]
        const old = (['done', 'skipped', 'dismissed'] as const).map((state) => past(state, OLDEST))
        await store.db
          .insertInto('events')
          .values([...kept.slice(0, 4), ...old, ...kept.slice(4)])
          .execute()
        expect(await it_.ledger.prune(START)).toBe(old.length)
        const left = await store.db.selectFrom('events').select('lane').orderBy('id').execute()
        expect(left.map(({ lane }) => lane)).toEqual(kept.map(({ lane }) => lane))
        await store.db.deleteFrom('events').execute()
      })
    })

    describe('ingest', () => {
      it('CASES 1: the same event five times at once is one row, and every call is answered', async () => {
        const same = event()
        const answers = await Promise.all([1, 2, 3, 4, 5].map(() => it_.ledger.ingest({ ...same })))
        expect(new Set(answers.map(({ id }) => id)).size).toBe(1)
        expect(answers.map(({ duplicate }) => duplicate)).toEqual([false, true, true, true, true])
        expect(await it_.ledger.ingest({ ...same })).toEqual({ id: answers[0]?.id, duplicate: true })
        expect(await store.db.selectFrom('events').selectAll().execute()).toHaveLength(1)
      })

      it('takes the same webhook id of another source for another event', async () => {
        const [a, b] = await Promise.all([
          it_.ledger.ingest(event('order:1', { webhookId: 'x' })),
          it_.ledger.ingest(event('order:1', { webhookId: 'x', source: 'odoo' })),
        ])
        expect(a.id).not.toBe(b.id)
      })

      it('keeps the bytes as they came', async () => {
        const payload = Buffer.from([0, 255, 10, 13, 0xf0, 0x9f])
        const { id } = await it_.ledger.ingest(event('order:1', { payload }))
        expect(Buffer.from((await stateOf(it_, id)).payload)).toEqual(payload)
      })

      it('rejects only the event that cannot be stored', async () => {
        const broken = Object.assign(event('order:2'), { subject: null })
        const [good, bad, other] = await Promise.allSettled([
          it_.ledger.ingest(event('order:1')),
          it_.ledger.ingest(broken),
          it_.ledger.ingest(event('order:3')),
        ])
        expect([good.status, bad.status, other.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
        expect(await store.db.selectFrom('lanes').selectAll().execute()).toHaveLength(2)
      })

      it('stores what the storefront sold in the same transaction, once, the newest rows of an order', async () => {
        const ledger = bench(store, {
          project: ({ subject }) =>
            subject === 'bug'
              ? (() => {
                  throw new Error('a bug in the projection')
                })()
              : { orderId: '1', placedAt: 5, items: [{ sku: subject, quantity: '2' }] },
        }).ledger
        const first = event('order:1', { subject: 'A' })
        await ledger.ingest(first)
        await ledger.ingest(event('order:1', { subject: 'B' }))
        await ledger.ingest(first)
        await ledger.ingest(event('order:1', { subject: 'bug' }))
        expect(await store.db.selectFrom('demand_arrived').selectAll().execute()).toEqual([
          { order_id: '1', placed_at: 5, items: '[{"sku":"B","quantity":"2"}]' },
        ])
        expect(await store.db.selectFrom('events').selectAll().execute()).toHaveLength(3)
      })
    })

    describe('own work', () => {
      const work = {
        type: 'stock.changed',
        lane: 'stock:A',
        subject: 'A',
        priority: 2,
        data: { product_id: 1, sku: 'A' },
      } as const

      it('is not made twice while the first waits, and again once that has run', async () => {
        const both = await Promise.all([it_.ledger.enqueue(work), it_.ledger.enqueue(work)])
        expect(both.map(({ coalesced }) => coalesced)).toEqual([false, true])
        expect((await it_.ledger.enqueue(work)).id).toBe(both[0].id)
        const { runs, handler } = recorder()
        await it_.ledger.start(handler)
        await it_.ledger.idle()
        expect(runs).toHaveLength(1)
        expect(JSON.parse(runs[0]?.payload ?? '')).toMatchObject({ type: 'stock.changed', data: { sku: 'A' } })
        expect((await it_.ledger.enqueue(work)).coalesced).toBe(false)
      })

      it('is made again while the first is running: what changed meanwhile is not missed', async () => {
        const again: boolean[] = []
        let first = true
        await it_.ledger.enqueue(work)
        await it_.ledger.start(async () => {
          if (first) {
            first = false
            again.push((await it_.ledger.enqueue(work)).coalesced)
          }
          return done('counted')
        })
        await it_.ledger.idle()
        expect(again).toEqual([false])
        expect((await it_.queries.list({ states: ['done'] })).rows).toHaveLength(2)
      })

      it('with a key is made once', async () => {
        const { id } = await it_.ledger.enqueue({ ...work, key: 'sweep:1' })
        const { handler } = recorder()
        await it_.ledger.start(handler)
        await it_.ledger.idle()
        expect(await it_.ledger.enqueue({ ...work, key: 'sweep:1' })).toEqual({ id, duplicate: true, coalesced: false })
      })

      it('waits until it is due', async () => {
        const { runs, handler } = recorder()
        await it_.ledger.enqueue({ ...work, dueAt: it_.now() + 60_000 })
        await it_.ledger.start(handler)
        await it_.later(59_000)
        expect(runs).toHaveLength(0)
        await it_.later(1_000)
        expect(runs).toHaveLength(1)
      })

      it('waits its time also in a lane that a duplicate opened for nothing', async () => {
        const { runs, handler } = recorder()
        const order = event('stock:A')
        await it_.ledger.ingest(order)
        await it_.ledger.start(handler)
        await it_.ledger.idle()
        await it_.ledger.stop(1_000)
        await it_.ledger.ingest(order)
        await it_.ledger.enqueue({ ...work, dueAt: it_.now() + 60_000 })
        await it_.ledger.start(handler)
        await it_.ledger.idle()
        expect(runs).toHaveLength(1)
        await it_.later(60_000)
        expect(runs).toHaveLength(2)
      })
    })

    describe('lanes', () => {
      it('run their events in order, one at a time, and beside each other', async () => {
        const running = new Set<string>()
        let most = 0
        const order: Record<string, number[]> = {}
        const handler: Handler = async ({ lane, id }) => {
          expect(running.has(lane)).toBe(false)
          running.add(lane)
          most = Math.max(most, running.size)
          order[lane] = [...(order[lane] ?? []), id]
          await new Promise((resolve) => setTimeout(resolve, 1))
          running.delete(lane)
          return done('ok')
        }
        await Promise.all(Array.from({ length: 60 }, (_, i) => it_.ledger.ingest(event(`order:${i % 6}`))))
        await it_.ledger.start(handler)
        await it_.ledger.idle()
        expect(most).toBe(6)
        for (const ids of Object.values(order)) {
          expect(ids).toHaveLength(10)
          expect(ids).toEqual([...ids].sort((a, b) => a - b))
        }
        expect(await store.db.selectFrom('lanes').selectAll().execute()).toEqual([])
      })

      it('never run more at once than the concurrency allows', async () => {
        const ledger = bench(store, { concurrency: 3 }).ledger
        let running = 0
        let most = 0
        await Promise.all(Array.from({ length: 20 }, (_, i) => ledger.ingest(event(`order:${i}`))))
        await ledger.start(async () => {
          most = Math.max(most, ++running)
          await new Promise((resolve) => setTimeout(resolve, 1))
          running--
          return done('ok')
        })
        await ledger.idle()
        await ledger.stop(1_000)
        expect(most).toBe(3)
        expect((await it_.queries.list({ states: ['done'] })).rows).toHaveLength(20)
      })

      it('run orders before stock before catalogue', async () => {
        const ledger = bench(store, { concurrency: 1 }).ledger
        const { runs, handler } = recorder()
        await ledger.ingest(event('product:1', { priority: 3 }))
        await ledger.ingest(event('stock:1', { priority: 2 }))
        await ledger.ingest(event('order:1', { priority: 0 }))
        await ledger.start(handler)
        await ledger.idle()
        await ledger.stop(1_000)
        expect(runs.map(({ lane }) => lane)).toEqual(['order:1', 'stock:1', 'product:1'])
      })

      it('keep room for an order however much catalogue there is', async () => {
        const ledger = bench(store, { concurrency: 5 }).ledger
        const begun: string[] = []
        const [fourth, order, over] = [0, 0, 0].map(() => Promise.withResolvers<void>())
        await ledger.start(async ({ lane }) => {
          begun.push(lane)
          if (begun.length === 4) fourth?.resolve()
          if (lane === 'order:1') order?.resolve()
          await over?.promise
          return done('ok')
        })
        await Promise.all(Array.from({ length: 20 }, (_, n) => ledger.ingest(event(`product:${n}`, { priority: 3 }))))
        await fourth?.promise
        await ledger.ingest(event('order:1', { priority: 0 }))
        await order?.promise
        expect(begun).toHaveLength(5)
        over?.resolve()
        await ledger.idle()
        await ledger.stop(1_000)
        expect(begun).toHaveLength(21)
      })

      it('wake up by themselves when an event comes in', async () => {
        const ran = Promise.withResolvers<void>()
        await it_.ledger.start(async () => {
          ran.resolve()
          return done('ok')
        })
        await it_.ledger.idle()
        await it_.ledger.ingest(event())
        await ran.promise
      })

      it('a retry keeps its place at the head', async () => {
        const { runs, handler } = recorder((_, attempt) => (attempt < 3 ? retry('network', 'no answer') : done('ok')))
        const first = await it_.ledger.ingest(event())
        const second = await it_.ledger.ingest(event())
        await it_.ledger.start(handler)
        await it_.ledger.idle()
        expect(runs.map(({ id }) => id)).toEqual([first.id])
        expect(await stateOf(it_, first.id)).toMatchObject({ state: 'ready', attempts: 1, cause: 'network' })
        await it_.later(1_000)
        await it_.later(5_000)
        expect(runs.map(({ id, attempt }) => [id, attempt])).toEqual([
          [first.id, 1],
          [first.id, 2],
          [first.id, 3],
          [second.id, 1],
        ])
      })

      it('a clock that is set back does not make anything wait for the time it showed', async () => {
        const { runs, handler } = recorder((_, attempt) => (attempt === 1 ? retry('network', 'no answer') : done('ok')))
        const clock = { wall: Date.UTC(2026, 10, 20, 13), steady: 0 }
        const { ledger } = bench(it_.store, { now: () => clock.wall, steady: () => clock.steady })
        await ledger.start(handler)
        await ledger.ingest(event())
        await ledger.idle()
        clock.wall -= 60 * 60_000
        await ledger.idle()
        expect(runs).toHaveLength(1)
        clock.wall += 1_001
        clock.steady += 1_001
        await ledger.idle()
        await ledger.stop()
        expect(runs.map(({ attempt }) => attempt)).toEqual([1, 2])
      })

      it('a dead letter and a held event let the next one pass', async () => {
        const { runs, handler } = recorder((id) =>
          id === dead.id
            ? correct(problem)
            : id === held.id
              ? review('totals_differ', 'Totals differ', { ours: '1' })
              : skip('stale'),
        )
        const dead = await it_.ledger.ingest(event())
        const held = await it_.ledger.ingest(event())
        const last = await it_.ledger.ingest(event())
        await it_.ledger.start(handler)
        await it_.ledger.idle()
        expect(runs.map(({ id }) => id)).toEqual([dead.id, held.id, last.id])
        expect(await stateOf(it_, dead.id)).toMatchObject({ state: 'dead', cause: 'unknown_sku' })
        expect(JSON.parse((await stateOf(it_, dead.id)).details ?? '')).toEqual([problem])
        expect(await stateOf(it_, held.id)).toMatchObject({ state: 'held', cause: 'totals_differ' })
        expect(await stateOf(it_, last.id)).toMatchObject({ state: 'skipped', cause: 'stale' })
      })

      it('a later success resolves the older dead letters of its record, and no others', async () => {
        const kinds: Record<number, 'dead' | 'held'> = {}
        const { handler } = recorder((id) =>
          kinds[id] === 'dead' ? correct(problem) : kinds[id] === 'held' ? review('x', 'y') : done('ok'),
        )
        const put = async (
          kind: 'dead' | 'held' | 'done',
          type: 'order.updated' | 'picking.done',
          lane = 'order:1',
        ) => {
          const { id } = await it_.ledger.ingest(event(lane, { type }))
          if (kind !== 'done') kinds[id] = kind
          return id
        }
        const order = await put('dead', 'order.updated')
        const picking = await put('dead', 'picking.done')
        const held = await put('held', 'order.updated')
        const elsewhere = await put('dead', 'order.updated', 'order:2')
        const success = await put('done', 'order.updated')
        await put('done', 'picking.done')
        const later = await put('dead', 'order.updated')
        await it_.ledger.start(handler)
        await it_.ledger.idle()
        expect(await stateOf(it_, order)).toMatchObject({
          state: 'skipped',
          cause: 'superseded',
          message: `Event ${success} brought the newer state.`,
        })
        expect((await stateOf(it_, picking)).state).toBe('dead')
        expect((await stateOf(it_, held)).state).toBe('held')
        expect((await stateOf(it_, elsewhere)).state).toBe('dead')
        expect((await stateOf(it_, later)).state).toBe('dead')
      })

      it('CASES 19: a burst of one coalescing type is one run of the newest', async () => {
        const { runs, handler } = recorder()
        const ledger = bench(store, { types: { 'stock.changed': { coalesce: true } } }).ledger
        const burst = await Promise.all(
          Array.from({ length: 20 }, () => ledger.ingest(event('stock:A', { type: 'stock.changed', priority: 2 }))),
        )
        const other = await ledger.ingest(event('stock:A', { type: 'product.updated', priority: 2 }))
        const after = await ledger.ingest(event('stock:A', { type: 'stock.changed', priority: 2 }))
        await ledger.start(handler)
        await ledger.idle()
        await ledger.stop(1_000)
        expect(runs.map(({ id }) => id)).toEqual([burst[19]?.id, other.id, after.id])
        expect(await stateOf(it_, burst[0]?.id ?? 0)).toMatchObject({
          state: 'skipped',
          cause: 'superseded',
          attempts: 0,
        })
      })

      it('CASES 19: a lane that rests runs the first change at once and the rest of the burst together', async () => {
        const { runs, handler } = recorder()
        const rested = bench(store, { types: { 'stock.changed': { coalesce: true, restMs: 3_000 } } })
        const change = (lane = 'stock:A') =>
          rested.ledger.ingest(event(lane, { type: 'stock.changed', priority: 2 })).then(({ id }) => id)
        await rested.ledger.start(handler)
        const first = await change()
        await rested.later(0)
        const burst: number[] = []
        for (let n = 0; n < 19; n++) {
          burst.push(await change())
          await rested.later(100)
        }
        const other = await change('stock:B')
        await rested.later(0)
        expect(runs.map(({ id }) => id)).toEqual([first, other])
        await rested.later(1_100)
        expect(runs.map(({ id }) => id)).toEqual([first, other, burst.at(-1)])
        // A lane that has rested and has nothing to run is closed, and one that did nothing does not rest.
        await rested.later(3_000)
        expect(await store.db.selectFrom('lanes').selectAll().execute()).toEqual([])
        const last = await change()
        await rested.later(0)
        await rested.ledger.stop(1_000)
        expect(runs.at(-1)?.id).toBe(last)
      })
    })

    describe('what goes wrong', () => {
      it('CASES 12: a poison item (rejects, throws at once, answers nonsense, never ends) never stops the others', async () => {
        const ledger = bench(store, { runLimitMs: 40, attemptLimit: 1 }).ledger
        const poison: Record<string, () => Promise<never>> = {
          'order:rejects': () => Promise.reject(new Error('boom')),
          'order:throws': () => {
            throw new TypeError('at once')
          },
          'order:hangs': () => new Promise(() => undefined),
        }
        const handler: Handler = ({ lane }) => {
          if (lane === 'order:nonsense') return JSON.parse('null')
          return poison[lane]?.() ?? Promise.resolve(done('ok'))
        }
        const ids: Record<string, number> = {}
        for (const lane of [...Object.keys(poison), 'order:nonsense']) ids[lane] = (await ledger.ingest(event(lane))).id
        const good = await Promise.all(Array.from({ length: 30 }, (_, i) => ledger.ingest(event(`order:${i}`))))
        await ledger.start(handler)
        await ledger.idle()
        await ledger.stop(1_000)
        for (const { id } of good) expect((await stateOf(it_, id)).state).toBe('done')
        expect(await stateOf(it_, ids['order:rejects'] ?? 0)).toMatchObject({
          state: 'dead',
          cause: 'bug',
          message: 'Error: boom',
        })
        expect(await stateOf(it_, ids['order:throws'] ?? 0)).toMatchObject({ state: 'dead', cause: 'bug' })
        expect(await stateOf(it_, ids['order:nonsense'] ?? 0)).toMatchObject({ state: 'dead', cause: 'bug' })
        expect(await stateOf(it_, ids['order:hangs'] ?? 0)).toMatchObject({ state: 'dead', cause: 'timeout' })
      })

      it('a bug counts as an attempt and is a dead letter at the limit', async () => {
        const { id } = await it_.ledger.ingest(event())
        await it_.ledger.start(() => Promise.reject(new Error('boom')))
        for (let n = 0; n < 20; n++) await it_.later(4 * 3_600_000)
        expect(await stateOf(it_, id)).toMatchObject({ state: 'dead', cause: 'bug', attempts: 15 })
        expect((await it_.queries.detail(id))?.attemptLog).toHaveLength(15)
      })

      it('CASES 38: a refusal pauses the connection, burns no attempt, and everything resumes', async () => {
        let mended = false
        const { runs, handler } = recorder(() => (mended ? done('ok') : refused('odoo', 'invalid_key', 'Key revoked')))
        const ids = await Promise.all([1, 2, 3].map((n) => it_.ledger.ingest(event(`order:${n}`))))
        await it_.ledger.start(handler)
        await it_.ledger.idle()
        await it_.ledger.ingest(event('order:4'))
        await it_.ledger.idle()
        expect(runs).toHaveLength(3)
        expect(it_.facts.filter(({ fact }) => fact === 'paused')).toEqual([
          { fact: 'paused', connection: 'odoo', cause: 'invalid_key', message: 'Key revoked' },
        ])
        expect(await it_.queries.connections()).toMatchObject([
          { name: 'clarity', state: 'up', waiting: 0 },
          { name: 'odoo', state: 'paused', cause: 'invalid_key', waiting: 4 },
        ])
        expect(await stateOf(it_, ids[0]?.id ?? 0)).toMatchObject({ state: 'ready', attempts: 0 })
        mended = true
        await it_.ledger.resumeConnection('odoo', 'ada')
        await it_.ledger.idle()
        expect((await it_.queries.list({ states: ['done'] })).rows).toHaveLength(4)
        expect(await stateOf(it_, ids[0]?.id ?? 0)).toMatchObject({ attempts: 1 })
      })

      it('a connection that refused us is probed until it takes us again', async () => {
        vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
        const probes: string[] = []
        const answers = [false, true]
        const resumed = Promise.withResolvers<void>()
        const { ledger } = bench(store, {
          probe: async (name) => {
            probes.push(name)
            return answers.shift() ?? false
          },
          observe: ({ fact }) => fact === 'resumed' && resumed.resolve(),
        })
        try {
          await store.db
            .updateTable('connections')
            .set({ state: 'paused', cause: 'invalid_key' })
            .where('name', '=', 'odoo')
            .execute()
          await store.db
            .updateTable('connections')
            .set({ state: 'paused', cause: 'by_hand' })
            .where('name', '=', 'clarity')
            .execute()
          const { handler } = recorder()
          await ledger.start(handler)
          await vi.advanceTimersByTimeAsync(15_000)
          await vi.advanceTimersByTimeAsync(29_999)
          expect(probes).toEqual(['odoo'])
          await vi.advanceTimersByTimeAsync(1)
          await resumed.promise
        } finally {
          vi.useRealTimers()
        }
        await ledger.stop(1_000)
        expect(probes).toEqual(['odoo', 'odoo'])
        expect((await it_.queries.connections()).map(({ state }) => state)).toEqual(['paused', 'up'])
      })

      it('an observer that throws stops nothing', async () => {
        const { ledger } = bench(store, {
          observe: () => {
            throw new Error('metrics')
          },
        })
        const { id, duplicate } = await ledger.ingest(event())
        const { handler } = recorder()
        await ledger.start(handler)
        await ledger.idle()
        await ledger.stop(1_000)
        expect(duplicate).toBe(false)
        expect((await stateOf(it_, id)).state).toBe('done')
      })

      it('events that do not need the paused connection go on', async () => {
        const ledger = bench(store, { types: { 'picking.done': { needs: ['clarity'] } } }).ledger
        const { runs, handler } = recorder()
        await ledger.pauseConnection('odoo', 'Ada')
        await ledger.ingest(event('order:1'))
        await ledger.ingest(event('order:2', { type: 'picking.done' }))
        await ledger.start(handler)
        await ledger.idle()
        expect(runs.map(({ lane }) => lane)).toEqual(['order:2'])
        await ledger.resumeConnection('odoo', 'ada')
        await ledger.idle()
        await ledger.stop(1_000)
        expect(runs.map(({ lane }) => lane)).toEqual(['order:2', 'order:1'])
      })

      it('the log of an attempt keeps its steps and masks secrets', async () => {
        const { id } = await it_.ledger.ingest(event())
        await it_.ledger.start(async (_, trace) => {
          trace.step('apply', 'sent 1 order', { apiKey: 'k', order: { email: 'a@b.c', total: '1.00' } })
          return done('S00001 created')
        })
        await it_.ledger.idle()
        const detail = await it_.queries.detail(id)
        expect(detail?.attemptLog[0]).toMatchObject({ number: 1, outcome: 'done', message: 'S00001 created' })
        expect(detail?.attemptLog[0]?.steps[0]).toMatchObject({
          step: 'apply',
          summary: 'sent 1 order',
          data: { apiKey: '[secret]', order: { email: '[personal]', total: '1.00' } },
        })
      })
    })

    describe('a worker that is gone', () => {
      it('a late settle with an old epoch writes nothing and says so, while another run has the lane and after it', async () => {
        const { id } = await it_.ledger.ingest(event())
        const epochs: number[] = []
        const second = Promise.withResolvers<void>()
        const end = Promise.withResolvers<void>()
        await it_.ledger.start(async ({ epoch, attempt }) => {
          epochs.push(epoch)
          if (attempt === 1) return retry('network', 'no answer')
          second.resolve()
          await end.promise
          return done('in time')
        })
        await it_.ledger.idle()
        const lateSettle = async () => {
          const move = {
            by: 'done' as const,
            cause: null,
            message: 'late',
            details: null,
            issue: null,
            delayMs: 0,
            counts: true,
            pauses: null,
          }
          const late = {
            eventId: id,
            lane: 'order:1',
            epoch: epochs[0] ?? 0,
            type: 'order.updated',
            attempt: 1,
            outcome: 'done',
            move,
            startedAt: 0,
            durationMs: 0,
            restMs: 0,
            steps: '[]',
          }
          const [settled] = await store.run(settleEndings, { endings: [late], now: it_.now(), dialect: store.dialect })
          return settled?.to
        }
        expect(await lateSettle()).toBeUndefined()
        expect(await stateOf(it_, id)).toMatchObject({ state: 'ready', message: 'no answer' })
        const running = it_.later(1_000)
        await second.promise
        expect(await lateSettle()).toBeUndefined()
        expect(await stateOf(it_, id)).toMatchObject({ state: 'running', attempts: 2 })
        end.resolve()
        await running
        expect(await lateSettle()).toBeUndefined()
        expect(await stateOf(it_, id)).toMatchObject({ state: 'done', message: 'in time' })
        expect(epochs[1]).toBeGreaterThan(epochs[0] ?? 0)
      })

      it('gives back what it had when it is told to stop, and burns no attempt', async () => {
        const { id } = await it_.ledger.ingest(event())
        const began = Promise.withResolvers<AbortSignal>()
        await it_.ledger.start(({ signal }) => {
          began.resolve(signal)
          return new Promise(() => undefined)
        })
        const signal = await began.promise
        await it_.ledger.stop(1)
        expect(signal.aborted).toBe(true)
        expect(await stateOf(it_, id)).toMatchObject({ state: 'ready', attempts: 0 })
        const next = bench(store)
        const { runs, handler } = recorder()
        await next.ledger.start(handler)
        await next.ledger.idle()
        await next.ledger.stop(1_000)
        expect(runs).toMatchObject([{ id, attempt: 1 }])
      })

      it('waits for what is running when it stops', async () => {
        const { id } = await it_.ledger.ingest(event())
        const began = Promise.withResolvers<void>()
        await it_.ledger.start(async () => {
          began.resolve()
          await new Promise((resolve) => setTimeout(resolve, 20))
          return done('ok')
        })
        await began.promise
        await it_.ledger.stop(10_000)
        expect((await stateOf(it_, id)).state).toBe('done')
      })
    })
  })
})
