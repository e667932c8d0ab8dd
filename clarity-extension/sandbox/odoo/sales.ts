import { amount } from '../../../shared/money.ts'
import { Refused } from './refused.ts'
import { type Line, one } from './rows.ts'
import { orderChanged, pickingsOf } from './status.ts'
import { cancelPicking, deliver } from './stock.ts'
import { linesOf } from './totals.ts'
import { odooTime, type World } from './world.ts'

/** Quotation -> sales order with its delivery. @param placedAt keeps the storefront's date, else today's is set */
export function confirm(world: World, orderId: number, placedAt?: string): boolean {
  const order = one(world.records, 'sale.order', orderId)
  if (order.state !== 'draft' && order.state !== 'sent') return false
  const date_order = placedAt ?? odooTime(world.now())
  world.records.update('sale.order', orderId, { state: 'sale', date_order, invoice_status: 'to invoice' })
  const demands = linesOf(world, orderId)
    .filter((line) => isStored(world, line))
    .map(demandOf)
  if (demands.length > 0) deliver(world, order, demands)
  orderChanged(world, orderId, { always: true })
  return true
}

/** @throws Refused when goods have left already: then a person decides */
export function cancel(world: World, orderId: number): boolean {
  const order = one(world.records, 'sale.order', orderId)
  if (order.state === 'cancel') return false
  const pickings = pickingsOf(world, orderId)
  const done = pickings.filter(({ state }) => state === 'done').map(({ name }) => name)
  if (done.length > 0) {
    const message = `${order.name} was delivered already (${done.join(', ')}).`
    throw new Refused('review', [{ code: 'already_delivered', message }])
  }
  for (const picking of pickings) cancelPicking(world, picking)
  world.records.update('sale.order', orderId, { state: 'cancel', invoice_status: 'no' })
  orderChanged(world, orderId, { always: true })
  return true
}

function isStored({ records }: World, line: Line): boolean {
  return line.product_id !== null && one(records, 'product.product', line.product_id).is_storable
}

function demandOf(line: Line) {
  if (line.product_id === null) throw new Error(`line ${line.id} has no product`)
  return { productId: line.product_id, saleLineId: line.id, quantity: amount(line.product_uom_qty) }
}
