import { type Kysely, sql } from 'kysely'
import { migrations } from './migrations/index.ts'
import type { Tables } from './schema.ts'
import type { Dialect } from './store.ts'

export class StoreTooNew extends Error {
  override name = 'StoreTooNew'
}

/** A step of the schema. Append-only: one that was released is never changed. */
export interface Migration {
  /** `0001_ledger`: its file's name. */
  name: string
  up(db: Kysely<Tables>, dialect: Dialect): Promise<void>
}

/** Any number; the same for every replica that starts at the same time. */
const MIGRATION_LOCK = 7_201_904

/** Runs what is missing, in order, in one transaction. @throws StoreTooNew */
export async function migrate(
  db: Kysely<Tables>,
  dialect: Dialect,
  known: readonly Migration[] = migrations,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    if (dialect === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(trx)
    await sql`create table if not exists migrations (name text primary key, applied_at bigint not null)`.execute(trx)
    const { rows } = await sql<{ name: string }>`select name from migrations order by name`.execute(trx)
    const applied = new Set(rows.map(({ name }) => name))
    refuseUnknown(applied, known)
    for (const migration of known) {
      if (applied.has(migration.name)) continue
      await migration.up(trx, dialect)
      await sql`insert into migrations (name, applied_at) values (${migration.name}, ${Date.now()})`.execute(trx)
    }
  })
}

function refuseUnknown(applied: ReadonlySet<string>, known: readonly Migration[]): void {
  const names = new Set(known.map(({ name }) => name))
  const unknown = [...applied].filter((name) => !names.has(name))
  if (unknown.length === 0) return
  throw new StoreTooNew(
    `The store was written by a newer version of the bridge (it has ${unknown.join(', ')}, this version ends at ${known.at(-1)?.name}). Start the newer version, or restore the backup made before the upgrade.`,
  )
}
