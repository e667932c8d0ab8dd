import type { Kysely } from 'kysely'
import type { DemandItem } from '../ledger/types.ts'
import { chunked } from '../store/chunked.ts'
import { procedure } from '../store/procedure.ts'
import type { Tables } from '../store/schema.ts'
import { statementOfRows } from '../store/statement.ts'
import type { Dialect } from '../store/store.ts'

/** Orders in one transaction: some ten milliseconds. */
const PORTION = 500

/**
 * Spreads what came with orders over their SKUs, where it is found by SKU. It replaces what was spread of the same order.
 * @returns whether there may be more
 */
export const spreadDemand = procedure(
  new URL('./spread-demand.ts', import.meta.url),
  'spreadDemand',
  async (trx, { dialect }: { dialect: Dialect }): Promise<boolean> => {
    const orders = await trx
      .deleteFrom('demand_arrived')
      .where('order_id', 'in', (query) =>
        query
          .selectFrom('demand_arrived')
          .select('order_id')
          .orderBy('order_id')
          .limit(PORTION)
          .$if(dialect === 'postgres', (rows) => rows.forUpdate()),
      )
      .returningAll()
      .execute()
    await forget(
      trx,
      orders.map(({ order_id }) => order_id),
    )
    await insert(
      trx,
      orders.flatMap(({ order_id, placed_at, items }) =>
        itemsOf(items).map(({ sku, quantity }) => ({ order_id, sku, quantity, placed_at })),
      ),
    )
    return orders.length === PORTION
  },
)

/** @returns the SKUs that the orders took, each once */
export const releaseDemand = procedure(
  new URL('./spread-demand.ts', import.meta.url),
  'releaseDemand',
  async (trx, { orderIds }: { orderIds: string[] }): Promise<string[]> => {
    const ids = orderIds.toSorted()
    const arrived = await chunked(ids, (part) =>
      trx.deleteFrom('demand_arrived').where('order_id', 'in', part).returning('items').execute(),
    )
    const spread = await forget(trx, ids)
    return [...new Set([...arrived.flatMap(({ items }) => itemsOf(items)), ...spread].map(({ sku }) => sku))]
  },
  { ahead: true },
)

const forget = (trx: Kysely<Tables>, orderIds: string[]): Promise<{ sku: string }[]> =>
  chunked(orderIds, (part) => trx.deleteFrom('demand').where('order_id', 'in', part).returning('sku').execute())

const insert = statementOfRows<Tables['demand'], unknown>(['order_id', 'sku', 'quantity', 'placed_at'], (db, rows) =>
  db.insertInto('demand').values(rows),
)

/** As the ledger wrote them. */
export const itemsOf = (items: string): DemandItem[] => JSON.parse(items)
