import { type Amount, amount, sum, ZERO } from '../../../shared/money.ts'
import { beyondStandIn, OdooError } from './error.ts'
import { all, type Line, type Move, type Order, one, type Picking, type RowOf } from './rows.ts'
import { isOpen, orderChanged } from './status.ts'
import { odooTime, type World } from './world.ts'

export interface Demand {
  productId: number
  saleLineId: number
  quantity: Amount
}

/** A delivery from the order's warehouse, reserved as far as the stock goes. */
export function deliver(world: World, order: Order, demands: Demand[], backorderOf: number | null = null): Picking {
  const { records } = world
  const warehouse = one(records, 'stock.warehouse', order.warehouse_id)
  const number = String(records.next(`picking ${warehouse.code}`)).padStart(5, '0')
  const { id } = records.create('stock.picking', {
    name: `${warehouse.code}/OUT/${number}`,
    state: 'confirmed',
    sale_id: order.id,
    warehouse_id: warehouse.id,
    carrier_id: order.carrier_id,
    backorder_id: backorderOf,
  })
  for (const demand of demands) addMove(world, id, demand)
  reserve(world, id)
  return one(records, 'stock.picking', id)
}

export function addMove(world: World, pickingId: number, { productId, saleLineId, quantity }: Demand): void {
  world.records.create('stock.move', {
    picking_id: pickingId,
    product_id: productId,
    sale_line_id: saleLineId,
    product_uom_qty: quantity.toString(),
    quantity: '0',
    state: 'confirmed',
  })
}

/** Takes what is free for every open line of a delivery; a part of it is taken too. */
export function reserve(world: World, pickingId: number): void {
  const { records } = world
  const picking = one(records, 'stock.picking', pickingId)
  if (!isOpen(picking)) return
  const moves = movesOf(world, pickingId)
  let reserved = ZERO
  for (const move of moves) {
    const quant = quantOf(world, move.product_id, picking.warehouse_id)
    const missing = amount(move.product_uom_qty).minus(move.quantity)
    const free = amount(quant.quantity).minus(quant.reserved_quantity)
    const taken = missing.lt(free) ? missing : free
    if (taken.gt(0)) hold(world, move, quant, taken)
    reserved = reserved.plus(move.quantity).plus(taken.gt(0) ? taken : ZERO)
  }
  records.update('stock.picking', pickingId, { state: reserved.gt(0) ? 'assigned' : 'confirmed' })
}

/**
 * Validates a delivery. @param shipped quantity by move id; by default all that is reserved. What is left becomes a backorder.
 * @throws OdooError when nothing or more than is there would be shipped
 */
export function validate(world: World, pickingId: number, shipped?: ReadonlyMap<number, Amount>): Picking | undefined {
  const { records } = world
  const picking = one(records, 'stock.picking', pickingId)
  if (picking.state === 'done') return undefined
  if (!isOpen(picking)) throw userError(`${picking.name} is ${picking.state}.`)
  const moves = movesOf(world, pickingId)
  const doneOf = (move: Move) => (shipped ? (shipped.get(move.id) ?? ZERO) : amount(move.quantity))
  if (sum(moves.map(doneOf)).lte(0)) throw userError('You cannot validate a transfer if no quantities are reserved.')

  const left: Demand[] = []
  for (const move of moves) {
    const done = doneOf(move)
    const rest = amount(move.product_uom_qty).minus(done)
    if (rest.lt(0)) throw beyondStandIn('delivers no more than was ordered')
    ship(world, picking, move, done)
    if (rest.gt(0)) left.push({ productId: move.product_id, saleLineId: move.sale_line_id, quantity: rest })
  }
  records.update('stock.picking', pickingId, { state: 'done', date_done: odooTime(world.now()) })
  const order = one(records, 'sale.order', picking.sale_id)
  const backorder = left.length > 0 ? deliver(world, order, left, pickingId) : undefined
  orderChanged(world, order.id)
  pickingChanged(world, 'picking.done', picking)
  return backorder
}

/** Cancels a delivery that is not done and lets go of what it held. */
export function cancelPicking(world: World, picking: Picking): void {
  if (!isOpen(picking)) return
  for (const move of movesOf(world, picking.id)) {
    hold(world, move, quantOf(world, move.product_id, picking.warehouse_id), amount(move.quantity).neg())
    world.records.update('stock.move', move.id, { state: 'cancel' })
  }
  world.records.update('stock.picking', picking.id, { state: 'cancel' })
}

