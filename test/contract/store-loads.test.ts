import { beforeEach, expect, it } from 'vitest'
import { createSearchKeys } from '../../clarity-extension/ledger/search-keys.ts'
import { Away } from '../../clarity-extension/load/bring.ts'
import type { Loader } from '../../clarity-extension/load/loader.ts'
import { createLoads, type Loads } from '../../clarity-extension/load/loads.ts'
import { runLoads } from '../../clarity-extension/load/run.ts'
import { productRules } from '../../clarity-extension/ports/load/keys.ts'
import { byRow } from '../../clarity-extension/ports/load/parts.ts'
import { createPersons } from '../../clarity-extension/privacy/persons.ts'
import { sealAnew } from '../../clarity-extension/privacy/rotation.ts'
import { createSeal } from '../../clarity-extension/privacy/seal.ts'
import { correct, done, type Outcome, retry, skip } from '../../shared/outcome.ts'
import { all, bench, event, onBothStores, START } from './store-support.ts'

const seal = createSeal(['a key of at least thirty-two characters'])
const log = { error() {}, info() {} }

onBothStores('first loads', (on) => {
  let loads: Loads
  const clock = { now: START }

  beforeEach(() => {
    clock.now = START
    loads = createLoads(on.store.db, seal, () => clock.now)
  })

  /** What the other side has, by the id of the record that it came from: making one twice is seen. */
  class Far {
    readonly made: string[] = []
    answer: (id: string) => Outcome = () => done('made')
    bring = async (id: string): Promise<Outcome> => {
      const outcome = this.answer(id)
      if (outcome.kind === 'done' && !this.made.includes(id)) this.made.push(id)
      return outcome
    }
  }

  /** Many products; the other side has two of SKU-1 and one of SKU-2 with another barcode. */
  const loader = (many: number, far: Far): Loader => ({
    entity: 'product',
    direction: 'toClarity',
    rules: productRules(true),
    async *sources() {
      for (let from = 1; from <= many; from += 100)
        yield Array.from({ length: Math.min(100, many - from + 1) }, (_, index) => {
          const id = `${from + index}`
          return { id, label: `Product ${id}`, active: id !== '3', keys: { sku: `SKU-${id}`, barcode: `B-${id}` } }
        })
    },
    async *targets() {
      const there = (id: string, sku: string, barcode: string) => ({
        id,
        label: sku,
        active: true,
        keys: { sku, barcode },
      })
      yield [
        there('o1', 'SKU-1', 'X'),
        there('o2', 'SKU-1', 'Y'),
        there('o3', 'SKU-2', 'Z'),
        there('o4', 'SKU-4', 'B-4'),
      ]
      yield [there('o5', 'ONLY', 'O')]
    },
    links: async () => new Map(),
    choices: ({ why }) => (why === 'differs' ? ['link', 'skip'] : ['link', 'new', 'skip']),
    work: (pending) =>
      byRow(
        pending,
        (row) => `odoo-product:${row.source?.id}`,
        (row) => far.bring(row.source?.id ?? ''),
      ),
  })
  const run = (one: Loader, signal = new AbortController().signal, over: Partial<Loads> = {}) =>
    runLoads({
      ...{ loads: { ...loads, ...over }, loaders: [one], quiet: async () => {}, log, againMs: 1 },
      hold: bench(on.store, { now: Date.now }).ledger.hold,
    })({ signal })
  const planned = async (one: Loader): Promise<number> => {
    const id = (await loads.create('product', 'toClarity', 'ann')) ?? 0
    await run(one)
    return id
  }
  const state = async (id: number) => ({ ...(await loads.get(id)), ...(await loads.tally(id)) })

  it('say what would happen before anything is written', async () => {
    const far = new Far()
    const id = await planned(loader(250, far))
    expect(await state(id)).toMatchObject({
      ...{ state: 'planned', madeBy: 'ann', message: null },
      verdicts: { new: 246, linked: 1, conflict: 2, skipped: 2 },
      progress: { total: 247, done: 0, left: 0, failed: 0, perSecond: null },
    })
    const first = await loads.rows(id, { limit: 3 })
    expect(first.rows).toMatchObject([
      { verdict: 'conflict', why: 'several_there:sku', target: null, candidates: [{ id: 'o1' }, { id: 'o2' }] },
      { verdict: 'conflict', why: 'differs:barcode', target: 'o3', choices: ['link', 'skip'] },
      { source: { label: 'Product 3' }, verdict: 'skipped', why: 'inactive' },
    ])
    const next = await loads.rows(id, { limit: 200, cursor: first.next ?? 0 })
    expect(next.rows[0]).toMatchObject({ source: { id: '4' }, verdict: 'linked', target: 'o4', why: 'sku' })
    expect((await loads.rows(id, { why: 'only_there', limit: 9 })).rows).toMatchObject([
      { source: undefined, target: 'o5' },
    ])
    expect(far.made).toEqual([])
  })

  it('keep what they show sealed; a person is found in it, and erased', async () => {
    await loads.create('customer', 'toOdoo', 'ann')
    const known = { id: 'c1', label: 'Ada Lovelace', keys: { email: 'ada@example.com' } }
    const row = { source: known, target: null, candidates: [], verdict: 'new' as const, why: null, choices: [] }
    const [{ id } = { id: 0 }] = await loads.list()
    await loads.fill(id, [row, { ...row, source: { ...known, id: 'c2', keys: { email: 'bob@example.com' } } }])
    expect(JSON.stringify(await on.store.db.selectFrom('load_rows').selectAll().execute())).not.toContain('ada@')

    const newer = createSeal(['a newer key of thirty-two characters or so', 'a key of at least thirty-two characters'])
    expect(await sealAnew(on.store.db, newer, log).done).toBe(2)
    const persons = createPersons({
      store: on.store,
      seal: newer,
      catchUp: createSearchKeys({ store: on.store, seal: newer, log }).catchUp,
    })
    const found = await persons.export({ email: 'Ada@example.com' }, 'ann')
    expect('unread' in found || (await all(found.firstLoads))).toMatchObject([{ source: known }])
    expect(await persons.erase({ customerId: 'c1' }, 'ann')).toEqual({ erased: 1, open: [] })
    expect(await on.store.db.selectFrom('load_rows').select('source_id').execute()).toEqual([{ source_id: 'c2' }])
  })

  it('bring each record once, however often they are interrupted', async () => {
    const far = new Far()
    const one = loader(1_800, far)
    const id = await planned(one)
    await loads.move(id, ['planned'], 'running')

    // The process dies after the other side has taken a batch and before that is written down.
    const dying = { settle: () => Promise.reject(new Error('killed')) }
    await run(one, undefined, dying)
    expect(await state(id)).toMatchObject({ state: 'paused', message: 'killed', progress: { done: 0 } })
    expect(far.made.length).toBeGreaterThan(0)

    await loads.move(id, ['paused'], 'running')
    const abort = new AbortController()
    const stopping: Partial<Loads> = {
      settle: async (ends) => {
        await loads.settle(ends)
        abort.abort()
      },
    }
    await run(one, abort.signal, stopping)
    const stopped = await state(id)
    expect(stopped.state).toBe('running')
    expect(stopped.progress.done).toBeGreaterThan(0)
    expect(stopped.progress.done).toBeLessThan(1_797)

    clock.now += 10_000
    await run(one)
    expect(await state(id)).toMatchObject({ state: 'done', progress: { total: 1_797, done: 1_797, failed: 0 } })
    expect(new Set(far.made).size).toBe(1_797)
    expect(far.made).toHaveLength(1_797)
  })

  it('leave a record to its event while that runs, and no event of a record runs while it is brought over', async () => {
    // What the other side has; whoever writes looks first, as everybody does who is not alone.
    const made: string[] = []
    const writing = new Set<string>()
    let overlaps = 0
    const write = async (id: string): Promise<Outcome> => {
      if (writing.has(id)) overlaps++
      writing.add(id)
      const isThere = made.includes(id)
      await new Promise((resolve) => setTimeout(resolve, 50))
      if (!isThere) made.push(id)
      writing.delete(id)
      return isThere ? skip('unchanged', 'it is there') : done('made')
    }
    const far = new Far()
    const loadBegan = Promise.withResolvers<void>()
    const ingested = Promise.withResolvers<void>()
    far.bring = async (id) => {
      loadBegan.resolve()
      writing.add(id)
      await ingested.promise
      writing.delete(id)
      return write(id)
    }
    const one = loader(40, far)
    const id = await planned(one)

    // The events are those of another replica, where there may be one.
    const other = on.store.dialect === 'postgres' ? await on.place.open() : on.store
    const replica = bench(other, { now: Date.now })
    const ran = new Set<string>()
    const product = (n: number) => event(`odoo-product:${n}`, { type: 'product.changed', source: 'odoo', priority: 3 })
    const began = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    await replica.ledger.ingest(product(5))
    await replica.ledger.start(async ({ lane }) => {
      if (lane === 'odoo-product:5' && !ran.has(lane)) {
        began.resolve()
        await goOn.promise
      }
      ran.add(lane)
      return write(lane.slice('odoo-product:'.length))
    })
    await began.promise
    await loads.move(id, ['planned'], 'running')
    const loading = run(one)
    await loadBegan.promise
    await Promise.all(Array.from({ length: 37 }, (_, n) => replica.ledger.ingest(product(n + 4))))
    // An event that would not wait has begun by now.
    await new Promise((resolve) => setTimeout(resolve, 100))
    ingested.resolve()
    // Everything else is through while the one that has an event running waits.
    for (;;) {
      const { progress } = await loads.tally(id)
      if (progress.done >= progress.total - 1) break
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    goOn.resolve()
    await loading
    await replica.ledger.idle()
    await replica.ledger.stop(1_000)
    if (other !== on.store) await other.close()

    expect(await state(id)).toMatchObject({ state: 'done', progress: { total: 37, done: 37 } })
    expect(overlaps).toBe(0)
    expect(new Set(made).size).toBe(made.length)
    expect(ran.size).toBe(37)
    expect(await on.store.db.selectFrom('lanes').select('lane').execute()).toEqual([])
  })

  it('keep what failed with its reason, and try it again when somebody says so', async () => {
    const far = new Far()
    const bad = correct({ code: 'invalid_value', field: '/name', message: 'bad', remedy: 'mend' })
    far.answer = (id) => (id === '7' ? bad : id === '8' ? skip('not_for_us', 'not for sale') : done('made'))
    const one = loader(20, far)
    const id = await planned(one)
    await loads.move(id, ['planned'], 'running')
    await run(one)
    expect(await state(id)).toMatchObject({ state: 'done', progress: { total: 17, done: 15, left: 1, failed: 1 } })
    expect((await loads.rows(id, { state: 'failed', limit: 9 })).rows).toMatchObject([
      { source: { id: '7' }, said: { message: 'bad', problems: [{ code: 'invalid_value', field: '/name' }] } },
    ])
    far.answer = () => done('made')
    await loads.move(id, ['done'], 'running')
    expect(await loads.again(id)).toBe(1)
    await run(one)
    expect(await state(id)).toMatchObject({ state: 'done', progress: { done: 16, failed: 0 } })
  })

  it('wait for a side that is away, and stop when somebody pauses them', async () => {
    const far = new Far()
    let calls = 0
    far.answer = () => (++calls > 30 ? done('made') : retry('connection_refused', 'Odoo does not answer'))
    const one = loader(15, far)
    const id = await planned(one)
    await loads.move(id, ['planned'], 'running')
    await run(one)
    expect(await state(id)).toMatchObject({ state: 'done', message: null, progress: { done: 12 } })

    // Nobody answers, and somebody has enough of it; the same when the bridge stops.
    const silent: Loader = {
      ...one,
      async *work() {
        yield* []
        throw new Away('Odoo does not answer')
      },
    }
    const third = await planned(silent)
    await loads.move(third, ['planned'], 'running')
    const abort = new AbortController()
    const waiting = run(silent, abort.signal)
    while ((await loads.get(third))?.message !== 'Odoo does not answer') await new Promise(setImmediate)
    abort.abort()
    await waiting
    expect((await state(third)).state).toBe('running')
    const hopeless = run(silent)
    await loads.move(third, ['running'], 'cancelled')
    await hopeless
    expect((await state(third)).state).toBe('cancelled')

    const again = await planned(loader(1_600, far))
    await loads.move(again, ['planned'], 'running')
    const pausing: Partial<Loads> = {
      settle: async (ends) => {
        await loads.settle(ends)
        await loads.move(again, ['running'], 'paused')
      },
    }
    await run(loader(1_600, far), undefined, pausing)
    expect((await state(again)).state).toBe('paused')
    expect((await state(again)).progress.done).toBeLessThan(1_597)
  })

  it('bring over what a person decided: this one, a new one, or none', async () => {
    const far = new Far()
    const one = loader(5, far)
    const id = await planned(one)
    const [several, differing] = (await loads.rows(id, { verdict: 'conflict', limit: 9 })).rows
    const row = several?.id ?? 0
    // Of several candidates a person names one; what is not offered is refused.
    expect(await loads.decide(id, { why: 'several_there:sku' }, { decision: 'link' }, 'ann')).toBe(0)
    expect(await loads.decide(id, { row: differing?.id ?? 0 }, { decision: 'new' }, 'ann')).toBe(0)
    expect(await loads.decide(id, { row }, { decision: 'link', target: 'o2' }, 'ann')).toBe(1)
    expect(await loads.decide(id, { why: 'differs:barcode' }, { decision: 'link' }, 'ann')).toBe(1)
    expect(await state(id)).toMatchObject({ open: [], progress: { total: 4 } })
    expect((await loads.rows(id, { verdict: 'conflict', limit: 9 })).rows).toMatchObject([
      { decision: 'link', target: 'o2', decidedBy: 'ann', state: 'waiting' },
      { decision: 'link', target: 'o3', state: 'waiting' },
    ])
    // Another word before it is brought over.
    expect(await loads.decide(id, { row }, { decision: 'skip' }, 'bob')).toBe(1)
    await loads.move(id, ['planned'], 'running')
    await run(one)
    expect(far.made).toEqual(['2', '4', '5'])
    expect(await loads.decide(id, { why: 'differs:barcode' }, { decision: 'skip' }, 'ann')).toBe(0)
  })

  it('are one per entity: a newer dry run takes the place of the last, but not while it is under way', async () => {
    const far = new Far()
    const id = await planned(loader(5, far))
    await loads.move(id, ['planned'], 'running')
    expect(await loads.create('product', 'toClarity', 'bob')).toBeUndefined()
    await loads.move(id, ['running'], 'cancelled')
    const next = await planned(loader(5, far))
    expect(await loads.get(id)).toBeUndefined()
    expect((await state(next)).state).toBe('planned')
    expect(await on.store.db.selectFrom('load_rows').select('id').where('load_id', '=', id).execute()).toEqual([])
  })

  it('plan anew what was interrupted, and say why a plan failed', async () => {
    const far = new Far()
    const id = (await loads.create('product', 'toClarity', 'ann')) ?? 0
    const away: Loader = {
      ...loader(150, far),
      async *targets() {
        yield []
        throw new Away('Odoo did not answer in time')
      },
    }
    await run(away)
    expect(await state(id)).toMatchObject({ state: 'failed', message: 'Odoo did not answer in time' })
    const next = (await loads.create('product', 'toClarity', 'ann')) ?? 0
    const abort = new AbortController()
    abort.abort()
    await run(loader(150, far), abort.signal)
    expect((await state(next)).state).toBe('planning')
    await run(loader(150, far))
    expect((await state(next)).verdicts).toEqual({ new: 146, linked: 1, conflict: 2, skipped: 2 })
  })
})
