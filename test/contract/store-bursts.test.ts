import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EVERYONES, waitingArrivals } from '../../clarity-extension/ledger/arrivals.ts'
import { claimLanes } from '../../clarity-extension/ledger/claim.ts'
import { releaseLanes } from '../../clarity-extension/ledger/hold.ts'
import { settleEndings } from '../../clarity-extension/ledger/settle.ts'
import type { NewEvent, Webhook } from '../../clarity-extension/ledger/types.ts'
import { createSeal } from '../../clarity-extension/privacy/seal.ts'
import type { Store } from '../../clarity-extension/store/store.ts'
import { newWebhookId } from '../../shared/signature.ts'
import { endThread } from '../support/store-failures.ts'
import { bench, burst, dialects, event, onBothStores, type Place, recorder, stateOf } from './store-support.ts'

/** As the doors have them: nobody has looked at them yet. */
const unread = (body: unknown, over: Partial<Webhook> = {}): Webhook => ({
  source: 'clarity',
  webhookId: newWebhookId(),
  payload: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  ...over,
})
const created = (id: number) => ({
  type: 'order.created',
  timestamp: '2026-11-20T12:00:00Z',
  data: { id: `${id}`, updatedAt: '2026-11-20T12:00:00Z', number: `W-${id}` },
})

/** It puts arrivals into their lanes. */
const files = ({ name }: { name: string }) => /^file(Arrivals|AtOnce)$/.test(name)

const twice = <T>(list: readonly T[]): T[] => [...list, ...list]

