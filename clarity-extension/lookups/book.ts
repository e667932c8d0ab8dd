import type { Kysely } from 'kysely'
import { defaultLookups } from '../mapping/defaults/lookups.ts'
import { type LookupTables, mergeTables } from '../mapping/lookups.ts'
import type { Tables } from '../store/schema.ts'
import { ownEntries } from './entries.ts'

/** The value tables as mappings read them: the delivered ones with the merchant's entries over them. */
export interface LookupBook {
  /** At most a second old, on every replica. */
  tables(): Promise<LookupTables>
  /** As the store has them now: whoever is about to park a record for a missing entry looks again. */
  fresh(): Promise<LookupTables>
  /** Somebody here has just changed them: the next look reads them anew. */
  forget(): void
}

/** How long a table is believed without asking whether anything changed. Milliseconds. */
const FRESH_MS = 1_000

/** The row of `settings` that says which change the entries are at. */
export const REVISION = 'lookups.revision'

/** The same object is given as long as nothing changed, so that a caller can tell by it. */
export function lookupBook(
  db: Kysely<Tables>,
  now: () => number = Date.now,
  defaults: LookupTables = defaultLookups,
): LookupBook {
  let known: { tables: LookupTables; revision: string; readAt: number } | undefined
  let reading: Promise<LookupTables> | undefined
  /** Counts what was forgotten: a look that began before may have seen what was there before. */
  let forgotten = 0

  const read = async (): Promise<LookupTables> => {
    const before = forgotten
    const began = now()
    const revision = await revisionOf(db)
    const entries = known?.revision === revision ? undefined : await ownEntries(db)
    const readAt = before === forgotten ? began : Number.NEGATIVE_INFINITY
    if (known && !entries) known = { ...known, readAt }
    else known = { tables: mergeTables(defaults, entries ?? {}), revision, readAt }
    return known.tables
  }
  return {
    async tables() {
      if (known && now() - known.readAt < FRESH_MS) return known.tables
      reading ??= read().finally(() => {
        reading = undefined
      })
      return reading
    },
    fresh: read,
    forget() {
      forgotten += 1
      if (known) known.readAt = Number.NEGATIVE_INFINITY
    },
  }
}

/** Read before the entries: a change in between makes the next look read them again, never the other way round. */
async function revisionOf(db: Kysely<Tables>): Promise<string> {
  const row = await db.selectFrom('settings').select('value').where('key', '=', REVISION).executeTakeFirst()
  return row?.value ?? '0'
}
