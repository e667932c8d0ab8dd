import { sql } from 'kysely'
import pino from 'pino'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createAudit } from '../../clarity-extension/audit/audit.ts'
import { createQueries } from '../../clarity-extension/ledger/queries.ts'
import { createSearchKeys } from '../../clarity-extension/ledger/search-keys.ts'
import { createPersons, type ExportedEvent, type Person } from '../../clarity-extension/privacy/persons.ts'
import { checkKey, sealAnew } from '../../clarity-extension/privacy/rotation.ts'
import { createSeal, type Seal } from '../../clarity-extension/privacy/seal.ts'
import { correct, done } from '../../shared/outcome.ts'
import { all, bench, event, onBothStores } from './store-support.ts'

const log = pino({ level: 'silent' })
const OLD = 'an old key of at least 32 characters'
const NEW = 'a new key of at least 32 characters!'

const message = (id: string, email: string, note = 'Leave it with Ada') =>
  Buffer.from(
    JSON.stringify({
      type: 'order.updated',
      timestamp: '2026-11-20T12:00:00Z',
      data: {
        id,
        updatedAt: '2026-11-20T12:00:00Z',
        total: '10.00',
        customerId: '55',
        contact: { name: 'Ada Lovelace', email },
        shippingAddress: { name: 'Ada Lovelace', line1: '12 Square', city: 'London', country: 'GB' },
        items: [{ sku: 'MUG', name: 'Mug' }],
        note,
      },
    }),
  )

/** Settled, and put into the table past the doors. */
const rowOf = (n: number) => ({
  source: 'clarity' as const,
  webhook_id: `past_${n}`,
  type: 'order.updated' as const,
  lane: `order:past-${n}`,
  subject: `past-${n}`,
  state: 'done' as const,
  priority: 0,
  received_at: 1,
  due_at: 1,
  settled_at: 1,
  trace_id: n.toString(16).padStart(32, '0'),
})

