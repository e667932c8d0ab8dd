import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** Who accepted what an event proposed; and what switched-off entities left out, to be found again without reading history. */
export const approvals: Migration = {
  name: '0002_approvals',
  async up(db) {
    await sql`alter table events add column approved_by text`.execute(db)
    await sql`create index events_switched_off on events (type, id) where state = 'skipped' and cause = 'switched_off'`.execute(
      db,
    )
  },
}
