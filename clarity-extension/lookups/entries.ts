import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import { canonical, type Json } from '../mapping/json.ts'
import type { LookupEntriesTable, Tables } from '../store/schema.ts'
import { REVISION } from './book.ts'

/** An entry as a person writes it: null takes the delivered one away, undefined takes the merchant's own away. */
export interface EntryChange {
  table: string
  key: string
  result: Json | undefined
  /** What the result is called, for people. */
  shown?: string | null
}

export interface OwnEntry {
  table: string
  key: string
  result: Json
  shown: string | null
  by: string
  /** Unix ms. */
  at: number
}

export interface MadeChange extends EntryChange {
  /** What the merchant had there. */
  before: OwnEntry | undefined
}

/** The merchant's entries by table, in the shape that mergeTables takes. */
export async function ownEntries(db: Kysely<Tables>): Promise<Record<string, { entries: Record<string, Json> }>> {
  const byTable = Map.groupBy(await listEntries(db), ({ table }) => table)
  return Object.fromEntries(
    [...byTable].map(([table, own]) => [
      table,
      { entries: Object.fromEntries(own.map(({ key, result }) => [key, result])) },
    ]),
  )
}

export async function listEntries(db: Kysely<Tables>, table?: string): Promise<OwnEntry[]> {
  const rows = await db
    .selectFrom('lookup_entries')
    .selectAll()
    .$if(table !== undefined, (query) => query.where('lookup', '=', table ?? ''))
    .orderBy('lookup')
    .orderBy('value')
    .execute()
  return rows.map(entryOf)
}

/**
 * Writes what differs. @returns the changes that were made; one that says what is there already is none
 * @param trx a transaction, so that whoever waits for an entry is released with it
 */
export async function writeEntries(
  trx: Kysely<Tables>,
  changes: readonly EntryChange[],
  { by, at }: { by: string; at: number },
): Promise<MadeChange[]> {
  // Two people who save at once are one after the other: the revision's row is the lock.
  await bumpRevision(trx, at)
  const made: MadeChange[] = []
  for (const change of changes) {
    const { table, key, result, shown = null } = change
    const before = await one(trx, table, key)
    if (same(before?.result, result)) continue
    if (result === undefined)
      await trx.deleteFrom('lookup_entries').where('lookup', '=', table).where('value', '=', key).execute()
    else
      await upsert(trx, {
        lookup: table,
        value: key,
        result: JSON.stringify(result),
        shown,
        changed_by: by,
        changed_at: at,
      })
    made.push({ ...change, before })
  }
  return made
}

async function one(trx: Kysely<Tables>, table: string, key: string): Promise<OwnEntry | undefined> {
  const row = await trx
    .selectFrom('lookup_entries')
    .selectAll()
    .where('lookup', '=', table)
    .where('value', '=', key)
    .executeTakeFirst()
  return row && entryOf(row)
}

async function upsert(trx: Kysely<Tables>, row: LookupEntriesTable): Promise<void> {
  const { lookup: _, value: __, ...changed } = row
  await trx
    .insertInto('lookup_entries')
    .values(row)
    .onConflict((conflict) => conflict.columns(['lookup', 'value']).doUpdateSet(changed))
    .execute()
}

async function bumpRevision(trx: Kysely<Tables>, at: number): Promise<void> {
  await trx
    .insertInto('settings')
    .values({ key: REVISION, value: '1', updated_at: at })
    .onConflict((conflict) =>
      conflict
        .column('key')
        .doUpdateSet({ value: sql`cast(cast(settings.value as integer) + 1 as text)`, updated_at: at }),
    )
    .execute()
}

const entryOf = (row: LookupEntriesTable): OwnEntry => ({
  table: row.lookup,
  key: row.value,
  result: parsed(row.result),
  shown: row.shown,
  by: row.changed_by,
  at: row.changed_at,
})

const json: z.ZodType<Json> = z.json()
const parsed = (text: string): Json => json.parse(JSON.parse(text))

const same = (a: Json | undefined, b: Json | undefined): boolean =>
  a === undefined || b === undefined ? a === b : canonical(a) === canonical(b)
