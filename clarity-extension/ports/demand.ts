import type { Kysely } from 'kysely'
import type { Tables } from '../store/schema.ts'

/** What the storefront has sold and Odoo may not hold yet. Written with the event itself (ledger projection), removed here. */
export interface DemandStore {
  of(skus: string[]): Promise<{ orderId: string; sku: string; quantity: string }[]>
  /** @returns the SKUs that are free again */
  release(orderIds: string[]): Promise<string[]>
}

/** Bound parameters per statement: SQLite takes 32,766, PostgreSQL 65,535. */
const CHUNK = 5_000

export function demandStore(db: Kysely<Tables>): DemandStore {
  return {
    async of(skus) {
      const rows = await chunked(skus, (part) =>
        db.selectFrom('demand').select(['order_id', 'sku', 'quantity']).where('sku', 'in', part).execute(),
      )
      return rows.map(({ order_id, sku, quantity }) => ({ orderId: order_id, sku, quantity }))
    },
    async release(orderIds) {
      const rows = await chunked(orderIds, (part) =>
        db.deleteFrom('demand').where('order_id', 'in', part).returning('sku').execute(),
      )
      return [...new Set(rows.map(({ sku }) => sku))]
    },
  }
}

export async function chunked<Item, Row>(items: Item[], query: (part: Item[]) => Promise<Row[]>): Promise<Row[]> {
  const rows: Row[] = []
  for (let start = 0; start < items.length; start += CHUNK) {
    rows.push(...(await query(items.slice(start, start + CHUNK))))
  }
  return rows
}
