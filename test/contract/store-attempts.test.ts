import { describe, expect, it, vi } from 'vitest'
import { settleEndings } from '../../clarity-extension/ledger/settle.ts'
import type { Handler } from '../../clarity-extension/ledger/types.ts'
import { done, refused, retry } from '../../shared/outcome.ts'
import { bench, event, onBothStores, recorder, stateOf } from './store-support.ts'

onBothStores('attempts of the ledger', (on) => {
  describe('what goes wrong', () => {
    it('CASES 12: a poison item (rejects, throws at once, answers nonsense, never ends) never stops the others', async () => {
      const ledger = bench(on.store, { runLimitMs: 40, attemptLimit: 1 }).ledger
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
      for (const { id } of good) expect((await stateOf(on, id)).state).toBe('done')
      expect(await stateOf(on, ids['order:rejects'] ?? 0)).toMatchObject({
        state: 'dead',
        cause: 'bug',
        message: 'Error: boom',
      })
      expect(await stateOf(on, ids['order:throws'] ?? 0)).toMatchObject({ state: 'dead', cause: 'bug' })
      expect(await stateOf(on, ids['order:nonsense'] ?? 0)).toMatchObject({ state: 'dead', cause: 'bug' })
      expect(await stateOf(on, ids['order:hangs'] ?? 0)).toMatchObject({ state: 'dead', cause: 'timeout' })
    })

    it('a bug counts as an attempt and is a dead letter at the limit', async () => {
      const { id } = await on.ledger.ingest(event())
      await on.ledger.start(() => Promise.reject(new Error('boom')))
      for (let n = 0; n < 20; n++) await on.later(4 * 3_600_000)
      expect(await stateOf(on, id)).toMatchObject({ state: 'dead', cause: 'bug', attempts: 15 })
      expect((await on.queries.detail(id))?.attemptLog).toHaveLength(15)
    })

    it('CASES 38: a refusal pauses the connection, burns no attempt, and everything resumes', async () => {
      let mended = false
      const { runs, handler } = recorder(() => (mended ? done('ok') : refused('odoo', 'invalid_key', 'Key revoked')))
      const ids = await Promise.all([1, 2, 3].map((n) => on.ledger.ingest(event(`order:${n}`))))
      await on.ledger.start(handler)
      await on.ledger.idle()
      await on.ledger.ingest(event('order:4'))
      await on.ledger.idle()
      expect(runs).toHaveLength(3)
      expect(on.facts.filter(({ fact }) => fact === 'paused')).toEqual([
        { fact: 'paused', connection: 'odoo', cause: 'invalid_key', message: 'Key revoked' },
      ])
      expect(await on.queries.connections()).toMatchObject([
        { name: 'clarity', state: 'up', waiting: 0 },
        { name: 'odoo', state: 'paused', cause: 'invalid_key', waiting: 4 },
      ])
      expect(await stateOf(on, ids[0]?.id ?? 0)).toMatchObject({ state: 'ready', attempts: 0 })
      mended = true
      await on.ledger.resumeConnection('odoo', 'ada')
      await on.ledger.idle()
      expect((await on.queries.list({ states: ['done'] })).rows).toHaveLength(4)
      expect(await stateOf(on, ids[0]?.id ?? 0)).toMatchObject({ attempts: 1 })
    })

    it('a connection that refused us is probed until it takes us again', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      const probes: string[] = []
      const answers = [false, true]
      const resumed = Promise.withResolvers<void>()
      const { ledger } = bench(on.store, {
        probe: async (name) => {
          probes.push(name)
          return answers.shift() ?? false
        },
        observe: ({ fact }) => fact === 'resumed' && resumed.resolve(),
      })
      try {
        await on.store.db
          .updateTable('connections')
          .set({ state: 'paused', cause: 'invalid_key' })
          .where('name', '=', 'odoo')
          .execute()
        await on.store.db
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
      expect((await on.queries.connections()).map(({ state }) => state)).toEqual(['paused', 'up'])
    })

    it('an observer that throws stops nothing', async () => {
      const { ledger } = bench(on.store, {
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
      expect((await stateOf(on, id)).state).toBe('done')
    })

    it('events that do not need the paused connection go on', async () => {
      const ledger = bench(on.store, { types: { 'picking.done': { needs: ['clarity'] } } }).ledger
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
      const { id } = await on.ledger.ingest(event())
      await on.ledger.start(async (_, trace) => {
        trace.step('apply', 'sent 1 order', { apiKey: 'k', order: { email: 'a@b.c', total: '1.00' } })
        return done('S00001 created')
      })
      await on.ledger.idle()
      const detail = await on.queries.detail(id)
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
      const { id } = await on.ledger.ingest(event())
      const epochs: number[] = []
      const second = Promise.withResolvers<void>()
      const end = Promise.withResolvers<void>()
      await on.ledger.start(async ({ epoch, attempt }) => {
        epochs.push(epoch)
        if (attempt === 1) return retry('network', 'no answer')
        second.resolve()
        await end.promise
        return done('in time')
      })
      await on.ledger.idle()
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
        const [settled] = await on.store.run(settleEndings, {
          endings: [late],
          now: on.now(),
          dialect: on.store.dialect,
        })
        return settled?.to
      }
      expect(await lateSettle()).toBeUndefined()
      expect(await stateOf(on, id)).toMatchObject({ state: 'ready', message: 'no answer' })
      const running = on.later(1_000)
      await second.promise
      expect(await lateSettle()).toBeUndefined()
      expect(await stateOf(on, id)).toMatchObject({ state: 'running', attempts: 2 })
      end.resolve()
      await running
      expect(await lateSettle()).toBeUndefined()
      expect(await stateOf(on, id)).toMatchObject({ state: 'done', message: 'in time' })
      expect(epochs[1]).toBeGreaterThan(epochs[0] ?? 0)
    })

    it('gives back what it had when it is told to stop, and burns no attempt', async () => {
      const { id } = await on.ledger.ingest(event())
      const began = Promise.withResolvers<AbortSignal>()
      await on.ledger.start(({ signal }) => {
        began.resolve(signal)
        return new Promise(() => undefined)
      })
      const signal = await began.promise
      await on.ledger.stop(1)
      expect(signal.aborted).toBe(true)
      expect(await stateOf(on, id)).toMatchObject({ state: 'ready', attempts: 0 })
      const next = bench(on.store)
      const { runs, handler } = recorder()
      await next.ledger.start(handler)
      await next.ledger.idle()
      await next.ledger.stop(1_000)
      expect(runs).toMatchObject([{ id, attempt: 1 }])
    })

    it('waits for what is running when it stops', async () => {
      const { id } = await on.ledger.ingest(event())
      const began = Promise.withResolvers<void>()
      await on.ledger.start(async () => {
        began.resolve()
        await new Promise((resolve) => setTimeout(resolve, 20))
        return done('ok')
      })
      await began.promise
      await on.ledger.stop(10_000)
      expect((await stateOf(on, id)).state).toBe('done')
    })
  })
})
