import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLinks } from '../../clarity-extension/links.ts'
import { forgetPublished } from '../../clarity-extension/ports/save-published.ts'
import { saveLinks } from '../../clarity-extension/rulebook/save-links.ts'
import { type Migration, migrate } from '../../clarity-extension/store/migrate.ts'
import { migrations } from '../../clarity-extension/store/migrations/index.ts'
import type { Tables } from '../../clarity-extension/store/schema.ts'
import { statementOfRows } from '../../clarity-extension/store/statement.ts'
import { openStore, type Store } from '../../clarity-extension/store/store.ts'
import { endThread, onFullDisk } from '../support/store-failures.ts'
import { dialects, type Place } from './store-support.ts'

describe.each(dialects)('a store on $dialect', ({ possible, place: makePlace }) => {
  describe.skipIf(!possible)('', () => {
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

    it('numbers its migrations and applies each once', async () => {
      await migrate(store.db, store.dialect)
      const { rows } = await sql<{ name: string }>`select name from migrations order by name`.execute(store.db)
      expect(rows.map(({ name }) => name)).toEqual(migrations.map(({ name }) => name))
      expect(migrations.map(({ name }) => name.slice(0, 4))).toEqual(
        migrations.map((_, index) => String(index + 1).padStart(4, '0')),
      )
    })

    it('refuses a store that a newer version wrote, and says which', async () => {
      const newer: Migration = { name: '9999_future', up: async () => undefined }
      await migrate(store.db, store.dialect, [...migrations, newer])
      await store.close()
      await expect(place.open()).rejects.toThrow(/newer version of the bridge \(it has 9999_future/)
      store = { ...store, close: async () => undefined }
    })

    it('leaves nothing of a migration that fails', async () => {
      const broken: Migration = {
        name: '9998_broken',
        async up(db) {
          await sql`create table half (id integer)`.execute(db)
          throw new Error('disk')
        },
      }
      await expect(migrate(store.db, store.dialect, [...migrations, broken])).rejects.toThrow('disk')
      await expect(sql`select * from half`.execute(store.db)).rejects.toThrow(/half/)
    })

    it('takes the columns of many rows by their names, however a row has them, and no column that is not named', async () => {
      const insert = statementOfRows<Tables['settings'], unknown>(['key', 'value', 'updated_at'], (db, rows) =>
        db.insertInto('settings').values(rows),
      )
      await insert(store.db, [
        { updated_at: 1, value: 'first', key: 'a' },
        { key: 'b', updated_at: 2, value: 'second' },
      ])
      const rows = () => store.db.selectFrom('settings').selectAll().orderBy('key').execute()
      const both = [
        { key: 'a', value: 'first', updated_at: 1 },
        { key: 'b', value: 'second', updated_at: 2 },
      ]
      expect(await rows()).toEqual(both)
      const few = statementOfRows<Tables['settings'], unknown>(['key', 'value'], (db, some) =>
        db.insertInto('settings').values(some),
      )
      await expect(few(store.db, [{ key: 'c', value: 'third', updated_at: 3 }])).rejects.toThrow('number of values')
      expect(await rows()).toEqual(both)
    })

    it('keeps links, and only changes what is given', async () => {
      const links = createLinks(store, () => 1)
      const order = { kind: 'order', clarityId: '7', odooModel: 'sale.order', odooId: 70 }
      await Promise.all([
        links.save({ ...order, odooName: 'S00070', clarityVersion: 'v1', hash: 'h1' }),
        links.save({ kind: 'customer', clarityId: '7', odooModel: 'res.partner', odooId: 5 }),
      ])
      await links.save({ ...order, hash: 'h2', clarityHash: 'c' })
      expect(await links.get('order', '7')).toEqual({
        ...order,
        odooName: 'S00070',
        clarityVersion: 'v1',
        hash: 'h2',
        clarityHash: 'c',
      })
      expect((await links.byOdoo('res.partner', 5))?.clarityId).toBe('7')
      expect(await links.byOdoo('res.partner', 6)).toBeUndefined()
      expect([...(await links.getMany('order', ['7', '8'])).keys()]).toEqual(['7'])
      expect((await links.getMany('order', [])).size).toBe(0)
    })

    it('does each of many procedures once, though one among them fails', async () => {
      const sku = (name: string) => store.run(forgetPublished, { skus: [name] })
      const rest = { odoo_name: null, clarity_version: null, hash: null, clarity_hash: null, updated_at: 1 }
      const links = (...ids: string[]) =>
        store.run(saveLinks, {
          rows: ids.map((clarity_id) => ({ kind: 'order', clarity_id, odoo_model: 'sale.order', odoo_id: 1, ...rest })),
          writes: [],
          now: 1,
        })
      const unnamed = JSON.parse('null')
      const ended = await Promise.allSettled([
        sku('A'),
        links('1'),
        sku('A'),
        links('3', unnamed),
        sku('B'),
        links('2'),
      ])
      expect(ended.map(({ status }) => status === 'fulfilled')).toEqual([true, true, true, false, true, true])
      const counted = await store.db.selectFrom('published_stock').select(['sku', 'quantity']).orderBy('sku').execute()
      expect(counted).toEqual([
        { sku: 'A', quantity: '2' },
        { sku: 'B', quantity: '1' },
      ])
      const linked = await store.db.selectFrom('links').select('clarity_id').orderBy('clarity_id').execute()
      expect(linked.map(({ clarity_id }) => clarity_id)).toEqual(['1', '2'])
    })

    it('gives numbers for instants and counts', async () => {
      const at = Date.UTC(2040, 0)
      await store.db.insertInto('settings').values({ key: 'k', value: 'v', updated_at: at }).execute()
      const row = await store.db
        .selectFrom('settings')
        .select((settings) => ['updated_at', settings.fn.countAll().as('n')])
        .groupBy('updated_at')
        .executeTakeFirstOrThrow()
      expect(row).toEqual({ updated_at: at, n: 1 })
    })
  })
})

describe('a data folder', () => {
  let dataDir: string
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'bridge-store-'))
  })
  afterEach(() => rm(dataDir, { recursive: true }))

  it('is written once for procedures that wait one behind the other', async () => {
    const store = await openStore({ dataDir })
    const before = commitsIn(dataDir)
    await Promise.all(Array.from({ length: 12 }, (_, n) => store.run(forgetPublished, { skus: [`SKU-${n}`] })))
    // The first may be begun while the others are still being told.
    expect(commitsIn(dataDir) - before).toBeLessThanOrEqual(4)
    await store.close()
  })

  it('without room says so, and nothing is written of what failed', async () => {
    const store = await openStore({ dataDir })
    const setting = { key: 'large', value: 'v', updated_at: 1 }
    await expect(store.run(onFullDisk, setting)).rejects.toMatchObject({ code: 'SQLITE_FULL' })
    const transaction = store.db.transaction().execute(async (trx) => {
      await trx
        .insertInto('settings')
        .values({ ...setting, value: 'v'.repeat(1_000_000) })
        .execute()
    })
    await expect(transaction).rejects.toMatchObject({ code: 'SQLITE_FULL' })
    expect(await store.db.selectFrom('settings').select('key').where('key', '=', 'large').execute()).toEqual([])
    await store.close()
  })

  it('goes on in another thread when its thread ended; what was under way is refused', async () => {
    const store = await openStore({ dataDir })
    const setting = (key: string) => ({ key, value: 'v', updated_at: 1 })
    await store.db.insertInto('settings').values(setting('before')).execute()
    await expect(store.run(endThread, {})).rejects.toThrow('out of memory')
    await store.db.insertInto('settings').values(setting('after')).execute()
    const keys = (await store.db.selectFrom('settings').select('key').execute()).map(({ key }) => key)
    expect(keys).toEqual(expect.arrayContaining(['before', 'after']))
    await store.close()
  })

  it('belongs to one process at a time and is free again when that one closes', async () => {
    const first = await openStore({ dataDir })
    await expect(openStore({ dataDir })).rejects.toMatchObject({
      name: 'StoreInUse',
      message: expect.stringContaining(`pid ${process.pid}`),
    })
    await first.close()
    const second = await openStore({ dataDir })
    await second.close()
    await expect(second.db.selectFrom('events').selectAll().execute()).rejects.toThrow('closed')
  })
})

