import type { OrderState } from '../../odoo-bridge/client/shapes.ts'
import type { Order } from '../../shared/entities.ts'
import { amount } from '../../shared/money.ts'
import { statusToClarity } from '../mapping/status.ts'
import type { Compared, Comparison, Drift } from './drift.ts'

export interface OrderParts {
  /** The storefront's orders that changed lately, in pages. */
  orders(): AsyncIterable<Order[]>
  /** Of these, those that are in Odoo. */
  states(orderIds: string[]): Promise<OrderState[]>
  shipments(orderId: string): Promise<{ externalKey?: string | null | undefined }[]>
  /** Orders placed before are Odoo's only if they were brought there by the first load. Unix ms. */
  begin(): Promise<number>
  /** Deliveries that carry nothing of the storefront's, or were never sent for another reason that stands in the ledger. */
  notForUs(lane: string, pickingIds: number[]): Promise<Set<number>>
}

/** Orders whose shipments are asked for side by side. */
const SIDE_BY_SIDE = 8

/** Existence, total, tax, status and shipments of every order that changed lately. */
export const compareOrders = (parts: OrderParts): Comparison => ({
  name: 'orders',
  kinds: ['order_missing', 'order_total', 'order_tax', 'order_status', 'shipment'],
  async compare(signal): Promise<Compared> {
    const begin = await parts.begin()
    const compared: Compared = { drifts: [], checked: 0, read: { clarity: 0, odoo: 0 } }
    for await (const orders of parts.orders()) {
      const states = await parts.states(orders.map(({ id }) => id))
      const inOdoo = new Map(states.map((state) => [state.ref, state]))
      compared.read.clarity += orders.length
      compared.read.odoo += states.length
      for (const order of orders) {
        compared.checked += 1
        compared.drifts.push(...differences(order, inOdoo.get(order.id), begin))
      }
      compared.drifts.push(...(await shipments(parts, orders, inOdoo)))
      if (signal.aborted) throw new Error('interrupted')
    }
    return compared
  },
})

function differences(order: Order, state: OrderState | undefined, begin: number): Drift[] {
  const about = { lane: `order:${order.id}`, subject: order.number }
  if (!state) {
    // Cancelled before it got to Odoo: there is nothing to bring.
    if (order.status === 'cancelled' || Date.parse(order.placedAt) < begin) return []
    return [{ ...about, kind: 'order_missing', key: order.id, clarity: `${order.total} ${order.currency}`, odoo: null }]
  }
  const drifts: Drift[] = []
  // What a third party delivers is not in Odoo, so neither are its figures.
  if (order.items.every(({ fulfilledBy }) => fulfilledBy !== 'thirdParty')) {
    const money = (value: string, currency: string) => `${value} ${currency}`
    // Of an order that was converted, what the customer pays; its tax is Odoo's own, in the company's currency.
    const { total, currency } = state.storefront ?? { total: state.amount_total, currency: state.currency }
    if (currency !== order.currency || !amount(order.total).eq(total))
      drifts.push({
        ...about,
        kind: 'order_total',
        key: order.id,
        clarity: money(order.total, order.currency),
        odoo: money(total, currency),
      })
    if (!state.storefront && !amount(order.taxTotal).eq(state.amount_tax))
      drifts.push({
        ...about,
        kind: 'order_tax',
        key: order.id,
        clarity: money(order.taxTotal, order.currency),
        odoo: money(state.amount_tax, state.currency),
      })
  }
  const status = statusToClarity(state)
  if (status !== order.status && order.status !== 'completed')
    drifts.push({ ...about, kind: 'order_status', key: order.id, clarity: order.status, odoo: status })
  return drifts
}

/** Every delivery that is done in Odoo is a shipment of its name in the storefront. */
async function shipments(parts: OrderParts, orders: Order[], inOdoo: Map<string, OrderState>): Promise<Drift[]> {
  const delivered = orders.flatMap((order) => {
    const done = inOdoo.get(order.id)?.pickings.filter(({ state }) => state === 'done') ?? []
    return done.length > 0 ? [{ order, done }] : []
  })
  const drifts: Drift[] = []
  for (let from = 0; from < delivered.length; from += SIDE_BY_SIDE) {
    const part = delivered.slice(from, from + SIDE_BY_SIDE)
    const found = await Promise.all(
      part.map(async ({ order, done }): Promise<Drift[]> => {
        const keys = new Set((await parts.shipments(order.id)).map(({ externalKey }) => externalKey))
        const missing = done.filter(({ name }) => !keys.has(name))
        if (missing.length === 0) return []
        const lane = `order:${order.id}`
        const others = await parts.notForUs(
          lane,
          missing.map(({ id }) => id),
        )
        return missing
          .filter(({ id }) => !others.has(id))
          .map(({ id, name }) => ({
            kind: 'shipment',
            key: `${id}`,
            lane,
            subject: order.number,
            clarity: null,
            odoo: name,
          }))
      }),
    )
    drifts.push(...found.flat())
  }
  return drifts
}
