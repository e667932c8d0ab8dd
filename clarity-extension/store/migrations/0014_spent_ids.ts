import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** Sessions that were ended and launch tokens that were used, until they would have ended by themselves. */
export const spentIds: Migration = {
  name: '0014_spent_ids',
  async up(db, dialect) {
    const text = dialect === 'postgres' ? 'text collate "C"' : 'text'
    await sql.raw(`create table spent_ids (id ${text} primary key, until bigint not null)`).execute(db)
    await sql.raw('create index spent_ids_until on spent_ids (until)').execute(db)
  },
}