const readings: [string, string, string][] = [
  [
    'the head of a lane',
    "select min(id) from events where state = 'ready' and lane in ('a', 'b') group by lane",
    'events_ready',
  ],
  [
    'a burst',
    "select id from events where state = 'ready' and lane in ('a', 'b') and due_at <= 5 order by lane, id",
    'events_ready',
  ],
  ['dead letters of a lane', "select type from events where state = 'dead' and lane in ('a', 'b')", 'events_dead'],
  [
    'a duplicate',
    "select id from events where webhook_id in ('a') and source in ('clarity', 'odoo')",
    'sqlite_autoindex_events_1',
  ],
  [
    'lanes that are due',
    'select lane from lanes where lease_until is null and waits_for is null and priority = 1 and due_at <= 5 order by due_at limit 9',
    'lanes_free',
  ],
  [
    'causes',
    "select state, cause, count(*), min(id) from events where state in ('dead', 'held') group by state, cause",
    'events_failed',
  ],
  [
    'a page of one type',
    "select id from events where state = 'done' and type = 'x' and id < 5 order by id desc limit 9",
    'events_type',
  ],
  [
    'a page of one state',
    "select id from events where state = 'done' and id < 5 order by id desc limit 9",
    'events_state',
  ],
]

describe('what the lanes are read by', () => {
  it.each(readings)('%s is found by an index of its own, however long the history', async (_, query, index) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'bridge-store-'))
    const store = await openStore({ dataDir })
    const { rows } = await sql<{ detail: string }>`explain query plan ${sql.raw(query)}`.execute(store.db)
    await store.close()
    await rm(dataDir, { recursive: true })
    expect(rows.map(({ detail }) => detail).join()).toMatch(new RegExp(`USING (COVERING )?INDEX ${index}`))
    expect(rows.map(({ detail }) => detail).join()).not.toContain('TEMP B-TREE FOR ORDER')
  })

  const postgres = dialects.find(({ dialect }) => dialect === 'PostgreSQL')
  it.skipIf(!postgres?.possible)('is so on PostgreSQL, too', async () => {
    if (!postgres) throw new Error('no PostgreSQL')
    const place = await postgres.place()
    const store = await place.open()
    const plans = await store.db.transaction().execute(async (trx) => {
      // The planner reads small tables whole: a history, of which little waits, as statistics show it.
      await sql`insert into events (source, webhook_id, type, lane, subject, payload, state, priority, received_at, due_at, trace_id)
        select 'clarity', 'w' || n, 'type' || n % 20, 'order:' || n, n, '', case when n % 1000 = 0 then 'ready' when n % 1000 = 1 then 'dead' else 'done' end, 0, n, n, ''
        from generate_series(1, 30000) n`.execute(trx)
      await sql`insert into lanes (lane, priority, due_at, lease_until, epoch) select 'order:' || n, n % 4, n, case when n % 2 = 0 then 1 end, 0
        from generate_series(1, 5000) n`.execute(trx)
      await sql`analyze events, lanes`.execute(trx)
      const found: [string, string][] = []
      for (const [name, query] of readings) {
        const { rows } = await sql<{ 'QUERY PLAN': string }>`explain ${sql.raw(query)}`.execute(trx)
        found.push([name, rows.map((row) => row['QUERY PLAN']).join('\n')])
      }
      return found
    })
    await store.close()
    await place.remove()
    for (const [name, plan] of plans) {
      expect(plan, name).toMatch(/Index (Only )?Scan/)
      expect(plan, name).not.toContain('Seq Scan')
      // By their primary key the newest of a page may be read, not what waits.
      if (!name.startsWith('a page')) expect(plan, name).not.toContain('events_pkey')
    }
  })
})

/** In the write-ahead log: the last page of each commit says how large the database is then. https://sqlite.org/fileformat2.html#walformat */
function commitsIn(dataDir: string): number {
  const log = readFileSync(join(dataDir, 'bridge.db-wal'))
  const page = log.readUInt32BE(8)
  let commits = 0
  for (let frame = 32; frame + 24 + page <= log.length; frame += 24 + page)
    if (log.readUInt32BE(frame + 4) > 0) commits++
  return commits
}
