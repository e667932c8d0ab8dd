import { describe, expect, it } from 'vitest'
import { typeRules } from '../../clarity-extension/handler.ts'
import type { Handler } from '../../clarity-extension/ledger/types.ts'
import type { Store } from '../../clarity-extension/store/store.ts'
import { correct, done, retry, review, skip } from '../../shared/outcome.ts'
import { bench, event, onBothStores, recorder, stateOf } from './store-support.ts'

const problem = { code: 'unknown_sku', message: 'No such SKU', remedy: 'Add it' }

onBothStores('the ledger', (on) => {
  describe('ingest', () => {
    it('CASES 1: the same event five times at once is one row, and every call is answered', async () => {
      const same = event()
      const answers = await Promise.all([1, 2, 3, 4, 5].map(() => on.ledger.ingest({ ...same })))
      expect(new Set(answers.map(({ id }) => id)).size).toBe(1)
      expect(answers.map(({ duplicate }) => duplicate)).toEqual([false, true, true, true, true])
      expect(await on.ledger.ingest({ ...same })).toEqual({ id: answers[0]?.id, duplicate: true })
      expect(await on.store.db.selectFrom('events').selectAll().execute()).toHaveLength(1)
    })

    it('takes the same webhook id of another source for another event', async () => {
      const [a, b] = await Promise.all([
        on.ledger.ingest(event('order:1', { webhookId: 'x' })),
        on.ledger.ingest(event('order:1', { webhookId: 'x', source: 'odoo' })),
      ])
      expect(a.id).not.toBe(b.id)
    })

    it('keeps the bytes as they came', async () => {
      const payload = Buffer.from([0, 255, 10, 13, 0xf0, 0x9f])
      const { id } = await on.ledger.ingest(event('order:1', { payload }))
      expect(Buffer.from((await stateOf(on, id)).payload)).toEqual(payload)
    })

    it('keeps any text, half a character as the sign for what cannot be read', async () => {
      const subject = 'a "b" \\c \n ü 漢 😀 $1'
      const { ledger } = bench(on.store)
      const ids = await Promise.all(
        [subject, 'half \ud83d'].map((text, n) => ledger.ingest(event(`order:${n}`, { subject: text }))),
      )
      const rows = await on.store.db.selectFrom('events').select(['id', 'subject']).orderBy('id').execute()
      expect(rows.map((row) => row.id)).toEqual(ids.map(({ id }) => id))
      expect(rows.map((row) => row.subject)).toEqual([subject, 'half \ufffd'])
    })

    it('rejects only the event that cannot be stored', async () => {
      const broken = Object.assign(event('order:2'), { subject: null })
      const [good, bad, other] = await Promise.allSettled([
        on.ledger.ingest(event('order:1')),
        on.ledger.ingest(broken),
        on.ledger.ingest(event('order:3')),
      ])
      expect([good.status, bad.status, other.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(await on.store.db.selectFrom('lanes').selectAll().execute()).toHaveLength(2)
    })

    it('stores what the storefront sold in the same transaction, once, the newest rows of an order', async () => {
      const ledger = bench(on.store, {
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
      expect(await on.store.db.selectFrom('demand_arrived').selectAll().execute()).toEqual([
        { order_id: '1', placed_at: 5, items: '[{"sku":"B","quantity":"2"}]' },
      ])
      expect(await on.store.db.selectFrom('events').selectAll().execute()).toHaveLength(3)
    })
  })

  it('claims what it stores in the same commit, where one thread does one after another', async () => {
    const asked: string[] = []
    const watched: Store = {
      ...on.store,
      async run(procedure, input, transfer) {
        asked.push(procedure.name)
        const out = await on.store.run(procedure, input, transfer)
        asked.push(`${procedure.name} done`)
        return out
      },
    }
    const { ledger } = bench(watched)
    const { runs, handler } = recorder()
    await ledger.start(handler)
    await ledger.idle()
    asked.length = 0
    await ledger.ingest(event('order:1'))
    await ledger.idle()
    await ledger.stop()
    expect(runs).toHaveLength(1)
    expect(asked.slice(0, 3)).toEqual(
      on.store.dialect === 'sqlite'
        ? ['storeEvents', 'claimLanes', 'storeEvents done']
        : ['storeAtOnce', 'storeAtOnce done', 'claimLanes'],
    )
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
      const both = await Promise.all([on.ledger.enqueue(work), on.ledger.enqueue(work)])
      expect(both.map(({ coalesced }) => coalesced)).toEqual([false, true])
      expect((await on.ledger.enqueue(work)).id).toBe(both[0].id)
      const { runs, handler } = recorder()
      await on.ledger.start(handler)
      await on.ledger.idle()
      expect(runs).toHaveLength(1)
      expect(JSON.parse(runs[0]?.payload ?? '')).toMatchObject({ type: 'stock.changed', data: { sku: 'A' } })
      expect((await on.ledger.enqueue(work)).coalesced).toBe(false)
    })

    it('is made again while the first is running: what changed meanwhile is not missed', async () => {
      const again: boolean[] = []
      let first = true
      await on.ledger.enqueue(work)
      await on.ledger.start(async () => {
        if (first) {
          first = false
          again.push((await on.ledger.enqueue(work)).coalesced)
        }
        return done('counted')
      })
      await on.ledger.idle()
      expect(again).toEqual([false])
      expect((await on.queries.list({ states: ['done'] })).rows).toHaveLength(2)
    })

    it('with a key is made once', async () => {
      const { id } = await on.ledger.enqueue({ ...work, key: 'sweep:1' })
      const { handler } = recorder()
      await on.ledger.start(handler)
      await on.ledger.idle()
      expect(await on.ledger.enqueue({ ...work, key: 'sweep:1' })).toEqual({ id, duplicate: true, coalesced: false })
    })

    it('waits until it is due', async () => {
      const { runs, handler } = recorder()
      await on.ledger.enqueue({ ...work, dueAt: on.now() + 60_000 })
      await on.ledger.start(handler)
      await on.later(59_000)
      expect(runs).toHaveLength(0)
      await on.later(1_000)
      expect(runs).toHaveLength(1)
    })

    it('waits its time also in a lane that a duplicate opened for nothing', async () => {
      const { runs, handler } = recorder()
      const order = event('stock:A')
      await on.ledger.ingest(order)
      await on.ledger.start(handler)
      await on.ledger.idle()
      await on.ledger.stop(1_000)
      await on.ledger.ingest(order)
      await on.ledger.enqueue({ ...work, dueAt: on.now() + 60_000 })
      await on.ledger.start(handler)
      await on.ledger.idle()
      expect(runs).toHaveLength(1)
      await on.later(60_000)
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
      await Promise.all(Array.from({ length: 60 }, (_, i) => on.ledger.ingest(event(`order:${i % 6}`))))
      await on.ledger.start(handler)
      await on.ledger.idle()
      expect(most).toBe(6)
      for (const ids of Object.values(order)) {
        expect(ids).toHaveLength(10)
        expect(ids).toEqual([...ids].sort((a, b) => a - b))
      }
      expect(await on.store.db.selectFrom('lanes').selectAll().execute()).toEqual([])
    })

    it('never run more at once than the concurrency allows', async () => {
      const ledger = bench(on.store, { concurrency: 3 }).ledger
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
      expect((await on.queries.list({ states: ['done'] })).rows).toHaveLength(20)
    })

    it('run orders before stock before catalogue', async () => {
      const ledger = bench(on.store, { concurrency: 1 }).ledger
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
      const ledger = bench(on.store, { concurrency: 5 }).ledger
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

    it('have a thousand SKUs side by side, so that one call reads them all, and an order beside them', async () => {
      const begun = { stock: 0, order: 0 }
      const all = Promise.withResolvers<void>()
      await Promise.all(Array.from({ length: 1_000 }, (_, n) => on.ledger.ingest(event(`stock:${n}`, { priority: 2 }))))
      await on.ledger.ingest(event('order:1'))
      await on.ledger.start(async ({ priority }) => {
        begun[priority === 2 ? 'stock' : 'order']++
        if (begun.stock === 1_000 && begun.order === 1) all.resolve()
        await all.promise
        return done('ok')
      })
      await all.promise
      await on.ledger.idle()
    })

    it('wake up by themselves when an event comes in', async () => {
      const ran = Promise.withResolvers<void>()
      await on.ledger.start(async () => {
        ran.resolve()
        return done('ok')
      })
      await on.ledger.idle()
      await on.ledger.ingest(event())
      await ran.promise
    })

    it('a retry keeps its place at the head', async () => {
      const { runs, handler } = recorder((_, attempt) => (attempt < 3 ? retry('network', 'no answer') : done('ok')))
      const first = await on.ledger.ingest(event())
      const second = await on.ledger.ingest(event())
      await on.ledger.start(handler)
      await on.ledger.idle()
      expect(runs.map(({ id }) => id)).toEqual([first.id])
      expect(await stateOf(on, first.id)).toMatchObject({ state: 'ready', attempts: 1, cause: 'network' })
      await on.later(1_000)
      await on.later(5_000)
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
      const { ledger } = bench(on.store, { now: () => clock.wall, steady: () => clock.steady })
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
      const dead = await on.ledger.ingest(event())
      const held = await on.ledger.ingest(event())
      const last = await on.ledger.ingest(event())
      await on.ledger.start(handler)
      await on.ledger.idle()
      expect(runs.map(({ id }) => id)).toEqual([dead.id, held.id, last.id])
      expect(await stateOf(on, dead.id)).toMatchObject({ state: 'dead', cause: 'unknown_sku' })
      expect(JSON.parse((await stateOf(on, dead.id)).details ?? '')).toEqual([problem])
      expect(await stateOf(on, held.id)).toMatchObject({ state: 'held', cause: 'totals_differ' })
      expect(await stateOf(on, last.id)).toMatchObject({ state: 'skipped', cause: 'stale' })
    })

    it('a later success resolves the older dead letters of its record, and no others', async () => {
      const kinds: Record<number, 'dead' | 'held'> = {}
      const { handler } = recorder((id) =>
        kinds[id] === 'dead' ? correct(problem) : kinds[id] === 'held' ? review('x', 'y') : done('ok'),
      )
      const put = async (kind: 'dead' | 'held' | 'done', type: 'order.updated' | 'picking.done', lane = 'order:1') => {
        const { id } = await on.ledger.ingest(event(lane, { type }))
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
      await on.ledger.start(handler)
      await on.ledger.idle()
      expect(await stateOf(on, order)).toMatchObject({
        state: 'skipped',
        cause: 'superseded',
        message: `Event ${success} brought the newer state.`,
      })
      expect((await stateOf(on, picking)).state).toBe('dead')
      expect((await stateOf(on, held)).state).toBe('held')
      expect((await stateOf(on, elsewhere)).state).toBe('dead')
      expect((await stateOf(on, later)).state).toBe('dead')
    })

    it('CASES 19: a burst of one coalescing type is one run of the newest', async () => {
      const { runs, handler } = recorder()
      const ledger = bench(on.store, { types: { 'stock.changed': { coalesce: true } } }).ledger
      const burst = await Promise.all(
        Array.from({ length: 20 }, () => ledger.ingest(event('stock:A', { type: 'stock.changed', priority: 2 }))),
      )
      const other = await ledger.ingest(event('stock:A', { type: 'product.updated', priority: 2 }))
      const after = await ledger.ingest(event('stock:A', { type: 'stock.changed', priority: 2 }))
      await ledger.start(handler)
      await ledger.idle()
      await ledger.stop(1_000)
      expect(runs.map(({ id }) => id)).toEqual([burst[19]?.id, other.id, after.id])
      expect(await stateOf(on, burst[0]?.id ?? 0)).toMatchObject({
        state: 'skipped',
        cause: 'superseded',
        attempts: 0,
      })
    })

    it('of what has no flow the newest is run, also while both sides are paused', async () => {
      const { runs, handler } = recorder(() => skip('switched_off', 'Odoo is the record for stock.'))
      const { ledger } = bench(on.store, { types: typeRules })
      await ledger.start(handler)
      for (const side of ['odoo', 'clarity'] as const) await ledger.pauseConnection(side, 'ada')
      const told = event('inventory:A', { type: 'inventory.updated', priority: 2 })
      const ids = await Promise.all(
        Array.from({ length: 20 }, (_, n) => ledger.ingest({ ...told, webhookId: `told-${n}` })),
      )
      await ledger.idle()
      await ledger.stop(1_000)
      expect(runs.map(({ id }) => id)).toEqual([ids[19]?.id])
      expect(await stateOf(on, ids[0]?.id ?? 0)).toMatchObject({ state: 'skipped', cause: 'superseded' })
      expect(await stateOf(on, ids[19]?.id ?? 0)).toMatchObject({ state: 'skipped', cause: 'switched_off' })
    })

    it('CASES 19: a lane that rests runs the first change at once and the rest of the burst together', async () => {
      const { runs, handler } = recorder()
      const rested = bench(on.store, { types: { 'stock.changed': { coalesce: true, restMs: 3_000 } } })
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
      expect(await on.store.db.selectFrom('lanes').selectAll().execute()).toEqual([])
      const last = await change()
      await rested.later(0)
      await rested.ledger.stop(1_000)
      expect(runs.at(-1)?.id).toBe(last)
    })
  })
})
