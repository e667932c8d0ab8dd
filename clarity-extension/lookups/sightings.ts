import { type Kysely, sql } from 'kysely'
import type { LookupSightingsTable, Tables } from '../store/schema.ts'

/** A value that was met: there is something to map. */
export interface Sighting {
  table: string
  key: string
  count: number
  lastAt: number
  example: string
}

export interface Sightings {
  /** Remembers it; written to the store with others a little later. */
  see(table: string, key: string, example: string): void
  of(table: string): Promise<Sighting[]>
  all(): Promise<Sighting[]>
  /** What a whole reading found: at least that often. */
  found(sightings: readonly Sighting[]): Promise<void>
  /** Writes what is remembered. */
  flush(): Promise<void>
  /** Flushes, and remembers no more. */
  stop(): Promise<void>
}

const FLUSH_MS = 5_000
/** Values per table that are kept in mind between two writes: a storefront that sends nonsense fills no memory. */
const MOST = 2_000
/** Longer than any name of a method or a category; what is longer is no value to map. */
const LONGEST = 300

export function sightings(db: Kysely<Tables>, now: () => number = Date.now): Sightings {
  let seen = new Map<string, Sighting>()
  let writing: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  /** Never rejects: a count that could not be written is no reason to fail an order. */
  const flush = (): Promise<void> => {
    timer = undefined
    const batch = [...seen.values()]
    seen = new Map()
    writing = writing.then(() => write(db, batch, 'add')).catch(() => undefined)
    return writing
  }

  return {
    see(table, key, example) {
      if (stopped || key === '' || key.length > LONGEST || key.includes('\0')) return
      const id = `${table}\n${key}`
      const before = seen.get(id)
      if (!before && seen.size >= MOST) return
      seen.set(id, { table, key, count: (before?.count ?? 0) + 1, lastAt: now(), example })
      timer ??= setTimeout(() => void flush(), FLUSH_MS).unref()
    },
    async of(table) {
      const rows = await db.selectFrom('lookup_sightings').selectAll().where('lookup', '=', table).execute()
      return rows.map(sightingOf)
    },
    async all() {
      return (await db.selectFrom('lookup_sightings').selectAll().execute()).map(sightingOf)
    },
    found: (all) => write(db, all, 'atLeast'),
    flush,
    async stop() {
      stopped = true
      if (timer) clearTimeout(timer)
      await flush()
    },
  }
}

async function write(db: Kysely<Tables>, batch: readonly Sighting[], how: 'add' | 'atLeast'): Promise<void> {
  if (batch.length === 0) return
  // One order for all, so that two replicas that write the same values never wait for each other.
  const rows = batch.map(rowOf).sort((a, b) => (key(a) < key(b) ? -1 : 1))
  const counted =
    how === 'add'
      ? sql<number>`lookup_sightings.count + excluded.count`
      : sql<number>`case when lookup_sightings.count > excluded.count then lookup_sightings.count else excluded.count end`
  await db.transaction().execute(async (trx) => {
    for (let start = 0; start < rows.length; start += 500) {
      await trx
        .insertInto('lookup_sightings')
        .values(rows.slice(start, start + 500))
        .onConflict((conflict) =>
          conflict.columns(['lookup', 'value']).doUpdateSet({
            count: counted,
            last_at: sql<number>`excluded.last_at`,
            example: sql<string>`excluded.example`,
          }),
        )
        .execute()
    }
  })
}

const key = (row: LookupSightingsTable): string => `${row.lookup}\n${row.value}`

const rowOf = ({ table, key: value, count, lastAt, example }: Sighting): LookupSightingsTable => ({
  lookup: table,
  value,
  count,
  first_at: lastAt,
  last_at: lastAt,
  example,
})

const sightingOf = (row: LookupSightingsTable): Sighting => ({
  table: row.lookup,
  key: row.value,
  count: row.count,
  lastAt: row.last_at,
  example: row.example,
})
