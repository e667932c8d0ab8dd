import type { components } from '../../../odoo-bridge/client/schema.d.ts'
import { all, one } from './rows.ts'
import type { World } from './world.ts'

interface Wish {
  ref: string
  currency: string
  date: string
}

/** The rate of each order's day, or the one it was written with; null where there is none on or before the day. */
export function ratesOf(world: World, store: string, orders: Wish[]) {
  const [company] = world.records.find('res.company', {})
  const own = one(world.records, 'res.currency', Number(company?.currency_id)).name
  return { company_currency: own, rates: orders.map((wish) => rateOf(world, store, wish)) }
}

function rateOf(world: World, store: string, { ref, currency, date }: Wish): components['schemas']['Rate'] {
  const [known] = all(world.records, 'res.currency', { name: currency })
  const link = world.links.get(store, 'order', ref)
  const order = link && one(world.records, 'sale.order', link.res_id)
  if (order?.clarity_rate && order.clarity_currency_id === known?.id) {
    return { ref, rate: order.clarity_rate, date: order.clarity_rate_date, fixed: true }
  }
  const rates = known ? all(world.records, 'res.currency.rate', { currency_id: known.id }) : []
  const [newest] = rates.filter(({ name }) => name <= date).sort((a, b) => b.name.localeCompare(a.name))
  return { ref, rate: newest?.rate ?? null, date: newest?.name ?? null, fixed: false }
}