onBothStores('a burst of webhooks', (on) => {
  const takeAll = (events: readonly (NewEvent | Webhook)[]) => Promise.all(events.map((one) => on.ledger.ingest(one)))

  it('is in the history in the order in which it came, under the ids that were answered', async () => {
    const events = burst(40)
    const answers = await takeAll(events)
    const rows = await on.store.db.selectFrom('events').select(['id', 'webhook_id']).orderBy('id').execute()
    expect(rows.map((row) => row.webhook_id)).toEqual(events.map(({ webhookId }) => webhookId))
    expect(rows.map(({ id }) => id)).toEqual(answers.map(({ id }) => id))
    expect(answers.every(({ duplicate }) => !duplicate)).toBe(true)
  })

  it('is answered with the first id when it is delivered again, at once, a moment later and much later', async () => {
    const events = burst(20)
    const first = await takeAll(twice(events))
    const ids = first.slice(0, 20).map(({ id }) => id)
    expect(first.slice(20)).toEqual(ids.map((id) => ({ id, duplicate: true })))
    expect(await takeAll(events)).toEqual(ids.map((id) => ({ id, duplicate: true })))
    const { runs, handler } = recorder()
    await on.ledger.start(handler)
    await on.ledger.idle()
    expect(await takeAll(events)).toEqual(ids.map((id) => ({ id, duplicate: true })))
    const fresh = event('order:21')
    const mixed = await takeAll(twice([...events.slice(0, 9), fresh]))
    expect(mixed.map(({ duplicate }) => duplicate)).toEqual([...Array(9).fill(true), false, ...Array(10).fill(true)])
    expect(mixed[19]?.id).toBe(mixed[9]?.id)
    await on.ledger.idle()
    expect(runs).toHaveLength(21)
  })

  it('runs lane by lane in the order in which it came, with what came one by one behind it', async () => {
    const { runs, handler } = recorder()
    await on.ledger.start(handler)
    const sent: NewEvent[] = []
    for (let round = 0; round < 6; round++) {
      const events = burst(30, (index) => event(`order:${index % 3}`))
      sent.push(...events)
      const taking = takeAll(events)
      const alone = event('order:1')
      sent.push(alone)
      await Promise.all([taking, on.ledger.ingest(alone)])
    }
    await on.ledger.idle()
    expect(runs).toHaveLength(sent.length)
    for (const lane of ['order:0', 'order:1', 'order:2'])
      expect(runs.filter((run) => run.lane === lane).map(({ id }) => id)).toEqual(
        runs.flatMap((run) => (run.lane === lane ? run.id : [])).toSorted((a, b) => a - b),
      )
  })

  it('is what a lookup beside it sees, and what it sold is counted', async () => {
    await on.anew({
      project: ({ subject }) => ({ orderId: subject, placedAt: 5, items: [{ sku: 'MUG', quantity: '2' }] }),
    })
    const again = event('order:1', { subject: '1' })
    await takeAll([...burst(20, (index) => event(`order:${index}`, { subject: `${index}` })), again])
    expect(await on.store.db.selectFrom('demand_arrived').select('order_id').execute()).toHaveLength(20)
    const { received } = await on.store.db.selectFrom('throughput').selectAll().executeTakeFirstOrThrow()
    expect(received).toBe(21)
    expect(on.facts).toEqual([{ fact: 'accepted', source: 'clarity', type: 'order.updated', count: 21 }])
  })

  it('keeps what cannot be read as a dead letter, without a lane', async () => {
    const fault = { cause: 'unreadable_body', message: 'Not JSON' }
    const answers = await takeAll(burst(10, (index) => event(`order:${index}`, index === 4 ? { fault } : {})))
    expect(await stateOf(on, answers[4]?.id ?? 0)).toMatchObject({ state: 'dead', cause: 'unreadable_body' })
    expect(await on.store.db.selectFrom('lanes').selectAll().execute()).toHaveLength(9)
  })

  it('is looked at after it is stored: its lane, what it is about and its trace come from its body', async () => {
    await on.anew({
      project: ({ subject, body }) => (body ? { orderId: subject, placedAt: 5, items: [] } : undefined),
    })
    const request = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    const body = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`
    const traced = { ...created(9), data: { ...created(9).data, traceparent: body } }
    const answers = await takeAll([
      ...Array.from({ length: 9 }, (_, id) => unread(created(id), { traceparent: request })),
      unread(traced, { traceparent: request }),
      unread('{"type":"order.created"'),
    ])
    const rows = await on.store.db.selectFrom('events').selectAll().orderBy('id').execute()
    expect(rows.map(({ id }) => id)).toEqual(answers.map(({ id }) => id))
    expect(rows[8]).toMatchObject({ type: 'order.created', lane: 'order:8', subject: 'W-8', state: 'ready' })
    expect(rows.slice(8, 10).map((row) => row.trace_id)).toEqual(['a'.repeat(32), 'c'.repeat(32)])
    expect(rows[10]).toMatchObject({ type: 'unreadable', state: 'dead', cause: 'unreadable_body' })
    expect(await on.store.db.selectFrom('demand_arrived').select('order_id').execute()).toHaveLength(10)
    expect(on.facts).toContainEqual({ fact: 'accepted', source: 'clarity', type: 'order.created', count: 10 })
    expect(on.facts).toContainEqual({ fact: 'accepted', source: 'clarity', type: 'unreadable', count: 1 })
  })

  it('of which one makes whoever looks at it stumble is there all the same, and holds nothing up', async () => {
    await on.anew({
      project: ({ subject }) => {
        if (subject === 'W-3') throw new Error('a fault of the bridge')
        return undefined
      },
    })
    await takeAll(Array.from({ length: 10 }, (_, id) => unread(created(id))))
    const rows = await on.store.db.selectFrom('events').select(['subject', 'state']).orderBy('id').execute()
    expect(rows).toEqual(Array.from({ length: 10 }, (_, id) => ({ subject: `W-${id}`, state: 'ready' })))
  })

  it('of Odoo is found by the order number of the storefront', async () => {
    await on.ledger.ingest(event('order:7', { subject: 'W-2077' }))
    const picking = { source: 'odoo', type: 'picking.done' } as const
    const answers = await takeAll(
      burst(10, (index) => event(`order:${index}`, { ...picking, subject: `S0000${index}` })),
    )
    expect((await stateOf(on, answers[7]?.id ?? 0)).subject).toBe('W-2077')
    expect((await stateOf(on, answers[8]?.id ?? 0)).subject).toBe('S00008')
  })

  it('of which one cannot be stored loses only that one', async () => {
    const events = burst(12)
    const broken = Object.assign(event('order:x'), { subject: null })
    const told = await Promise.allSettled([...events, broken].map((one) => on.ledger.ingest(one)))
    expect(told.filter(({ status }) => status === 'rejected')).toHaveLength(1)
    expect(told.at(-1)?.status).toBe('rejected')
    expect(await on.store.db.selectFrom('events').selectAll().execute()).toHaveLength(12)
  })

  it('leaves own work that comes meanwhile an id of its own', async () => {
    const work = { type: 'stock.changed', lane: 'stock:A', subject: 'A', priority: 2, data: { sku: 'A' } } as const
    const [answers, own] = await Promise.all([takeAll(burst(20)), on.ledger.enqueue(work)])
    const ids = [...answers.map(({ id }) => id), own.id]
    expect(new Set(ids).size).toBe(21)
    expect(await on.store.db.selectFrom('events').selectAll().execute()).toHaveLength(21)
  })
})

describe.each(dialects.filter(({ possible }) => possible))('a burst on $dialect', ({ dialect, place: makePlace }) => {
  let place: Place
  let store: Store
  beforeEach(async () => {
    place = await makePlace()
    store = await place.open()
  })
  afterEach(async () => {
    await store.close()
    await place.remove()
  })

  /** Events on the disk that are in no lane yet. */
  const arrived = async () =>
    (await store.db.selectFrom('arrivals').select('count').execute()).reduce((sum, { count }) => sum + count, 0)

  /** The store, with every filing failing while `broken`. */
  const fragile = (state: { broken: boolean; asked: number }): Store => {
    // Not that of a later test, which a ledger of this one would go on with.
    const own = store
    return {
      ...own,
      run(procedure, input, transfer) {
        if (!files(procedure)) return own.run(procedure, input, transfer)
        state.asked++
        return state.broken
          ? Promise.reject(new Error('database or disk is full'))
          : own.run(procedure, input, transfer)
      },
    }
  }

  it('is on the disk before it is in its lanes, and a process that starts after a kill puts it there', async () => {
    const dying = bench(fragile({ broken: true, asked: 0 }))
    const answers = await Promise.all(burst(30).map((one) => dying.ledger.ingest(one)))
    // Killed: nothing of it is put into lanes. Whoever opens the file next finds what it left.
    await store.close()
    store = await place.open()
    expect(await arrived()).toBe(30)
    expect(await store.db.selectFrom('events').select('id').execute()).toHaveLength(0)
    const { ledger } = bench(store)
    const { runs, handler } = recorder()
    await ledger.start(handler)
    while (runs.length < 30) await new Promise((resolve) => setTimeout(resolve, 20))
    await ledger.stop()
    expect(runs.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(answers.map(({ id }) => id))
    expect(await arrived()).toBe(0)
  })

  it('of Odoo alone is in its lanes when it is acknowledged, with the storefront’s it waits like those', async () => {
    const { ledger } = bench(fragile({ broken: true, asked: 0 }))
    const told = { source: 'odoo', type: 'stock.changed' } as const
    await Promise.all(burst(30, (index) => event(`stock:${index}`, told)).map((one) => ledger.ingest(one)))
    expect(await arrived()).toBe(0)
    expect(await store.db.selectFrom('lanes').select('lane').execute()).toHaveLength(30)
    const mixed = [...burst(20), ...burst(20, (index) => event(`stock:${30 + index}`, told))]
    await Promise.all(mixed.map((one) => ledger.ingest(one)))
    expect(await arrived()).toBe(40)
  })

  it('waits while its lanes cannot be written, says so, and comes into them afterwards', async () => {
    const state = { broken: true, asked: 0 }
    const { ledger } = bench(fragile(state))
    const { runs, handler } = recorder()
    state.broken = false
    await ledger.start(handler)
    state.broken = true
    await Promise.all(burst(30).map((one) => ledger.ingest(one)))
    await expect(ledger.idle()).rejects.toThrow('disk is full')
    expect(runs).toHaveLength(0)
    const asked = state.asked
    state.broken = false
    while (runs.length < 30) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(state.asked).toBeGreaterThan(asked)
    await ledger.stop()
  })

  it('is answered with its first id when it is delivered again before it is in its lanes, and what comes late stays behind it', async () => {
    const { ledger } = bench(fragile({ broken: true, asked: 0 }))
    const events = burst(30)
    const ids = (await Promise.all(events.map((one) => ledger.ingest(one)))).map(({ id }) => id)
    expect(await Promise.all(events.map((one) => ledger.ingest(one)))).toEqual(
      ids.map((id) => ({ id, duplicate: true })),
    )
    const late = await ledger.ingest(event('order:1'))
    const groups = await store.db.selectFrom('arrivals').select('id').orderBy('id').execute()
    expect(groups.map(({ id }) => id)).toEqual([ids.at(-1), late.id])
  })

  it('comes into its lanes by itself also after a ledger was stopped and started again', async () => {
    const { ledger } = bench(store)
    const { runs, handler } = recorder()
    await ledger.start(handler)
    await ledger.stop()
    await ledger.start(handler)
    await Promise.all(burst(30).map((one) => ledger.ingest(one)))
    while (runs.length < 30) await new Promise((resolve) => setTimeout(resolve, 20))
    await ledger.stop()
  })

  it('stays unseen by claim and settle, which are ahead of it, and by nobody else', async () => {
    const state = { broken: true, asked: 0 }
    const { ledger } = bench(fragile(state))
    await Promise.all(burst(30).map((one) => ledger.ingest(one)))
    expect(await arrived()).toBe(30)
    let waited = 0
    store.putOff?.({
      tables: ['events'],
      anything: true,
      async done() {
        waited++
      },
    })
    await store.db.selectFrom('settings').selectAll().execute()
    const room = { want: 10, wantOfUrgent: 10, wantOfLow: 10 }
    const common = { now: Date.now(), patienceMs: 0, dialect: store.dialect }
    expect((await store.run(claimLanes, { ...common, ...room, leaseMs: 1_000, rules: {} })).claims).toEqual([])
    expect(await store.run(settleEndings, { ...common, endings: [] })).toEqual([])
    expect(await arrived()).toBe(30)
    expect(await store.db.selectFrom('lanes').select('lane').execute()).toEqual([])
    expect(waited).toBe(0)
    await store.db.selectFrom('events').select('id').execute()
    await store.db.transaction().execute(async (trx) => trx.selectFrom('settings').selectAll().execute())
    await store.run(releaseLanes, { held: [], now: 0, dialect: store.dialect })
    expect(waited).toBe(3)
    state.broken = false
    expect(await store.db.selectFrom('lanes').select('lane').execute()).toHaveLength(30)
    expect(await arrived()).toBe(0)
  })

  const onSqlite = dialect === 'SQLite' ? it : () => undefined
  onSqlite('is seen also where the thread that stored it ended and another one goes on', async () => {
    const state = { broken: true, asked: 0 }
    const { ledger } = bench(fragile(state))
    await Promise.all(burst(30).map((one) => ledger.ingest(one)))
    await expect(store.run({ ...endThread, ahead: true }, {})).rejects.toThrow('out of memory')
    state.broken = false
    expect(await store.db.selectFrom('events').select('id').execute()).toHaveLength(30)
  })

  it('is seen by a transaction of several queries that begins after it', async () => {
    const state = { broken: true, asked: 0 }
    const { ledger } = bench(fragile(state))
    await Promise.all(burst(30).map((one) => ledger.ingest(one)))
    state.broken = false
    const seen = await store.db.transaction().execute((trx) => trx.selectFrom('events').select('id').execute())
    expect(seen).toHaveLength(30)
  })

  it('is sealed on the disk from its first moment on', async () => {
    const seal = createSeal(['a key of a test, of thirty-two characters'])
    const state = { broken: true, asked: 0 }
    const { ledger } = bench(fragile(state), { seal })
    const events = burst(9, (index) => event(`order:${index}`, { payload: Buffer.from('x'.repeat(50 + index)) }))
    await Promise.all(events.map((one) => ledger.ingest(one)))
    const { events: text, payloads } = await store.db.selectFrom('arrivals').selectAll().executeTakeFirstOrThrow()
    for (const bytes of [Buffer.from(text), Buffer.from(payloads)]) expect(bytes.includes('xxxx')).toBe(false)
    state.broken = false
    const rows = await store.db.selectFrom('events').select('payload').orderBy('id').execute()
    expect(rows.every(({ payload }) => seal.isCurrent(payload))).toBe(true)
    expect(rows.map(({ payload }) => seal.openBytes(payload))).toEqual(events.map(({ payload }) => payload))
  })

  it('is taken up by groups, a portion at a time and at least one, the oldest first', async () => {
    const state = { broken: true, asked: 0 }
    const { ledger } = bench(fragile(state))
    const ids: number[] = []
    for (let group = 0; group < 4; group++)
      ids.push(...(await Promise.all(burst(10).map((one) => ledger.ingest(one)))).map(({ id }) => id))
    const portion = async (atMost: number) => {
      const { groups, upTo } = await store.run(waitingArrivals, { atMost, ...EVERYONES })
      return [groups.map(({ id }) => id), upTo]
    }
    expect(await portion(9)).toEqual([[ids[9]], ids[9]])
    expect(await portion(29)).toEqual([[ids[9], ids[19]], ids[19]])
    expect(await portion(40)).toEqual([[9, 19, 29, 39].map((index) => ids[index]), Number.POSITIVE_INFINITY])
    state.broken = false
    expect((await store.db.selectFrom('events').select('id').orderBy('id').execute()).map(({ id }) => id)).toEqual(ids)
    expect(await portion(40)).toEqual([[], Number.POSITIVE_INFINITY])
  })

  it('of large bodies is taken up some megabytes at a time', async () => {
    const state = { broken: true, asked: 0 }
    const { ledger } = bench(fragile(state))
    const payload = Buffer.alloc(1024 * 1024)
    const ids: number[] = []
    for (let group = 0; group < 3; group++)
      ids.push((await Promise.all(burst(9).map((one) => ledger.ingest({ ...one, payload })))).at(-1)?.id ?? 0)
    const { groups, upTo } = await store.run(waitingArrivals, { atMost: 1_000, ...EVERYONES })
    expect([groups.map(({ id }) => id), upTo]).toEqual([[ids[0]], ids[0]])
    state.broken = false
    expect(await store.db.selectFrom('events').select('id').execute()).toHaveLength(27)
    expect(await arrived()).toBe(0)
  })

  it('comes into its lanes once, also where a second one has taken it up meanwhile', async () => {
    const asked: (() => Promise<unknown>)[] = []
    const own = store
    const { ledger } = bench({
      ...own,
      run(procedure, input, transfer) {
        if (!files(procedure)) return own.run(procedure, input, transfer)
        const portion = structuredClone(input)
        asked.push(() => own.run(procedure, portion))
        return Promise.reject(new Error('database or disk is full'))
      },
    })
    const answers = await Promise.all(burst(30).map((one) => ledger.ingest(one)))
    await expect.poll(() => asked.length).toBeGreaterThan(0)
    const [file] = asked
    expect(await file?.()).toEqual(answers.map(({ id }) => id))
    // Done and too old by now.
    await store.db.deleteFrom('events').execute()
    expect((await file?.()) ?? []).toEqual([])
    expect(await store.db.selectFrom('events').select('id').execute()).toEqual([])
  })

  it('comes into its lanes also where another process has filed a part of the portion meanwhile', async () => {
    const state = { broken: true, asked: 0 }
    const own = store
    const { ledger } = bench({
      ...own,
      async run(procedure, input, transfer) {
        if (!files(procedure)) return own.run(procedure, input, transfer)
        if (state.broken) throw new Error('database or disk is full')
        // The other one filed it, and by now it is done and too old.
        if (state.asked++ === 0) await own.db.deleteFrom('arrivals').where('id', '=', 30).execute()
        return own.run(procedure, input, transfer)
      },
    })
    for (const size of [30, 20, 10]) await Promise.all(burst(size).map((one) => ledger.ingest(one)))
    expect(await store.db.selectFrom('arrivals').select('id').orderBy('id').execute()).toEqual(
      [30, 50, 60].map((id) => ({ id })),
    )
    state.broken = false
    await ledger.stop()
    expect(await arrived()).toBe(0)
    const filed = await store.db.selectFrom('events').select('id').orderBy('id').execute()
    expect(filed.map(({ id }) => id)).toEqual(Array.from({ length: 30 }, (_, index) => 31 + index))
    expect(await store.db.selectFrom('throughput').select('received').execute()).toEqual([{ received: 30 }])
  })

  it('counts in the minutes in which it came, each event once', async () => {
    let now = 60_000 * 100 - 1
    const state = { broken: true, asked: 0 }
    const { ledger } = bench(fragile(state), { now: () => now })
    const events = burst(10)
    await Promise.all(twice(events).map((one) => ledger.ingest(one)))
    now += 1
    await Promise.all([...events, ...burst(8)].map((one) => ledger.ingest(one)))
    state.broken = false
    const rows = await store.db.selectFrom('throughput').select(['minute', 'received']).orderBy('minute').execute()
    expect(rows).toEqual([
      { minute: 60_000 * 99, received: 10 },
      { minute: 60_000 * 100, received: 8 },
    ])
  })

  it('of thousands is all there and runs, while one after another keeps coming', async () => {
    const { ledger } = bench(store)
    const { runs, handler } = recorder()
    await ledger.start(handler)
    for (let round = 0; round < 12; round++)
      await Promise.all(burst(1_000, (index) => event(`order:${round}-${index}`)).map((one) => ledger.ingest(one)))
    await ledger.idle()
    await ledger.stop()
    expect(new Set(runs.map(({ lane }) => lane)).size).toBe(12_000)
    expect(runs).toHaveLength(12_000)
  })
})
