import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/**
 * What stands in an event's way, so that events with the same cause on the same field and value are one thing to mend; and what
 * its order is worth. The index holds all that a list of issues is made of.
 */
export const issues: Migration = {
  name: '0009_issues',
  async up(db, dialect) {
    for (const statement of statements(dialect === 'postgres' ? 'text collate "C"' : 'text'))
      await sql.raw(statement).execute(db)
    if (dialect !== 'sqlite') return
    // As in 0001: SQLite plans by guesses until somebody counts.
    await sql`insert into sqlite_stat1 (tbl, idx, stat) values ('events', 'events_issue', '10000 5000 500 50 5 5 2 1')`.execute(
      db,
    )
    await sql`analyze sqlite_schema`.execute(db)
  },
}

const statements = (text: string): string[] => [
  `alter table events add column issue_cause ${text}`,
  `alter table events add column issue_field ${text} not null default ''`,
  `alter table events add column issue_value ${text} not null default ''`,
  'alter table events add column amount bigint',
  `alter table events add column currency ${text}`,
  `update events set issue_cause = cause where state in ('dead', 'held')`,
  `create index events_issue on events (state, cause, issue_field, issue_value, lane, currency, amount)
   where state in ('dead', 'held')`,
]
