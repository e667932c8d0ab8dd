import { afterEach, beforeEach, expect, it } from 'vitest'
import { type LookupBook, lookupBook } from '../../clarity-extension/lookups/book.ts'
import type { OdooRecord, Sides } from '../../clarity-extension/lookups/choices.ts'
import { type LookupDesk, lookupDesk } from '../../clarity-extension/lookups/desk.ts'
import { writeEntriesFile } from '../../clarity-extension/lookups/file.ts'
import { type Sightings, sightings } from '../../clarity-extension/lookups/sightings.ts'
import { correct, done, type Outcome, type Problem, retry } from '../../shared/outcome.ts'
import { event, onBothStores, recorder, START, stateOf } from './store-support.ts'

const unmapped = (table: string, value: string): Problem => ({
  code: `unmapped_${table}`,
  value,
  message: `“${value}” has no entry`,
  remedy: 'Add it',
})

const journals: OdooRecord[] = [
  { id: 7, value: 'BNK1', name: 'Bank', company: null, active: true, unique: true },
  { id: 8, value: 'OLD', name: 'Old', company: null, active: false, unique: false },
  { id: 9, value: 'TWO', name: 'One of two', company: null, active: true, unique: false },
  { id: 10, value: 'TWO', name: 'The other', company: null, active: true, unique: false },
]

