import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/**
 * An order's demand as it came, one row however many SKUs. Most orders are in Odoo a moment later: what is gone by then never
 * was five rows under the index over SKUs, which was half of all pages that a door wrote.
 */
export const demandArrived: Migration = {
  name: '0025_demand_arrived',
  async up(db, dialect) {
    const text = dialect === 'postgres' ? 'text collate "C"' : 'text'
    await sql
      .raw(`create table demand_arrived (
        order_id ${text} primary key,
        placed_at bigint not null,
        items text not null
      )`)
      .execute(db)
  },
}
