import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** What is held of a lane: a later success of it, and an approval, look for it. */
export const held: Migration = {
  name: '0022_held',
  async up(db) {
    await sql`create index events_held on events (lane, id) where state = 'held'`.execute(db)
  },
}
