import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** Orders of one amount, newest first: the same order given twice is looked for among those that any replica took in. */
export const twins: Migration = {
  name: '0012_twins',
  async up(db, dialect) {
    // One process owns an SQLite store and remembers the last minutes itself.
    if (dialect !== 'postgres') return
    await sql`create index events_twins on events (amount, currency, id) where type = 'order.created'`.execute(db)
  },
}
