import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/**
 * Where a burst is kept until there is time for it: an event is one row in the order of arrival, under no index. In its lane and in the
 * history it is a dozen, which is more than all else that a door does for it.
 */
export const arrivals: Migration = {
  name: '0026_arrivals',
  async up(db, dialect) {
    const [id, bytes] = dialect === 'postgres' ? ['bigint', 'bytea'] : ['integer', 'blob']
    await sql
      .raw(`create table arrivals (
        id ${id} primary key,
        source text not null,
        webhook_id text not null,
        type text not null,
        lane text not null,
        subject text not null,
        state text not null,
        priority integer not null,
        received_at bigint not null,
        due_at bigint not null,
        settled_at bigint,
        cause text,
        message text,
        issue_cause text,
        amount bigint,
        currency text,
        trace_id text not null,
        order_id text,
        placed_at bigint,
        items text,
        payload ${bytes} not null
      )`)
      .execute(db)
  },
}
