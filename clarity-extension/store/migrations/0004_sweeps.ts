import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** Scheduled reading: a row per sweep (who runs it, how the last run ended) and how far each reader has come. */
export const sweeps: Migration = {
  name: '0004_sweeps',
  async up(db) {
    await sql`create table sweeps (
      name text primary key,
      cron text,
      zone text,
      enabled integer not null default 1,
      holder text,
      lease_until bigint,
      started_at bigint,
      finished_at bigint,
      outcome text,
      message text
    )`.execute(db)
    await sql`create table cursors (
      name text primary key,
      position text not null,
      updated_at bigint not null
    )`.execute(db)
  },
}