onBothStores('personal data', (on) => {
  const keysOf = (seal: Seal) => createSearchKeys({ store: on.store, seal, log })
  const queriesOf = (seal: Seal) => createQueries(on.store, Date.now, seal)
  const personsOf = (seal: Seal) => createPersons({ store: on.store, seal, catchUp: keysOf(seal).catchUp })

  async function exported(seal: Seal, person: Person): Promise<ExportedEvent[]> {
    const found = await personsOf(seal).export(person, 'grace')
    return 'unread' in found ? expect.fail('not read') : all(found.events)
  }

  /** Everything that is written down anywhere, as text. */
  async function written(): Promise<string> {
    const tables = ['events', 'attempts', 'review_comments', 'audit', 'settings'] as const
    const rows = await Promise.all(tables.map((table) => on.store.db.selectFrom(table).selectAll().execute()))
    return JSON.stringify(rows.flat(), (_key, value) =>
      value !== null && typeof value === 'object' && value.type === 'Buffer'
        ? Buffer.from(value.data).toString('latin1')
        : value instanceof Uint8Array
          ? Buffer.from(value).toString('latin1')
          : value,
    )
  }

  it('is sealed wherever it is written, and read by whoever has the key', async () => {
    const seal = createSeal([NEW])
    await on.anew({ seal })
    const problem = {
      code: 'invalid_value',
      field: '/contact/email',
      value: 'ada@example.com',
      message: 'no',
      remedy: 'x',
    }
    await on.ledger.start(async ({ payload }, trace) => {
      trace.step('map', 'mapped', JSON.parse(payload.toString()).data.contact)
      return correct(problem)
    })
    const { id } = await on.ledger.ingest(event('order:1', { payload: message('1', 'ada@example.com') }))
    await on.ledger.idle()
    await on.ledger.comment(id, 'Ada rang: ada@example.com', 'grace')
    await on.ledger.correct(id, message('1', 'ada@example.org').toString(), 'grace')
    await on.ledger.idle()
    await on.ledger.stop()
    const text = await written()
    for (const secret of ['ada@example', 'Lovelace', '12 Square', 'Leave it']) expect(text).not.toContain(secret)

    const detail = await queriesOf(seal).detail(id)
    expect(detail?.payload).toContain('ada@example.com')
    expect(detail?.correction).toContain('ada@example.org')
    expect(detail?.details).toEqual([problem])
    expect(detail?.attemptLog[0]?.steps[0]?.data).toMatchObject({ name: 'Ada Lovelace' })
    expect(detail?.comments[0]?.text).toContain('Ada rang')
  })

  it('is sealed anew after the key was changed, also what was never sealed; the old key may go then', async () => {
    const before = bench(on.store)
    const { id: plain } = await before.ledger.ingest(event('order:1', { payload: message('1', 'ada@example.com') }))
    const old = bench(on.store, { seal: createSeal([OLD]) })
    const { id: sealed } = await old.ledger.ingest(event('order:2', { payload: message('2', 'ada@example.com') }))
    await checkKey(on.store.db, createSeal([OLD]))
    await expect(checkKey(on.store.db, createSeal([NEW]))).rejects.toThrow(/SECRET_KEY_PREVIOUS/)

    const both = createSeal([NEW, OLD])
    await checkKey(on.store.db, both)
    expect(await sealAnew(on.store.db, both, log).done).toBe(2)
    expect(await sealAnew(on.store.db, both, log).done).toBe(0)
    await checkKey(on.store.db, createSeal([NEW]))
    const queries = queriesOf(createSeal([NEW]))
    for (const id of [plain, sealed]) expect((await queries.detail(id))?.payload).toContain('ada@example.com')
    expect(await written()).not.toContain('ada@example.com')
    await expect(queriesOf(createSeal([OLD])).detail(sealed)).rejects.toThrow(/another SECRET_KEY/)
  })

  describe('of one person', () => {
    const seal = createSeal([NEW])
    let ids: number[]
    beforeEach(async () => {
      await on.anew({ seal })
      let open = false
      await on.ledger.start(async ({ lane }, trace) => {
        trace.step('map', 'mapped', { name: 'Ada Lovelace' })
        open = lane === 'order:3'
        return open ? correct({ code: 'unknown_sku', message: 'no', remedy: 'x' }) : done('applied')
      })
      const mails = ['ADA@example.com', 'bob@example.com', 'ada@example.com']
      ids = []
      for (const [index, mail] of mails.entries()) {
        const payload = message(String(index + 1), mail)
        ids.push((await on.ledger.ingest(event(`order:${index + 1}`, { payload }))).id)
      }
      await on.ledger.idle()
    })

    it('is exported in full, whichever way the address is written', async () => {
      const events = await exported(seal, { email: 'ada@example.com' })
      expect(events.map(({ id }) => id)).toEqual([ids[0], ids[2]])
      expect(JSON.stringify(events)).toContain('12 Square')
    })

    it('is erased from what is settled; what still waits is named; figures stay; nobody else is touched', async () => {
      const persons = personsOf(seal)
      expect(await persons.erase({ email: 'ada@example.com' }, 'grace')).toEqual({ erased: 1, open: [ids[2]] })
      const detail = async (id = 0) => queriesOf(seal).detail(id)
      const erased = await detail(ids[0])
      expect(JSON.stringify(erased)).not.toMatch(/ada@|Lovelace|12 Square|Leave it|London/i)
      expect(JSON.parse(erased?.payload ?? '')).toMatchObject({
        data: { total: '10.00', items: [{ sku: 'MUG', name: 'Mug' }], contact: { email: '[erased]' } },
      })
      expect((await detail(ids[1]))?.payload).toContain('bob@example.com')
      await on.ledger.dismiss({ ids: [ids[2] ?? 0] }, 'asked to be forgotten', 'grace')
      expect(await persons.erase({ email: 'ada@example.com' }, 'grace')).toEqual({ erased: 1, open: [] })
      const { rows } = await createAudit(on.store).list({ action: 'person.erase', limit: 1 })
      expect(rows[0]).toMatchObject({ who: 'grace', after: { erased: 1, open: 0 } })
      expect(JSON.stringify(rows)).not.toContain('ada@')
    })

    it('is searched for by address in any spelling, which nobody reads in the store, until it is erased', async () => {
      const keys = keysOf(seal)
      const found = async (search: string, by = seal) => (await queriesOf(by).list({ search })).rows.map(({ id }) => id)
      expect(await found('ada@example.com')).toEqual([])
      await keys.catchUp()
      expect(await found(' Ada@Example.com')).toEqual([ids[2], ids[0]])
      expect(await found('mug')).toEqual(ids.toReversed())
      expect(await found('ada@example')).toEqual([])
      expect(JSON.stringify(await on.store.db.selectFrom('search_keys').selectAll().execute())).not.toMatch(/example/)
      await personsOf(seal).erase({ email: 'ada@example.com' }, 'grace')
      expect(await found('ada@example.com')).toEqual([ids[2]])
      expect(await found('MUG')).toEqual(ids.toReversed())
      await on.ledger.prune(Date.now() + 60_000)
      expect(await found('mug')).toEqual([ids[2]])
    })

    it('is missed nowhere: deep in a message, in its midst of a text, in a correction, in what attempts did', async () => {
      const body = (id: string, data: object) =>
        Buffer.from(
          JSON.stringify({
            type: 'order.updated',
            timestamp: '2026-11-20T12:00:00Z',
            data: { id, updatedAt: '2026-11-20T12:00:00Z', customerId: '77', ...data },
          }),
        )
      const eve = { email: 'eve@example.com' }
      const take = async (lane: string, payload: Buffer) => (await on.ledger.ingest(event(lane, { payload }))).id
      const pickUp = { parcels: [{ to: [{ reference: 'Eve@Example.com', other: 'bob@example.com' }] }] }
      const deep = await take('order:10', body('10', { delivery: { extra: { pickUp } } }))
      const said = await take('order:11', body('11', { hint: "Ring 'eve@example.com', please." }))
      const mate = await take('order:11', body('11', {}))
      const named = await take('order:12', body('12', { byMail: { 'eve@example.com': 'yes' } }))
      const other = await take('order:13', body('13', { hint: 'steve@example.com' }))
      const unreadable = await on.ledger.ingest(
        event('unreadable:clarity', { type: 'unreadable', payload: Buffer.from('{"mail":"eve@example.com') }),
      )
      await on.ledger.idle()
      // Corrected since the keys were made.
      await keysOf(seal).catchUp()
      const corrected = ids[2] ?? 0
      await on.ledger.correct(corrected, message('3', 'eve@example.com').toString(), 'grace')
      await on.ledger.idle()
      await on.ledger.dismiss({ ids: [corrected] }, 'for eve@example.com', 'grace')

      const found = await exported(seal, eve)
      expect(found.map(({ id }) => id)).toEqual([corrected, deep, said, named, unreadable.id])
      expect(await personsOf(seal).erase(eve, 'grace')).toEqual({ erased: 6, open: [] })
      expect(await exported(seal, eve)).toEqual([])
      const read = async (id: number) => queriesOf(seal).detail(id)
      for (const id of [corrected, deep, said, mate, named, unreadable.id]) {
        const text = JSON.stringify(await read(id))
        expect(text).not.toMatch(/(?<!st)eve@|Lovelace/i)
      }
      expect((await read(other))?.payload).toContain('steve@example.com')
      expect((await read(other))?.attemptLog[0]?.steps).toHaveLength(1)
      // Whoever else stands in the same message is found still.
      expect((await exported(seal, { email: 'bob@example.com' })).map(({ id }) => id)).toEqual([ids[1], deep])
    })

    it('is not told to be gone while some of the history could not be read: it is read on with each time it is asked', async () => {
      const many = Array.from({ length: 5_250 }, (_, n) => ({ ...rowOf(n), payload: seal.bytes(Buffer.from('{}')) }))
      for (let from = 0; from < many.length; from += 300)
        await on.store.db
          .insertInto('events')
          .values(many.slice(from, from + 300))
          .execute()
      const keys = keysOf(seal)
      const persons = createPersons({ store: on.store, seal, catchUp: () => keys.catchUp({ ms: 0, rest: 0 }) })
      const ada = { email: 'ada@example.com' }
      expect(await persons.export(ada, 'grace')).toEqual({ unread: expect.any(Number) })
      expect(await persons.erase(ada, 'grace')).toEqual({ unread: expect.any(Number) })
      await expect.poll(() => persons.erase(ada, 'grace')).toMatchObject({ erased: 1 })
    })

    // SQLite commits one after another: nothing is committed late.
    if (on.dialect === 'PostgreSQL') {
      it('is found in what was committed later than what came after it', async () => {
        const other = await on.place.open()
        const late = event('order:20', { payload: message('20', 'late@example.com') })
        const keys = keysOf(seal)
        let id = 0
        await other.db.transaction().execute(async (trx) => {
          const row = { ...rowOf(1), webhook_id: late.webhookId, payload: seal.bytes(late.payload) }
          id = (await trx.insertInto('events').values(row).returning('id').executeTakeFirstOrThrow()).id
          await on.ledger.ingest(event('order:21', { payload: message('21', 'early@example.com') }))
          await keys.catchUp({ ms: 200, rest: 0 })
          expect((await exported(seal, { email: 'early@example.com' })).length).toBe(1)
        })
        await keys.catchUp()
        expect((await exported(seal, { email: 'late@example.com' })).map((one) => one.id)).toEqual([id])
        await other.close()
      })
    }

    it('becomes searchable by itself, and nobody keeps asking where nothing comes in', async () => {
      const pauses = vi.spyOn(globalThis, 'setTimeout')
      const keys = keysOf(seal)
      keys.start()
      const found = async (search: string) => (await queriesOf(seal).list({ search })).rows.map(({ id }) => id)
      await expect.poll(() => found('bob@example.com')).toEqual([ids[1]])
      await expect.poll(() => pauses.mock.calls.map(([, ms]) => ms)).toContain(60_000)
      pauses.mockRestore()
      const payload = message('9', 'carol@example.com')
      const { id } = await on.ledger.ingest(event('order:9', { payload }))
      keys.observe({ fact: 'accepted', source: 'clarity', type: 'order.updated', count: 1 })
      await expect.poll(() => found('carol@example.com')).toEqual([id])
      await keys.stop()
    })

    it('is searched for with a new key as soon as all is made anew, and by who lacks it as before', async () => {
      const found = async (by: Seal) => (await queriesOf(by).list({ search: 'bob@example.com' })).rows.length
      await keysOf(seal).catchUp()
      const both = createSeal([OLD, NEW])
      expect([await found(seal), await found(both)]).toEqual([1, 0])
      await keysOf(both).catchUp()
      expect([await found(seal), await found(both)]).toEqual([0, 1])
      await keysOf(seal).catchUp()
      expect(await found(both)).toBe(1)
    })

    it("is found by the storefront's customer id too", async () => {
      expect(await exported(seal, { customerId: '55' })).toHaveLength(3)
      expect(await exported(seal, { customerId: '56' })).toEqual([])
    })
  })

  it('cannot be opened after it was tampered with', async () => {
    const seal = createSeal([NEW])
    const sealed = seal.bytes(Buffer.from('hello'))
    sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1
    expect(() => seal.openBytes(sealed)).toThrow()
    expect(seal.openText(seal.text('grüß dich'))).toBe('grüß dich')
    expect(seal.text('a')).not.toBe(seal.text('a'))
    await sql`select 1`.execute(on.store.db)
  })
})
