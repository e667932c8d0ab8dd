import { keyOf, type Shown } from '../flows/stock-to-clarity.ts'
import { chunked } from '../store/chunked.ts'
import { group } from '../store/group.ts'
import type { Store } from '../store/store.ts'
import { COUNTER, forgetPublished, savePublished } from './save-published.ts'

/** The numbers the storefront was last given, so that only changes are sent. */
export interface PublishedStock {
  of(skus: string[]): Promise<Shown>
  /** What orders of one event-loop turn forget is one commit. */
  forget(skus: string[]): Promise<void>
  /** Every SKU that was published and not forgotten. */
  skus(): Promise<string[]>
}

export function publishedStock(store: Pick<Store, 'db' | 'dialect' | 'run'>): PublishedStock {
  const { db, dialect } = store
  const forgets = group(async (batch: string[][]) => {
    await store.run(forgetPublished, { skus: [...new Set(batch.flat())].sort() })
    return batch.map(() => undefined)
  })
  return {
    async of(skus) {
      const rows = await chunked(skus, (part) =>
        db.selectFrom('published_stock').selectAll().where('sku', 'in', part).execute(),
      )
      const forgotten = new Map(
        rows.filter(({ location_key }) => location_key === COUNTER).map(({ sku, quantity }) => [sku, quantity]),
      )
      return {
        numbers: new Map(
          rows
            .filter(({ location_key }) => location_key !== COUNTER)
            .map((row) => [keyOf({ sku: row.sku, locationKey: row.location_key }), row.quantity]),
        ),
        async save(shown) {
          if (shown.length > 0) await store.run(savePublished, { shown, forgotten, dialect })
        },
      }
    },
    async skus() {
      const rows = await db
        .selectFrom('published_stock')
        .select('sku')
        .distinct()
        .where('location_key', '<>', COUNTER)
        .execute()
      return rows.map(({ sku }) => sku)
    },
    async forget(skus) {
      if (skus.length > 0) await forgets.add(skus)
    },
  }
}