onBothStores('value tables', (it_) => {
  let book: LookupBook
  let seen: Sightings
  let desk: LookupDesk
  let answers: Map<number, Outcome>
  let run: ReturnType<typeof recorder>
  let odoo: 'there' | 'unreadable' | 'away'
  let changed: string[]

  const sides: Sides = {
    records: async (wishes) =>
      odoo === 'away'
        ? { ok: false, outcome: retry('unreachable', 'Odoo does not answer.') }
        : {
            ok: true,
            value: wishes.map(({ values = [] }) => {
              const items = journals.filter(({ id, value }) => values.includes(id) || values.includes(value))
              return { readable: odoo === 'there', total: items.length, items }
            }),
          },
    keysOf: async () => new Map(),
  }

  beforeEach(async () => {
    for (const table of ['lookup_entries', 'lookup_sightings'] as const) await it_.store.db.deleteFrom(table).execute()
    book = lookupBook(it_.store.db, it_.now)
    seen = sightings(it_.store.db, it_.now)
    odoo = 'there'
    changed = []
    desk = deskOf(book)
    answers = new Map()
    run = recorder((id) => answers.get(id) ?? done('ok'))
    await it_.ledger.start(run.handler)
  })
  afterEach(() => seen.stop())

  const deskOf = (tables: LookupBook) =>
    lookupDesk({
      open: (stored) => stored,
      ...{ store: it_.store, ledger: it_.ledger, book: tables, sightings: seen, sides, now: it_.now },
      changed: (names) => changed.push(...names),
    })
  const parked = async (lane: string, ...problems: [Problem, ...Problem[]]): Promise<number> => {
    const { id } = await it_.ledger.ingest(event(lane))
    answers.set(id, correct(...problems))
    await it_.ledger.idle()
    answers.delete(id)
    return id
  }
  const save = (key: string, result: string | number | null | undefined, table = 'payment_method', by = 'Ada') =>
    desk.save([{ table, key, result, shown: 'Shown' }], by)
  const states = async (...ids: number[]) =>
    (await Promise.all(ids.map((id) => stateOf(it_, id)))).map((row) => row.state)

  it('a table called like what every object has is none, and an entry that a store has of one breaks nothing', async () => {
    for (const table of ['constructor', 'toString', '__proto__'])
      expect(await save('paypal', 'BNK1', table)).toMatchObject({ ok: false, problems: [{ code: 'no_such_table' }] })
    const row = { result: '"BNK1"', shown: null, changed_by: 'Ada', changed_at: START }
    for (const [lookup, value] of [
      ['toString', '__proto__'],
      ['payment_method', 'constructor'],
    ] as const)
      await it_.store.db
        .insertInto('lookup_entries')
        .values({ lookup, value, ...row })
        .execute()
    const tables = new Map(Object.entries(await lookupBook(it_.store.db, it_.now).fresh()))
    expect(Object.keys(tables.get('toString')?.entries ?? {})).toEqual(['__proto__'])
    expect(tables.get('payment_method')?.entries.constructor).toBe('BNK1')
    expect(JSON.parse(writeEntriesFile(await desk.own(), 'json')).tables.toString).toEqual(
      JSON.parse('{"__proto__":{"result":"BNK1"}}'),
    )
  })

  it('CASES 30: one entry releases everything that waits for it and only that, in the transaction of the entry', async () => {
    const paypal = [
      await parked('order:1', unmapped('payment_method', 'paypal')),
      await parked('order:2', unmapped('payment_method', 'paypal')),
    ]
    const second = await parked('order:3', unmapped('carrier', 'Bike'), unmapped('payment_method', 'paypal'))
    const others = [
      await parked('order:4', unmapped('payment_method', 'klarna')),
      await parked('order:5', unmapped('carrier', 'paypal')),
      await parked('order:6', { ...unmapped('x', 'paypal'), code: 'unknown_sku' }),
    ]
    expect(await save('paypal', 'BNK1')).toEqual({ ok: true, changed: 1, released: 3 })
    await it_.ledger.idle()
    expect(await states(...paypal, second)).toEqual(['done', 'done', 'done'])
    expect(await states(...others)).toEqual(['dead', 'dead', 'dead'])
    expect(await save('paypal', 'BNK1')).toEqual({ ok: true, changed: 0, released: 0 })
    expect(await stateOf(it_, paypal[0] ?? 0)).toMatchObject({ settled_by: 'Ada', attempts: 1 })
  })

  it('an entry that cannot be written releases nothing', async () => {
    const id = await parked('order:1', unmapped('payment_method', 'paypal'))
    const refused = async (result: string | number, how = odoo) => {
      odoo = how
      const saved = await save('paypal', result)
      return saved.ok ? 'saved' : saved.problems.map(({ code }) => code).join()
    }
    expect(await refused('NONE')).toBe('not_found')
    expect(await refused('OLD')).toBe('archived')
    expect(await refused('TWO')).toBe('ambiguous')
    expect(await refused('BNK1', 'unreadable')).toBe('unreadable')
    expect(await refused('BNK1', 'away')).toBe('not_checked')
    expect(await refused('', 'there')).toBe('bad_result')
    const many = await desk.save(
      [
        { table: 'payment_method', key: 'a', result: 'BNK1' },
        { table: 'payment_method', key: 'b', result: 'NONE' },
        { table: 'payment_method', key: 'c', result: 'OLD' },
      ],
      'Ada',
    )
    expect(many).toMatchObject({ ok: false, problems: [{ key: 'b' }, { key: 'c' }] })
    expect(await desk.own()).toEqual([])
    expect(await states(id)).toEqual(['dead'])
    expect(await refused(9)).toBe('saved')
    expect((await book.fresh()).payment_method?.entries.paypal).toBe(9)
  })

  it('lie over the delivered ones, take one away, and give it back', async () => {
    const of = async (key: string) => (await book.fresh()).payment_method?.entries[key]
    expect(await of('*')).toBe('BNK1')
    await save('*', null)
    expect(await of('*')).toBeUndefined()
    await save('*', 'BNK1')
    expect(await of('*')).toBe('BNK1')
    await save('*', undefined)
    expect(await of('*')).toBe('BNK1')
    expect(await desk.own()).toEqual([])
  })

  it('an entry for every other value releases the whole table', async () => {
    await save('*', null)
    const ids = [
      await parked('order:1', unmapped('payment_method', 'a')),
      await parked('order:2', unmapped('payment_method', 'b')),
    ]
    expect(await save('*', 'BNK1')).toMatchObject({ released: 2 })
    await it_.ledger.idle()
    expect(await states(...ids)).toEqual(['done', 'done'])
  })

  it('are read anew by every replica within a second, and at once by whoever asks', async () => {
    const other = lookupBook(it_.store.db, it_.now)
    const before = await other.tables()
    await save('paypal', 'BNK1')
    expect(await other.tables()).toBe(before)
    expect((await other.fresh()).payment_method?.entries.paypal).toBe('BNK1')
    const now = await other.tables()
    expect(await other.fresh()).toBe(now)
    await save('klarna', 'BNK1')
    await it_.later(1_001)
    expect((await other.tables()).payment_method?.entries.klarna).toBe('BNK1')
  })

  it('hold at once in the process that saved them', async () => {
    await book.tables()
    await save('paypal', 'BNK1')
    expect((await book.tables()).payment_method?.entries.paypal).toBe('BNK1')
  })

  it('what parks while its entry is being saved is released by the next sweep, once', async () => {
    await save('paypal', 'BNK1')
    const raced = await parked('order:1', unmapped('payment_method', 'paypal'))
    expect(await desk.releaseMissed()).toBe(1)
    await it_.ledger.idle()
    expect(await states(raced)).toEqual(['done'])
    await it_.later(10_000)
    const refusedByOdoo = await parked('order:2', unmapped('payment_method', 'paypal'))
    expect(await desk.releaseMissed()).toBe(0)
    expect(await states(refusedByOdoo)).toEqual(['dead'])
    expect(await desk.release('payment_method', 'paypal', 'Ada')).toBe(1)
    expect(await desk.release('payment_method', 'paypal', 'Ada')).toBe(0)
  })

  it('are in the audit: who, when, from what to what, and how much it released', async () => {
    await parked('order:1', unmapped('payment_method', 'paypal'))
    await save('paypal', 'BNK1')
    await save('paypal', 9, 'payment_method', 'Bob')
    const rows = await it_.store.db
      .selectFrom('audit')
      .selectAll()
      .where('action', '=', 'lookup.change')
      .orderBy('id', 'desc')
      .limit(2)
      .execute()
    expect(
      rows.map((row) => ({ ...row, before: JSON.parse(row.before ?? ''), after: JSON.parse(row.after ?? '') })),
    ).toMatchObject([
      {
        who: 'Bob',
        entity: 'lookup:payment_method',
        before: { value: 'paypal', result: 'BNK1', shown: 'Shown' },
        after: { value: 'paypal', result: 9, released: 0 },
      },
      { who: 'Ada', at: START, before: { value: 'paypal' }, after: { result: 'BNK1', released: 1 } },
    ])
  })

  it('values: what is waited for stands first, with its number, reason and examples; then what is open', async () => {
    for (let n = 0; n < 3; n++) seen.see('carrier', 'Express', `10${n}`)
    seen.see('carrier', 'Drone', '2001')
    await seen.flush()
    await parked('order:7', unmapped('carrier', 'Bike'))
    await save('Express', 'BNK1', 'carrier')
    const page = await desk.values('carrier')
    expect(page?.rows.map(({ key, state, waiting, seen: times }) => [key, state, waiting, times])).toEqual([
      ['Bike', 'waiting', 1, 0],
      ['Drone', 'open', 0, 1],
      ['Express', 'own', 0, 3],
    ])
    expect(page?.rows[0]).toMatchObject({ why: '“Bike” has no entry', examples: ['7'] })
    expect((await desk.values('carrier', { search: 'EXPR' }))?.rows).toHaveLength(1)
    expect((await desk.values('carrier', { onlyOpen: true, limit: 1, offset: 1 }))?.rows.map(({ key }) => key)).toEqual(
      ['Drone'],
    )
    expect(await desk.values('nonsense')).toBeUndefined()
    expect((await desk.tables())[0]).toMatchObject({ name: 'carrier', waiting: 1, open: 2, own: 1 })
    expect(changed).toEqual(['carrier'])
  })

  it('sightings add up, and a whole reading never lowers them', async () => {
    seen.see('tax', 'vat', '1')
    seen.see('tax', 'vat', '2')
    seen.see('tax', 'with\0nul', '3')
    await seen.flush()
    seen.see('tax', 'vat', '4')
    await seen.flush()
    await seen.found([{ table: 'tax', key: 'vat', count: 2, lastAt: START, example: '5' }])
    expect(await seen.of('tax')).toMatchObject([{ key: 'vat', count: 3, example: '5' }])
    await seen.found([{ table: 'tax', key: 'vat', count: 20, lastAt: START, example: '6' }])
    expect(await seen.of('tax')).toMatchObject([{ count: 20 }])
  })

  it('two people who save one value at once are one after the other', async () => {
    const saved = await Promise.all(['Ada', 'Bob'].map((by) => save('paypal', 'BNK1', 'payment_method', by)))
    expect(saved.map((one) => one.ok && one.changed).sort()).toEqual([0, 1])
  })
})
