import { beforeEach, describe, expect, it } from 'vitest'
import { correct, done, type Outcome, review } from '../../shared/outcome.ts'
import { event, onBothStores, recorder, START, stateOf } from './store-support.ts'

const unknownSku = correct({ code: 'unknown_sku', message: 'No such SKU', remedy: 'Add it' })

onBothStores('what a person does with the ledger', (it_) => {
  let answers: Map<number, Outcome>
  let run: ReturnType<typeof recorder>
  beforeEach(() => {
    answers = new Map()
    run = recorder((id) => answers.get(id) ?? done('ok'))
  })

  /** Events that have run into `outcome`, one lane each. */
  async function ended(count: number, outcome: Outcome): Promise<number[]> {
    const stored = await Promise.all(Array.from({ length: count }, (_, i) => it_.ledger.ingest(event(`order:${i}`))))
    for (const { id } of stored) answers.set(id, outcome)
    await it_.ledger.start(run.handler)
    await it_.ledger.idle()
    answers.clear()
    return stored.map(({ id }) => id)
  }

  it('CASES 40: one click replays one item, a second click does nothing, not even after it has run', async () => {
    const [id = 0] = await ended(1, unknownSku)
    const clicks = await Promise.all([it_.ledger.replay({ ids: [id] }, 'Ada'), it_.ledger.replay({ ids: [id] }, 'Ada')])
    expect(clicks.map(({ moved }) => moved).sort()).toEqual([0, 1])
    await it_.ledger.idle()
    expect(await it_.ledger.replay({ ids: [id] }, 'Ada')).toEqual({ moved: 0 })
    await it_.ledger.idle()
    expect(run.runs.map(({ attempt }) => attempt)).toEqual([1, 1])
    expect(await stateOf(it_, id)).toMatchObject({ state: 'done', settled_by: 'Ada' })
  })

  it('CASES 40: one click replays all of one cause and nothing of another', async () => {
    const dead = await ended(3, unknownSku)
    const { id: other } = await it_.ledger.ingest(event('order:other'))
    answers.set(other, review('totals_differ', 'Totals differ'))
    await it_.ledger.idle()
    answers.clear()
    expect((await it_.queries.failures()).groups).toMatchObject([
      { cause: 'unknown_sku', state: 'dead', count: 3, types: ['order.updated'], message: 'No such SKU' },
      { cause: 'totals_differ', state: 'held', count: 1 },
    ])
    expect(await it_.ledger.replay({ cause: 'unknown_sku' }, 'Ada')).toEqual({ moved: 3 })
    expect(await it_.ledger.replay({ cause: 'unknown_sku' }, 'Ada')).toEqual({ moved: 0 })
    await it_.ledger.idle()
    for (const id of dead) expect((await stateOf(it_, id)).state).toBe('done')
    expect((await stateOf(it_, other)).state).toBe('held')
  })

  it('a replayed event runs before what waits behind it in its lane', async () => {
    const [id = 0] = await ended(1, unknownSku)
    await it_.ledger.stop(1_000)
    const { id: next } = await it_.ledger.ingest(event('order:0'))
    await it_.ledger.replay({ ids: [id] }, 'Ada')
    run.runs.length = 0
    await it_.ledger.start(run.handler)
    await it_.ledger.idle()
    expect(run.runs.map((one) => one.id)).toEqual([id, next])
  })

  it('a replayed older success leaves the newer dead letter of its lane', async () => {
    const [older = 0] = await ended(1, unknownSku)
    const { id: newer } = await it_.ledger.ingest(event('order:0'))
    // Another cause: what has the same one is released with it.
    answers.set(newer, correct({ code: 'archived', message: 'Archived', remedy: 'Unarchive it' }))
    await it_.ledger.idle()
    await it_.ledger.replay({ ids: [older] }, 'Ada')
    await it_.ledger.idle()
    expect((await stateOf(it_, older)).state).toBe('done')
    expect((await stateOf(it_, newer)).state).toBe('dead')
  })

  it('a correction stands beside the original with name and time, and is what runs', async () => {
    const [id = 0] = await ended(1, unknownSku)
    const original = (await it_.queries.detail(id))?.payload
    const correction = JSON.stringify({ ...JSON.parse(original ?? ''), note: 'SKU mended' })
    expect(await it_.ledger.correct(id, correction, 'Ada')).toEqual({ moved: 1 })
    expect(await it_.ledger.correct(id, correction, 'Ada')).toEqual({ moved: 0 })
    await it_.ledger.idle()
    expect(run.runs.at(-1)).toMatchObject({ id, payload: correction })
    expect(await it_.queries.detail(id)).toMatchObject({
      state: 'done',
      payload: original,
      correction,
      correctedBy: 'Ada',
      correctedAt: START,
    })
  })

  it('a correction that cannot be read, or belongs to another entity, is refused with the reason', async () => {
    const [id = 0] = await ended(1, unknownSku)
    expect(await it_.ledger.correct(id, '{', 'Ada')).toEqual({ moved: 0, fault: 'The body is not JSON.' })
    const other = JSON.stringify({
      type: 'order.updated',
      timestamp: '2026-11-20T12:00:00Z',
      data: { id: '99', updatedAt: '2026-11-20T12:00:00Z' },
    })
    expect((await it_.ledger.correct(id, other, 'Ada')).fault).toContain('must stay with order:0')
    expect(await stateOf(it_, id)).toMatchObject({ state: 'dead', correction: null })
  })

  it('an unreadable body takes its place once it can be read', async () => {
    const fault = { cause: 'unreadable_body', message: '/type: unknown' }
    const unreadable = event('unreadable:clarity', {
      type: 'unreadable',
      priority: 3,
      payload: Buffer.from('{'),
      fault,
    })
    const { id } = await it_.ledger.ingest(unreadable)
    await it_.ledger.start(run.handler)
    await it_.ledger.idle()
    expect(await stateOf(it_, id)).toMatchObject({ state: 'dead', cause: 'unreadable_body' })
    expect(await it_.ledger.replay({ ids: [id] }, 'Ada')).toEqual({ moved: 0 })
    expect((await stateOf(it_, id)).state).toBe('dead')
    expect(await it_.ledger.correct(id, event('order:77').payload.toString(), 'Ada')).toEqual({ moved: 1 })
    await it_.ledger.idle()
    expect(await stateOf(it_, id)).toMatchObject({ state: 'done', type: 'order.updated', lane: 'order:77' })
  })

  it('what is set aside is out of the way and can be replayed one by one', async () => {
    const [a = 0, b = 0] = await ended(2, unknownSku)
    expect(await it_.ledger.dismiss({ ids: [a] }, 'test order', 'Ada')).toEqual({ moved: 1 })
    expect(await it_.ledger.dismiss({ cause: 'unknown_sku' }, 'old', 'Ada')).toEqual({ moved: 1 })
    expect(await it_.ledger.dismiss({ ids: [a, b] }, 'again', 'Ada')).toEqual({ moved: 0 })
    expect(await stateOf(it_, a)).toMatchObject({ state: 'dismissed', message: 'test order', settled_by: 'Ada' })
    expect((await it_.queries.failures()).groups).toEqual([])
    expect(await it_.ledger.replay({ cause: 'unknown_sku' }, 'Ada')).toEqual({ moved: 0 })
    expect(await it_.ledger.replay({ ids: [a] }, 'Ada')).toEqual({ moved: 1 })
  })

  it('CASES 39: delivered events run again once per click, on whatever mapping is live now', async () => {
    const [a = 0, b = 0] = await ended(2, done('ok'))
    await it_.later(1)
    const clicked = it_.now()
    expect(await it_.ledger.rerun([a, b], clicked, 'Ada')).toEqual({ moved: 2 })
    await it_.ledger.idle()
    expect(await it_.ledger.rerun([a, b], clicked, 'Ada')).toEqual({ moved: 0 })
    expect(run.runs).toHaveLength(4)
  })

  it('old settled events go with their attempts; failed ones, young ones and lately settled ones stay', async () => {
    const [mended = 0] = await ended(1, unknownSku)
    const { id: dead } = await it_.ledger.ingest(event('order:dead'))
    answers.set(dead, review('totals_differ', 'Totals differ'))
    const { id: old } = await it_.ledger.ingest(event('order:old'))
    await it_.ledger.idle()
    await it_.later(1_000)
    const { id: young } = await it_.ledger.ingest(event('order:young'))
    await it_.ledger.replay({ ids: [mended] }, 'Ada')
    await it_.ledger.idle()
    expect(await it_.ledger.prune(it_.now())).toBe(1)
    expect((await stateOf(it_, mended)).state).toBe('done')
    expect(await it_.queries.detail(old)).toBeUndefined()
    expect((await stateOf(it_, dead)).state).toBe('held')
    expect((await stateOf(it_, young)).state).toBe('done')
    const attempts = await it_.store.db.selectFrom('attempts').select('event_id').execute()
    expect(new Set(attempts.map(({ event_id }) => event_id))).toEqual(new Set([dead, mended, young]))
  })

  describe('the queries', () => {
    it('page through history newest first, each event once', async () => {
      const ids = await ended(7, done('ok'))
      const seen: number[] = []
      let cursor: number | undefined
      do {
        const page = await it_.queries.list({ limit: 3, ...(cursor === undefined ? {} : { cursor }) })
        seen.push(...page.rows.map(({ id }) => id))
        cursor = page.next ?? undefined
      } while (cursor !== undefined)
      expect(seen).toEqual([...ids].sort((a, b) => b - a))
    })

    it('filter by state, type and cause', async () => {
      const [dead = 0] = await ended(1, unknownSku)
      const { id: picking } = await it_.ledger.ingest(event('order:9', { type: 'picking.done', source: 'odoo' }))
      await it_.ledger.idle()
      const idsOf = async (query: Parameters<typeof it_.queries.list>[0]) =>
        (await it_.queries.list(query)).rows.map(({ id }) => id)
      expect(await idsOf({ states: ['dead', 'held'] })).toEqual([dead])
      expect(await idsOf({ types: ['picking.done'] })).toEqual([picking])
      expect(await idsOf({ cause: 'unknown_sku' })).toEqual([dead])
      expect(await idsOf({ states: ['done'], types: ['order.updated'] })).toEqual([])
    })

    it('find an event by the beginning of its number, its record, lane, id, webhook or trace', async () => {
      const traceId = 'ab'.repeat(16)
      const { id } = await it_.ledger.ingest(event('order:4711', { subject: 'W1001', webhookId: 'msg_find', traceId }))
      await it_.ledger.ingest(event('order:5', { subject: 'X2' }))
      for (const search of ['W10', '4711', 'order:4711', `#${id}`, `${id}`, 'msg_find', traceId, ' W1001 ']) {
        const { rows } = await it_.queries.list({ search })
        expect(rows.map((row) => row.id)).toContain(id)
        expect(rows.every((row) => row.id === id || row.subject.startsWith(search))).toBe(true)
      }
      expect((await it_.queries.list({ search: "%' or 1=1 --" })).rows).toEqual([])
    })

    it('count the last hour as it happened, what waits, and since when', async () => {
      await ended(2, unknownSku)
      await it_.later(60_000)
      await it_.ledger.ingest(event('order:1'))
      await it_.ledger.idle()
      await it_.ledger.stop(1_000)
      await it_.ledger.ingest(event('order:2'))
      const overview = await it_.queries.overview()
      expect(overview.perMinute).toHaveLength(60)
      expect(overview.perMinute.slice(-2)).toEqual([
        { at: START, received: 2, delivered: 0, failed: 2, orders: 0 },
        { at: START + 60_000, received: 2, delivered: 1, failed: 0, orders: 1 },
      ])
      // The success on order:1 resolved the dead letter of its lane.
      expect(overview).toMatchObject({ waiting: 1, running: 0, failed: 1, held: 0, oldestWaitingAt: START + 60_000 })
      expect(overview.latency).toEqual({ p50Ms: 0, p99Ms: 0, sample: 1 })
    })

    it('show other events of the same trace and lane beside an event', async () => {
      const traceId = 'cd'.repeat(16)
      const { id } = await it_.ledger.ingest(event('order:1', { traceId }))
      const { id: sameLane } = await it_.ledger.ingest(event('order:1'))
      const { id: sameTrace } = await it_.ledger.ingest(event('stock:A', { traceId }))
      await it_.ledger.ingest(event('order:2'))
      expect((await it_.queries.detail(id))?.related.map((row) => row.id)).toEqual([sameTrace, sameLane])
      expect(await it_.queries.detail(9_999_999)).toBeUndefined()
    })
  })
})
