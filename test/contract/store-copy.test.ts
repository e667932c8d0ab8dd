import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAudit } from '../../clarity-extension/audit/audit.ts'
import { createLinks } from '../../clarity-extension/links.ts'
import { type Copied, copyStore } from '../../clarity-extension/store/copy.ts'
import type { Store } from '../../clarity-extension/store/store.ts'
import { correct, done } from '../../shared/outcome.ts'
import { bench, dialects, event, type Place, recorder } from './store-support.ts'

const [sqlite, postgres] = dialects

describe.skipIf(!postgres?.possible)('a SQLite store copied to PostgreSQL', () => {
  let places: Place[]
  let from: Store
  let to: Store
  beforeEach(async () => {
    if (!sqlite || !postgres) throw new Error('no stores')
    places = [await sqlite.place(), await postgres.place()]
    const [first, second] = places
    if (!first || !second) throw new Error('no stores')
    from = await first.open()
    to = await second.open()
  })
  afterEach(async () => {
    await from.close()
    await to.close()
    for (const place of places) await place.remove()
  })

  it('has every row, goes on where it stood, and gives no id twice', async () => {
    const before = bench(from)
    const { handler } = recorder((id) =>
      id % 2 ? done('S00001') : correct({ code: 'unknown_sku', message: 'Señor „ß“ 漢', remedy: 'Correct it.' }),
    )
    await before.ledger.start(handler)
    await before.ledger.ingest(event('order:1'))
    await before.ledger.ingest(event('order:2'))
    await before.ledger.idle()
    await before.ledger.stop()
    const last = await before.ledger.ingest(event('order:3', { payload: Buffer.from([0, 255, 128, 10]) }))
    await createLinks(from).save({ kind: 'order', clarityId: '7', odooModel: 'sale.order', odooId: 70 })
    await createAudit(from).record({ who: 'admin', action: 'switch.set', entity: 'order', after: { on: true } })
    await from.db.deleteFrom('throughput').execute()

    const told: Copied[] = []
    const copied = await copyStore(from, to, (done) => told.push(done))
    expect(told).toEqual(copied)
    const { rows: tables } = await sql<{ name: string }>`
      select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name <> 'migrations'`.execute(
      from.db,
    )
    expect(copied.map(({ table }) => table).toSorted()).toEqual(tables.map(({ name }) => name).toSorted())
    for (const { name } of tables) {
      const all = async (store: Store) =>
        (await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(store.db)).rows
      const text = (rows: Record<string, unknown>[]) =>
        rows
          .map((row) =>
            JSON.stringify(Object.values(row).map((value) => (value instanceof Uint8Array ? [...value] : value))),
          )
          .toSorted()
      expect(text(await all(to)), name).toEqual(text(await all(from)))
    }

    const after = bench(to)
    const later = recorder()
    await after.ledger.start(later.handler)
    await after.later(3_600_000)
    await after.ledger.stop()
    expect(later.runs.map(({ lane }) => lane)).toContain('order:3')
    const next = await after.ledger.ingest(event('order:4'))
    expect(Number(next.id)).toBeGreaterThan(Number(last.id))
    expect(await createAudit(to).verify()).toMatchObject({ ok: true, rows: 1 })
  })

  it('is refused where a bridge has been, and leaves what is there', async () => {
    await bench(to).ledger.ingest(event())
    await expect(copyStore(from, to, () => undefined)).rejects.toThrow(/its table events has rows.*never overwritten/)
    expect(await to.db.selectFrom('events').select('lane').execute()).toHaveLength(1)
  })

  it('leaves nothing when it arrives otherwise than it was sent', async () => {
    await createLinks(from).save({ kind: 'order', clarityId: '7', odooModel: 'sale.order', odooId: 70 })
    await sql`create function other() returns trigger language plpgsql as $$ begin new.odoo_id = 71; return new; end $$`.execute(
      to.db,
    )
    await sql`create trigger other before insert on links for each row execute function other()`.execute(to.db)
    await expect(copyStore(from, to, () => undefined)).rejects.toThrow(/^links arrived as 1 rows with hash/)
    expect(await to.db.selectFrom('links').selectAll().execute()).toEqual([])
    expect(await to.db.selectFrom('connections').select('name').execute()).toHaveLength(2)
  })
})
