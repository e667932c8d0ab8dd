import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** A person is found by indices, wherever in a message, a correction or a first load the person stands. */
export const persons: Migration = {
  name: '0023_persons',
  async up(db, dialect) {
    const text = dialect === 'postgres' ? 'text collate "C"' : 'text'
    await sql
      .raw(`create table load_keys (
        key ${text} not null,
        row_id bigint not null references load_rows (id) on delete cascade,
        primary key (key, row_id)
      )`)
      .execute(db)
    await sql`create index load_keys_row on load_keys (row_id)`.execute(db)
    await sql`create index events_corrected on events (id) where correction is not null`.execute(db)
    // Names of people, which nothing needs and which were not sealed.
    await sql`update links set odoo_name = null where odoo_model = 'res.partner' and odoo_name is not null`.execute(db)
    // Its successor is named otherwise: all is read again, for the keys that there were not.
    await sql`delete from settings where key = 'search_keys'`.execute(db)
  },
}
