import { createHash } from 'node:crypto'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Tables } from './schema.ts'
import type { Store } from './store.ts'

/** The other store is in use already. */
export class NotEmpty extends Error {
  override name = 'NotEmpty'
}

/** What arrived is not what was sent; nothing of it stays. */
export class CopyDiffers extends Error {
  override name = 'CopyDiffers'
}

export interface Copied {
  table: string
  rows: number
  /** Of all rows, in whatever order; the same on both sides. Hex. */
  hash: string
}

type Row = Record<string, unknown>
interface Table {
  name: string
  columns: string[]
}

const ROWS_AT_ONCE = 500

/**
 * Everything of a SQLite store into a PostgreSQL store that nothing has used yet, in one transaction: it is read back and
 * compared before it stays.
 * @param from nobody else has it, so that it stands still
 * @throws NotEmpty, CopyDiffers
 */
export async function copyStore(from: Store, to: Store, tell: (done: Copied) => void): Promise<Copied[]> {
  if (from.dialect !== 'sqlite' || to.dialect !== 'postgres')
    throw new Error('stores are copied from SQLite to PostgreSQL')
  const ids = await highestIds(from.db)
  return to.db.transaction().execute(async (trx) => {
    await refuseUsed(trx)
    const tables = await parentsFirst(trx)
    for (const { name } of tables.toReversed())
      if (!APPEND_ONLY.has(name)) await sql`delete from ${sql.table(name)}`.execute(trx)
    const copied: Copied[] = []
    for (const table of tables) {
      const sent = await send(from.db, trx, table)
      const arrived = await digestOfArrived(trx, table)
      if (sent.rows !== arrived.rows || sent.hash !== arrived.hash)
        throw new CopyDiffers(
          `${table.name} arrived as ${arrived.rows} rows with hash ${arrived.hash}, sent were ${sent.rows} with ${sent.hash}. Nothing was copied; the SQLite store is as it was.`,
        )
      copied.push({ table: table.name, ...sent })
      tell({ table: table.name, ...sent })
    }
    for (const [table, id] of ids) await sql`select setval(pg_get_serial_sequence(${table}, 'id'), ${id})`.execute(trx)
    return copied
  })
}

/** A trigger refuses to delete from it. Nothing is put into it when it is made, so it is empty. */
const APPEND_ONLY = new Set(['audit'])

async function refuseUsed(trx: Transaction<Tables>): Promise<void> {
  for (const table of ['events', 'links', 'audit', 'settings'] as const) {
    const row = await trx.selectFrom(table).select(sql`1`.as('one')).limit(1).executeTakeFirst()
    if (row)
      throw new NotEmpty(
        `The PostgreSQL store is in use: its table ${table} has rows. Name a database that no bridge has used; what is there is never overwritten.`,
      )
  }
}

/** All tables but the list of migrations, each after those that it refers to. */
async function parentsFirst(trx: Transaction<Tables>): Promise<Table[]> {
  const { rows: columns } = await sql<{ name: string; column: string }>`
    select c.relname as name, a.attname as column from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace and a.attnum > 0 and not a.attisdropped
      and c.relname <> 'migrations'
    order by c.relname, a.attnum`.execute(trx)
  const { rows: references } = await sql<{ name: string; parent: string }>`
    select conrelid::regclass::text as name, confrelid::regclass::text as parent from pg_constraint
    where contype = 'f' and conrelid <> confrelid and connamespace = current_schema()::regnamespace`.execute(trx)
  const tables = new Map<string, Table>()
  for (const { name, column } of columns)
    tables.set(name, { name, columns: [...(tables.get(name)?.columns ?? []), column] })
  const sorted = new Set<Table>()
  const visit = (table: Table | undefined) => {
    if (!table || sorted.has(table)) return
    for (const { name, parent } of references) if (name === table.name) visit(tables.get(parent))
    sorted.add(table)
  }
  for (const table of tables.values()) visit(table)
  return [...sorted]
}

async function send(from: Kysely<Tables>, to: Transaction<Tables>, table: Table): Promise<Digest> {
  const digest = startDigest(table)
  const columns = sql.join(table.columns.map((column) => sql.ref(column)))
  for (let after = 0; ; ) {
    const { rows } = await sql<Row & { rowid_: number }>`
      select rowid as rowid_, ${columns} from ${sql.table(table.name)}
      where rowid > ${after} order by rowid limit ${ROWS_AT_ONCE}`.execute(from)
    if (rows.length === 0) return digest.end()
    for (const row of rows) digest.add(row)
    const values = rows.map((row) => sql`(${sql.join(table.columns.map((column) => row[column]))})`)
    await sql`insert into ${sql.table(table.name)} (${columns}) values ${sql.join(values)}`.execute(to)
    after = rows.at(-1)?.rowid_ ?? after
  }
}

async function digestOfArrived(to: Transaction<Tables>, table: Table): Promise<Digest> {
  const digest = startDigest(table)
  const columns = sql.join(table.columns.map((column) => sql.ref(column)))
  await sql`declare arrived no scroll cursor for select ${columns} from ${sql.table(table.name)}`.execute(to)
  for (;;) {
    const { rows } = await sql<Row>`fetch ${sql.lit(ROWS_AT_ONCE)} from arrived`.execute(to)
    if (rows.length === 0) break
    for (const row of rows) digest.add(row)
  }
  await sql`close arrived`.execute(to)
  return digest.end()
}

type Digest = Omit<Copied, 'table'>

/** The sum of the rows' own hashes: it depends on no order, which differs between both stores. */
function startDigest({ columns }: Table): { add(row: Row): void; end(): Digest } {
  let rows = 0
  let sum = 0n
  return {
    add(row) {
      rows++
      const text = JSON.stringify(columns.map((column) => plain(row[column])))
      sum = BigInt.asUintN(256, sum + BigInt(`0x${createHash('sha256').update(text).digest('hex')}`))
    },
    end: () => ({ rows, hash: sum.toString(16).padStart(64, '0') }),
  }
}

const plain = (value: unknown): unknown =>
  value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('base64') } : value

/** Ids that were given once are never given again, though their rows may be gone. */
async function highestIds(db: Kysely<Tables>): Promise<Map<string, number>> {
  const { rows } = await sql<{
    name: string
    seq: number
  }>`select name, seq from sqlite_sequence where seq > 0`.execute(db)
  return new Map(rows.map(({ name, seq }) => [name, seq]))
}
