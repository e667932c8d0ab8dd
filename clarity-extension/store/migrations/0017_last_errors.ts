import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** What each side said last when it did not do what was asked, so that it can be told after a restart. */
export const lastErrors: Migration = {
  name: '0017_last_errors',
  async up(db) {
    for (const column of ['error_cause text', 'error_message text', 'error_at bigint'])
      await sql.raw(`alter table connections add column ${column}`).execute(db)
  },
}
