import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/**
 * Where a burst is kept until there is time for it: a group of events is one row in the order of arrival. In its lane and in the history each
 * of them is a dozen, which is more than all else that a door does for it.
 */
export const arrivals: Migration = {
  name: '0026_arrivals',
  async up(db, dialect) {
    const [id, bytes] = dialect === 'postgres' ? ['bigint', 'bytea'] : ['integer', 'blob']
    await sql
      .raw(`create table arrivals (
        id ${id} primary key,
        count integer not null,
        events text not null,
        payloads ${bytes} not null
      )`)
      .execute(db)
  },
}
