import type { Kysely } from 'kysely'
import type { Tables } from '../store/schema.ts'

/** Up to where something was done with all events and with all rows of first loads: the last id of each. */
export interface Reached {
  events: number
  loadRows: number
}

/** All that there is by now. */
export async function lastIds(db: Kysely<Tables>): Promise<Reached> {
  const last = (table: 'events' | 'load_rows') =>
    db.selectFrom(table).select('id').orderBy('id', 'desc').limit(1).executeTakeFirst()
  return { events: (await last('events'))?.id ?? 0, loadRows: (await last('load_rows'))?.id ?? 0 }
}
