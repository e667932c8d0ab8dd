import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** What was approved of a record, and what exactly it was held for: later events that are held for the same pass. */
export const standing: Migration = {
  name: '0019_standing',
  async up(db, dialect) {
    const text = dialect === 'postgres' ? 'text collate "C"' : 'text'
    for (const statement of statements(text)) await sql.raw(statement).execute(db)
  },
}

const statements = (text: string): string[] => [
  `create table standing_approvals (
    lane ${text} not null,
    held_for ${text} not null,
    causes ${text} not null,
    event_id bigint not null references events (id) on delete cascade,
    primary key (lane, held_for)
  )`,
  'create index standing_approvals_event on standing_approvals (event_id)',
]
