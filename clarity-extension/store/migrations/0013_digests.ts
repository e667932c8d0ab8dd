import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** The hash that each of the storefront's records had when all of them were last compared. */
export const digests: Migration = {
  name: '0013_digests',
  async up(db, dialect) {
    const text = dialect === 'postgres' ? 'text collate "C"' : 'text'
    await sql
      .raw(`create table digests (
        resource ${text} not null,
        clarity_id ${text} not null,
        hash ${text} not null,
        seen_at bigint not null,
        primary key (resource, clarity_id)
      )`)
      .execute(db)
  },
}
