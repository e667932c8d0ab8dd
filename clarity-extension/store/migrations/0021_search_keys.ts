import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** What is in events that is searched for and stands in no column: SKUs, and e-mail addresses as keyed hashes. */
export const searchKeys: Migration = {
  name: '0021_search_keys',
  async up(db, dialect) {
    const text = dialect === 'postgres' ? 'text collate "C"' : 'text'
    await sql
      .raw(`create table search_keys (
        key ${text} not null,
        event_id bigint not null references events (id) on delete cascade,
        primary key (key, event_id)
      )`)
      .execute(db)
    await sql.raw('create index search_keys_event on search_keys (event_id)').execute(db)
  },
}
