import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** What both sides say of the stock, while it is compared. */
export const stockParts: Migration = {
  name: '0024_stock_parts',
  async up(db) {
    await sql`create table stock_parts (
      bucket bigint not null,
      run bigint not null,
      number bigint not null,
      side text not null,
      levels text not null,
      primary key (bucket, run, number)
    )`.execute(db)
  },
}
