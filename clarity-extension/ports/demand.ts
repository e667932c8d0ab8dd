import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import { decimal, instant } from '../../shared/entities.ts'
import type { DemandRow, NewEvent } from '../ledger/types.ts'
import { chunked } from '../store/chunked.ts'
import type { EventState, Tables } from '../store/schema.ts'

/** What the storefront has sold and Odoo may not hold yet. Written with the event itself (ledger projection), removed here. */
export interface DemandStore {
  of(skus: string[]): Promise<{ orderId: string; sku: string; quantity: string }[]>
  /** @returns the SKUs that are free again */
  release(orderIds: string[]): Promise<string[]>
  /** The same for orders that a person dismissed and that nothing is left to do for. */
  releaseDismissed(): Promise<string[]>
}

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
    async releaseDismissed() {
      const lane = sql<string>`'order:' || demand.order_id`
      const rows = await db
        .deleteFrom('demand')
        .where(({ exists, not }) => exists(ofLane(['dismissed'])).and(not(exists(ofLane(OPEN)))))
        .returning('sku')
        .execute()
      return [...new Set(rows.map(({ sku }) => sku))]

      function ofLane(states: readonly EventState[]) {
        return db
          .selectFrom('events')
          .select('events.id')
          .where('events.lane', '=', lane)
          .where('events.state', 'in', states)
      }
    },
  }
}

const OPEN: readonly EventState[] = ['ready', 'running', 'dead', 'held']

/** What an order webhook says was sold, read for this purpose only: an order that is otherwise wrong still takes stock away. */
const sold = z.object({
  data: z.object({
    id: z.string(),
    status: z.string().optional(),
    placedAt: instant.optional(),
    items: z.array(z.object({ sku: z.string(), quantity: decimal, fulfilledBy: z.string().nullish() })),
  }),
})

/** The ledger's projection: the demand rows of an order event, written in the transaction that stores the event. */
export function demandOf({ type, body }: NewEvent): DemandRow[] {
  if (type !== 'order.created' && type !== 'order.updated') return []
  const parsed = sold.safeParse(body)
  if (!parsed.success || parsed.data.data.status === 'cancelled') return []
  const { id, placedAt, items } = parsed.data.data
  return items
    .filter(({ fulfilledBy }) => fulfilledBy !== 'thirdParty' && fulfilledBy !== 'dropship')
    .map(({ sku, quantity }) => ({ orderId: id, sku, quantity, placedAt: placedAt ? Date.parse(placedAt) : 0 }))
}
