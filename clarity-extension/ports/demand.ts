import { sql } from 'kysely'
import { z } from 'zod'
import { decimal, instant } from '../../shared/entities.ts'
import { amount } from '../../shared/money.ts'
import type { Demand, NewEvent } from '../ledger/types.ts'
import { chunked } from '../store/chunked.ts'
import type { EventState, Tables } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { itemsOf, releaseDemand, spreadDemand } from './spread-demand.ts'

/** What the storefront has sold and Odoo may not hold yet. Written with the event itself (ledger projection), removed here. */
export interface DemandStore {
  of(skus: string[]): Promise<Sold[]>
  all(): Promise<Sold[]>
  /** @returns the SKUs that are free again */
  release(orderIds: string[]): Promise<string[]>
  /** The same for orders that a person dismissed and that nothing is left to do for. */
  releaseDismissed(): Promise<string[]>
}

interface Sold {
  orderId: string
  sku: string
  quantity: string
}

/** Orders that are looked through as they came; of more it is cheaper to spread them over their SKUs first. */
const FEW = 100

export function demandStore(store: Pick<Store, 'db' | 'dialect' | 'run'>): DemandStore {
  const { db } = store
  return {
    async of(skus) {
      const wanted = new Set(skus)
      // First what came: what is spread meanwhile is then found twice and not never.
      const arrived = await fewArrived()
      const spread = await chunked(skus, (part) =>
        db.selectFrom('demand').select(['order_id', 'sku', 'quantity']).where('sku', 'in', part).execute(),
      )
      return newest(arrived, spread).filter(({ sku }) => wanted.has(sku))
    },
    async all() {
      const arrived = await fewArrived()
      return newest(arrived, await db.selectFrom('demand').select(['order_id', 'sku', 'quantity']).execute())
    },
    release: (orderIds) => store.run(releaseDemand, { orderIds }),
    async releaseDismissed() {
      await spreadAll()
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

  async function fewArrived() {
    const rows = await db
      .selectFrom('demand_arrived')
      .select(['order_id', 'items'])
      .limit(FEW + 1)
      .execute()
    if (rows.length <= FEW) return rows
    await spreadAll()
    return db.selectFrom('demand_arrived').select(['order_id', 'items']).execute()
  }

  async function spreadAll(): Promise<void> {
    while (await store.run(spreadDemand, { dialect: store.dialect }));
  }
}

/** What came with an order replaces what was spread of it before. */
function newest(
  arrived: readonly Pick<Tables['demand_arrived'], 'order_id' | 'items'>[],
  spread: readonly Pick<Tables['demand'], 'order_id' | 'sku' | 'quantity'>[],
): Sold[] {
  const came = new Set(arrived.map(({ order_id }) => order_id))
  return [
    ...arrived.flatMap(({ order_id, items }) => itemsOf(items).map((item) => ({ orderId: order_id, ...item }))),
    ...spread
      .filter(({ order_id }) => !came.has(order_id))
      .map(({ order_id, sku, quantity }) => ({ orderId: order_id, sku, quantity })),
  ]
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

/** The ledger's projection: what an order takes, written in the transaction that stores its event. */
export function demandOf({ type, body }: NewEvent): Demand | undefined {
  if (type !== 'order.created' && type !== 'order.updated') return undefined
  const parsed = sold.safeParse(body)
  if (!parsed.success || parsed.data.data.status === 'cancelled') return undefined
  const { id, placedAt, items } = parsed.data.data
  const bySku = new Map<string, string>()
  for (const { sku, quantity, fulfilledBy } of items) {
    if (fulfilledBy === 'thirdParty' || fulfilledBy === 'dropship') continue
    const before = bySku.get(sku)
    bySku.set(sku, before === undefined ? quantity : amount(before).plus(quantity).toFixed())
  }
  return {
    orderId: id,
    placedAt: placedAt ? Date.parse(placedAt) : 0,
    items: [...bySku].map(([sku, quantity]) => ({ sku, quantity })),
  }
}
