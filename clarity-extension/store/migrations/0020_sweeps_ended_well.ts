import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** When a sweep last ended well: one that runs and fails every time reads nothing, and somebody should know. */
export const sweepsEndedWell: Migration = {
  name: '0020_sweeps_ended_well',
  async up(db) {
    await sql`alter table sweeps add column well_at bigint`.execute(db)
    await sql`update sweeps set well_at = case when outcome = 'done' then finished_at else ${Date.now()} end`.execute(
      db,
    )
  },
}
