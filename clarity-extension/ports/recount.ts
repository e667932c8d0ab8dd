import type { Order } from '../../shared/entities.ts'
import type { OrderToOdooPorts } from '../flows/order-to-odoo.ts'
import type { Ledger } from '../ledger/types.ts'
import type { DemandStore } from './demand.ts'
import type { PublishedStock } from './published.ts'

/** Counts the stock of these SKUs again: as events of their own, one waiting per SKU. */
export type Recount = (skus: string[]) => Promise<unknown>

export const recounting =
  (ledger: Pick<Ledger, 'enqueue'>): Recount =>
  (skus) =>
    Promise.all(
      skus.map((sku) =>
        ledger.enqueue({
          type: 'stock.changed',
          lane: `stock:${sku}`,
          subject: sku,
          priority: 2,
          data: { product_id: 0, sku },
        }),
      ),
    )

interface OrderStock {
  demand: DemandStore
  published: PublishedStock
  recount: Recount
}

/** What an order does to the stock that is shown. */
export const orderStock = ({
  demand,
  published,
  recount,
}: OrderStock): Pick<OrderToOdooPorts, 'releaseDemand' | 'forgetPublished' | 'recount'> => ({
  async releaseDemand(orderId) {
    await recount(await demand.release([orderId]))
  },
  forgetPublished: (order) => published.forget(skusOf(order)),
  async recount(order) {
    await recount(skusOf(order))
  },
})

const skusOf = ({ items }: Order) => [...new Set(items.map(({ sku }) => sku))]
