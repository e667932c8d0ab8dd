import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** The merchant's entries of value tables, and the values that were met. */
export const lookups: Migration = {
  name: '0006_lookups',
  async up(db, dialect) {
    const text = dialect === 'postgres' ? 'text collate "C"' : 'text'
    for (const statement of statements(text)) await sql.raw(statement).execute(db)
  },
}

const statements = (text: string): string[] => [
  `create table lookup_entries (
    lookup ${text} not null,
    value ${text} not null,
    result text not null,
    shown text,
    changed_by ${text} not null,
    changed_at bigint not null,
    primary key (lookup, value)
  )`,
  `create table lookup_sightings (
    lookup ${text} not null,
    value ${text} not null,
    count bigint not null,
    first_at bigint not null,
    last_at bigint not null,
    example ${text} not null,
    primary key (lookup, value)
  )`,
]
