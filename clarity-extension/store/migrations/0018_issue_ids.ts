import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/**
 * The oldest and newest event of a group come out of the index, too. SQLite has a row's id in every index; PostgreSQL went to the
 * table for each of 10,000 events.
 */
export const issueIds: Migration = {
  name: '0018_issue_ids',
  async up(db, dialect) {
    if (dialect !== 'postgres') return
    await sql`drop index events_issue`.execute(db)
    await sql`create index events_issue on events (state, cause, issue_field, issue_value, lane, currency, amount, id)
      where state in ('dead', 'held')`.execute(db)
  },
}
