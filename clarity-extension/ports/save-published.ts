import { type Kysely, sql } from 'kysely'
import type { InventoryRow } from '../flows/stock-to-clarity.ts'
import { chunked } from '../store/chunked.ts'
import { padded } from '../store/padded.ts'
import { procedure } from '../store/procedure.ts'
import type { PublishedStockTable, Tables } from '../store/schema.ts'
import { statementOfRows } from '../store/statement.ts'
import type { Dialect } from '../store/store.ts'

/**
 * A row without a location counts how often its SKU was forgotten. Whoever was held up between the storefront's answer and the
 * remembering would otherwise bring back a number that the storefront has sold from since, and the true one would never be sent.
 */
export const COUNTER = ''

interface Saved {
  shown: InventoryRow[]
  /** How often each SKU had been forgotten when its number was worked out. */
  forgotten: ReadonlyMap<string, string>
  dialect: Dialect
}

export const savePublished = procedure(
  new URL('./save-published.ts', import.meta.url),
  'savePublished',
  async (trx, { shown, forgotten, dialect }: Saved): Promise<void> => {
    const counted = await counters(trx, [...new Set(shown.map(({ sku }) => sku))].sort(), dialect)
    const values = shown
      .filter(({ sku }) => counted.get(sku) === forgotten.get(sku))
      .map(({ sku, locationKey, quantity, asOf }) => {
        return { sku, location_key: locationKey, quantity, as_of: Date.parse(asOf) }
      })
    await chunked(values, (part) =>
      trx
        .insertInto('published_stock')
        .values(part)
        .onConflict((conflict) =>
          conflict
            .columns(['sku', 'location_key'])
            .doUpdateSet((eb) => ({ quantity: eb.ref('excluded.quantity'), as_of: eb.ref('excluded.as_of') }))
            // As the storefront does: who was held up and remembers an older number late, would keep the true one from being sent.
            .whereRef('excluded.as_of', '>=', 'published_stock.as_of'),
        )
        .execute(),
    )
  },
)

/** @param skus in one order, so that two replicas never wait for each other */
export const forgetPublished = procedure(
  new URL('./save-published.ts', import.meta.url),
  'forgetPublished',
  async (trx, { skus }: { skus: string[] }): Promise<void> => {
    await count(
      trx,
      skus.map((sku) => ({ sku, location_key: COUNTER, quantity: '1', as_of: 0 })),
    )
    await chunked(skus, (part) =>
      trx.deleteFrom('published_stock').where('sku', 'in', padded(part)).where('location_key', '<>', COUNTER).execute(),
    )
  },
)

const count = statementOfRows<PublishedStockTable, unknown>(['sku', 'location_key', 'quantity', 'as_of'], (db, rows) =>
  db
    .insertInto('published_stock')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['sku', 'location_key'])
        .doUpdateSet({ quantity: sql`cast(cast(published_stock.quantity as bigint) + 1 as text)` }),
    ),
)

/** Held until the commit, so that nothing is forgotten meanwhile. */
async function counters(trx: Kysely<Tables>, skus: string[], dialect: Dialect): Promise<Map<string, string>> {
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