/** Goods of a line come back to the warehouse of their order. */
export function bringBack(world: World, line: Line, quantity: Amount): void {
  if (line.product_id === null) return
  const order = one(world.records, 'sale.order', line.order_id)
  const quant = quantOf(world, line.product_id, order.warehouse_id)
  world.records.update('stock.quant', quant.id, { quantity: amount(quant.quantity).plus(quantity).toString() })
  world.records.update('sale.order.line', line.id, {
    qty_delivered: amount(line.qty_delivered).minus(quantity).toString(),
  })
  stockChanged(world, line.product_id)
}

export function setTracking(world: World, pickingId: number, tracking: string | null): void {
  const picking = one(world.records, 'stock.picking', pickingId)
  if (picking.carrier_tracking_ref === tracking) return
  world.records.update('stock.picking', pickingId, { carrier_tracking_ref: tracking })
  // Before it is done nobody asks for it: picking.done brings the number along.
  if (picking.state === 'done') pickingChanged(world, 'picking.tracking', picking)
}

/** Counts a product anew; deliveries that were waiting for it are reserved, the oldest first. */
export function setOnHand(world: World, productId: number, warehouseId: number, onHand: Amount): void {
  const quant = quantOf(world, productId, warehouseId)
  if (onHand.lt(0)) throw userError('A counted quantity cannot be negative.')
  world.records.update('stock.quant', quant.id, { quantity: onHand.toString() })
  stockChanged(world, productId)
  for (const move of all(world.records, 'stock.move', { product_id: productId })) {
    const picking = isOpen(move) ? one(world.records, 'stock.picking', move.picking_id) : undefined
    if (picking?.warehouse_id === warehouseId) reserve(world, picking.id)
  }
}

export function quantOf(world: World, productId: number, warehouseId: number): RowOf<'stock.quant'> {
  const where = { product_id: productId, warehouse_id: warehouseId }
  const [quant] = all(world.records, 'stock.quant', where)
  if (quant) return quant
  const { id } = world.records.create('stock.quant', { ...where, quantity: '0', reserved_quantity: '0' })
  return one(world.records, 'stock.quant', id)
}

export const movesOf = (world: World, pickingId: number): Move[] =>
  all(world.records, 'stock.move', { picking_id: pickingId }).filter(({ state }) => state !== 'cancel')

export function hold(world: World, move: Move, quant: RowOf<'stock.quant'>, quantity: Amount): void {
  if (quantity.isZero()) return
  const reserved = amount(quant.reserved_quantity).plus(quantity)
  const held = amount(move.quantity).plus(quantity)
  world.records.update('stock.quant', quant.id, { reserved_quantity: reserved.toString() })
  world.records.update('stock.move', move.id, {
    quantity: held.toString(),
    state: held.gt(0) ? 'assigned' : 'confirmed',
  })
  stockChanged(world, move.product_id)
}

/** Takes shipped goods out of the warehouse; what was reserved for the move is free again. */
function ship(world: World, picking: Picking, move: Move, done: Amount): void {
  hold(world, move, quantOf(world, move.product_id, picking.warehouse_id), amount(move.quantity).neg())
  const quant = quantOf(world, move.product_id, picking.warehouse_id)
  const free = amount(quant.quantity).minus(quant.reserved_quantity)
  if (done.gt(free))
    throw userError(`Not enough stock: ${done} wanted, ${free} there (${nameOf(world, move.product_id)}).`)
  world.records.update('stock.quant', quant.id, { quantity: amount(quant.quantity).minus(done).toString() })
  world.records.update('stock.move', move.id, { quantity: done.toString(), state: done.gt(0) ? 'done' : 'cancel' })
  const line = one(world.records, 'sale.order.line', move.sale_line_id)
  world.records.update('sale.order.line', line.id, { qty_delivered: amount(line.qty_delivered).plus(done).toString() })
  stockChanged(world, move.product_id)
}

function pickingChanged(world: World, type: 'picking.done' | 'picking.tracking', picking: Picking): void {
  const link = world.links.of('sale.order', picking.sale_id)
  if (!link) return
  const order = { id: picking.sale_id, ref: link.ref }
  const data = { picking_id: picking.id, order, traceparent: link.traceparent }
  world.outbox.put(`${type}:${picking.id}`, (timestamp) => ({ type, timestamp, data }))
}

function stockChanged(world: World, productId: number): void {
  const { default_code: sku } = one(world.records, 'product.product', productId)
  if (sku === null) return
  const data = { product_id: productId, sku }
  world.outbox.put(`stock.changed:${productId}`, (timestamp) => ({ type: 'stock.changed', timestamp, data }))
}

const nameOf = (world: World, productId: number) => one(world.records, 'product.product', productId).name
const userError = (message: string) => new OdooError('odoo.exceptions.UserError', message)
