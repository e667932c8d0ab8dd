import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'
import type { Dialect } from '../store.ts'

/** Rule sets with their versions, and which version wrote which record. */
export const rules: Migration = {
  name: '0005_rules',
  async up(db, dialect) {
    for (const statement of tables(dialect)) await sql.raw(statement).execute(db)
  },
}

function tables(dialect: Dialect): string[] {
  const text = dialect === 'postgres' ? 'text collate "C"' : 'text'
  return [
    `create table rule_sets (
      name ${text} primary key,
      revision integer not null,
      live integer not null,
      draft text,
      draft_base integer,
      draft_revision integer,
      draft_by text,
      draft_at bigint
    )`,
    `create table rule_versions (
      name ${text} not null,
      number integer not null,
      rules text not null,
      made_by text not null,
      made_at bigint not null,
      note text not null,
      delivered integer not null,
      primary key (name, number)
    )`,
    `create table rule_stamps (
      stamp ${text} not null,
      name ${text} not null,
      version integer not null,
      primary key (name, version, stamp)
    )`,
    `create table rule_writes (
      kind ${text} not null,
      clarity_id ${text} not null,
      stamp ${text} not null,
      event_id bigint not null,
      written_at bigint not null,
      primary key (kind, clarity_id, stamp)
    )`,
    'create index rule_writes_stamp on rule_writes (stamp, written_at, clarity_id)',
  ]
}
