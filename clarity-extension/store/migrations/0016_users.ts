import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** Who signs in by a password of their own, and what they may do. */
export const users: Migration = {
  name: '0016_users',
  async up(db, dialect) {
    const text = dialect === 'postgres' ? 'text collate "C"' : 'text'
    await sql
      .raw(`create table users (
        name ${text} primary key,
        role ${text} not null,
        password_hash text not null,
        password_at bigint not null,
        created_at bigint not null,
        created_by ${text} not null,
        seen_at bigint
      )`)
      .execute(db)
  },
}
