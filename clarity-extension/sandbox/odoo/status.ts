import { all, type Order, one, type Picking } from './rows.ts'
import type { World } from './world.ts'

/** Recomputes what follows from the deliveries and tells the storefront's side when something it knows has changed. */
export function orderChanged(world: World, orderId: number, { always = false } = {}): void {
  const before = one(world.records, 'sale.order', orderId)
  const delivery_status = deliveryStatus(world, before)
  if (delivery_status === before.delivery_status && !always) return
  world.records.update('sale.order', orderId, { delivery_status })
  const link = world.links.of('sale.order', orderId)
  if (!link) return
  const data = { order: { id: orderId, ref: link.ref }, traceparent: link.traceparent }
  world.outbox.put(`sale_order.changed:${orderId}`, (timestamp) => ({ type: 'sale_order.changed', timestamp, data }))
}

export const pickingsOf = (world: World, orderId: number): Picking[] =>
  all(world.records, 'stock.picking', { sale_id: orderId })

export const isOpen = ({ state }: { state: string }): boolean => state !== 'done' && state !== 'cancel'

function deliveryStatus(world: World, order: Order): Order['delivery_status'] {
  const pickings = pickingsOf(world, order.id)
  if (pickings.every(({ state }) => state === 'cancel')) return null
  if (pickings.every((picking) => !isOpen(picking))) return 'full'
  return pickings.some(({ state }) => state === 'done') ? 'partial' : 'pending'
}
