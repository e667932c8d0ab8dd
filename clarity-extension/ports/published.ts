import { type Kysely, sql } from 'kysely'
import { type InventoryRow, keyOf, type Shown } from '../flows/stock-to-clarity.ts'
import { group } from '../store/group.ts'
import { padded } from '../store/padded.ts'
import type { PublishedStockTable, Tables } from '../store/schema.ts'
import { statementOfRows } from '../store/statement.ts'
import type { Store } from '../store/store.ts'
import { chunked } from './demand.ts'

/** The numbers the storefront was last given, so that only changes are sent. */
export interface PublishedStock {
  of(skus: string[]): Promise<Shown>
  /** What orders of one event-loop turn forget is one commit. */
  forget(skus: string[]): Promise<void>
  /** Every SKU that was published and not forgotten. */
  skus(): Promise<string[]>
}

/**
 * A row without a location counts how often its SKU was forgotten. Whoever was held up between the storefront's answer and the
 * remembering would otherwise bring back a number that the storefront has sold from since, and the true one would never be sent.
 */
const COUNTER = ''

export function publishedStock({ db, dialect }: Pick<Store, 'db' | 'dialect'>): PublishedStock {
  const count = counting()
  const forgets = group((batch: string[][]) =>
    db.transaction().execute(async (trx) => {
      // In one order, so that two replicas never wait for each other.
      const skus = [...new Set(batch.flat())].sort()
      await count(
        trx,
        skus.map((sku) => ({ sku, location_key: COUNTER, quantity: '1', as_of: 0 })),
      )
      await chunked(skus, (part) =>
        trx
          .deleteFrom('published_stock')
          .where('sku', 'in', padded(part))
          .where('location_key', '<>', COUNTER)
          .execute(),
      )
      return batch.map(() => undefined)
    }),
  )

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
        save: (shown) => save(shown, forgotten),
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

  async function save(rows: InventoryRow[], forgotten: ReadonlyMap<string, string>): Promise<void> {
    if (rows.length === 0) return
    await db.transaction().execute(async (trx) => {
      const counted = await counters(trx, [...new Set(rows.map(({ sku }) => sku))].sort())
      const values = rows
        .filter(({ sku }) => counted.get(sku) === forgotten.get(sku))
        .map(({ sku, locationKey, quantity, asOf }) => {
          return { sku, location_key: locationKey, quantity, as_of: Date.parse(asOf) }
        })
      if (values.length === 0) return
      await trx
        .insertInto('published_stock')
        .values(values)
        .onConflict((conflict) =>
          conflict.columns(['sku', 'location_key']).doUpdateSet((eb) => ({
            quantity: eb.ref('excluded.quantity'),
            as_of: eb.ref('excluded.as_of'),
          })),
        )
        .execute()
    })
  }

  /** Held until the commit, so that nothing is forgotten meanwhile. */
  async function counters(trx: Kysely<Tables>, skus: string[]): Promise<Map<string, string>> {
    const rows = await chunked(skus, (part) =>
      trx
        .selectFrom('published_stock')
        .select(['sku', 'quantity'])
        .where('location_key', '=', COUNTER)
        .where('sku', 'in', part)
        .orderBy('sku')
        .$if(dialect === 'postgres', (query) => query.forUpdate())
        .execute(),
    )
    return new Map(rows.map(({ sku, quantity }) => [sku, quantity]))
  }
}

/** One per store: what is compiled for one dialect is none of the other's. */
const counting = () =>
  statementOfRows<PublishedStockTable, unknown>(['sku', 'location_key', 'quantity', 'as_of'], (db, rows) =>
    db
      .insertInto('published_stock')
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .columns(['sku', 'location_key'])
          .doUpdateSet({ quantity: sql`cast(cast(published_stock.quantity as bigint) + 1 as text)` }),
      ),
  )
