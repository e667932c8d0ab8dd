import type { components } from '../../../odoo-bridge/client/schema.d.ts'
import { amount, sum } from '../../../shared/money.ts'
import { all, one } from './rows.ts'
import type { World } from './world.ts'

type History = components['schemas']['CustomerHistory']

/** What customers have ordered before. The stand-in has one currency, and no tags of customers. */
export function histories(
  { records, links }: World,
  store: string,
  customers: readonly { customer: string; order: string }[],
): (History | null)[] {
  return customers.map(({ customer, order }) => {
    const partner = links.get(store, 'customer', customer)
    if (!partner) return null
    const own = links.get(store, 'order', order)?.res_id
    const owner = commercial(partner.res_id)
    const orders = all(records, 'sale.order', { state: 'sale' }).filter(
      ({ id, partner_id }) => id !== own && commercial(partner_id) === owner,
    )
    return { orders: orders.length, value: sum(orders.map((row) => amount(row.amount_total))).toFixed(), tags: [] }
  })

  function commercial(partnerId: number): number {
    const { id, parent_id } = one(records, 'res.partner', partnerId)
    return parent_id ?? id
  }
}
