import type { Kysely } from 'kysely'
import { type InventoryRow, keyOf } from '../flows/stock-to-clarity.ts'
import type { Tables } from '../store/schema.ts'
import { chunked } from './demand.ts'

/** The numbers the storefront was last given, so that only changes are sent. */
export interface PublishedStock {
  of(skus: string[]): Promise<Map<string, string>>
  save(rows: InventoryRow[]): Promise<void>
  forget(skus: string[]): Promise<void>
  /** Every SKU that was published and not forgotten. */
  skus(): Promise<string[]>
}

export function publishedStock(db: Kysely<Tables>): PublishedStock {
  return {
    async of(skus) {
      const rows = await chunked(skus, (part) =>
        db.selectFrom('published_stock').selectAll().where('sku', 'in', part).execute(),
      )
      return new Map(rows.map((row) => [keyOf({ sku: row.sku, locationKey: row.location_key }), row.quantity]))
    },
    async skus() {
      const rows = await db.selectFrom('published_stock').select('sku').distinct().execute()
      return rows.map(({ sku }) => sku)
    },
    async forget(skus) {
      await chunked(skus, (part) => db.deleteFrom('published_stock').where('sku', 'in', part).execute())
    },
    async save(rows) {
      if (rows.length === 0) return
      await db
        .insertInto('published_stock')
        .values(
          rows.map((row) => ({
            sku: row.sku,
            location_key: row.locationKey,
            quantity: row.quantity,
            as_of: Date.parse(row.asOf),
          })),
        )
        .onConflict((conflict) =>
          conflict.columns(['sku', 'location_key']).doUpdateSet((eb) => ({
            quantity: eb.ref('excluded.quantity'),
            as_of: eb.ref('excluded.as_of'),
          })),
        )
        .execute()
    },
  }
}
