import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** Several replicas keep their bursts in one table: whose a group is and how old it is says who looks at it. */
export const sharedArrivals: Migration = {
  name: '0027_shared_arrivals',
  async up(db, dialect) {
    const int = dialect === 'postgres' ? 'bigint' : 'integer'
    await sql`alter table arrivals add column owner text not null default ''`.execute(db)
    await sql.raw(`alter table arrivals add column stored_at ${int} not null default 0`).execute(db)
    await sql`alter table arrivals add column ids text`.execute(db)
    // They stay for a second: pressing them takes longer than writing them.
    if (dialect === 'postgres')
      await sql`alter table arrivals alter column events set storage external, alter column payloads set storage external`.execute(
        db,
      )
  },
}
