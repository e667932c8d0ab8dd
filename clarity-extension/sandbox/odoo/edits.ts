import { type Amount, amount, ZERO } from '../../../shared/money.ts'
import { fieldsOf } from './models.ts'
import type { Stored, Values } from './records.ts'
import { type Difference, type Problem, Refused } from './refused.ts'
import { all, type Line, type Move, type Order, one } from './rows.ts'
import { isOpen, orderChanged, pickingsOf } from './status.ts'
import { addMove, cancelPicking, type Demand, deliver, hold, movesOf, quantOf, reserve } from './stock.ts'
import { linesOf } from './totals.ts'
import type { Resolved } from './values.ts'
import type { World } from './world.ts'

/** Whoever ordered, in what currency, and from where the goods leave: another answer is another order. */
const FIXED = ['partner_id', 'company_id', 'pricelist_id', 'warehouse_id']

/**
 * Whether a confirmed order takes this edit, as the addon decides it (clarity_bridge/tools/edits.py).
 * @throws Refused with everything that differs, where a person must decide
 */
export function checkEdit(world: World, order: Order, before: Values, { values, lines }: Resolved): void {
  const problems: Problem[] = []
  const differences: Difference[] = []
  const delivered = pickingsOf(world, order.id).filter(({ state }) => state === 'done')
  const names = delivered.map(({ name }) => name).join(', ')
  const refuse = (what: string, field: string) =>
    problems.push({ code: 'already_delivered', field, message: `${what} was delivered already (${names}).` })

  for (const [name, value] of Object.entries(values)) {
    if (same(before[name], value)) continue
    const label = fieldsOf('sale.order')?.[name]?.string ?? name
    differences.push({ field: label, odoo: shown(before[name]), storefront: shown(value) })
    if (FIXED.includes(name)) {
      const message = `${order.name} is confirmed: ${label} cannot change any more.`
      problems.push({ code: 'not_editable', field: `/${name}`, message })
    } else if (name === 'partner_shipping_id' && delivered.length > 0) refuse(label, `/${name}`)
  }
  for (const { key, items } of lines.filter(({ field }) => field === 'order_line')) {
    const known = new Map(
      linesOf(world, order.id).flatMap((line) => (line.clarity_ref ? [[line.clarity_ref, line]] : [])),
    )
    for (const item of items) {
      const line = known.get(String(item[key]))
      known.delete(String(item[key]))
      differences.push(...(line ? changesOf(line, item) : [added(item)]))
      if (line && isBelow(item, line)) refuse(line.name, `/order_line/${line.clarity_ref}`)
      else if (line && isReplaced(item, line) && amount(line.qty_delivered).gt(0)) {
        refuse(line.name, `/order_line/${line.clarity_ref}`)
      }
    }
    for (const line of known.values()) {
      if (amount(line.product_uom_qty).isZero()) continue
      differences.push(...changesOf(line, { product_uom_qty: '0' }))
      if (amount(line.qty_delivered).gt(0)) refuse(line.name, `/order_line/${line.clarity_ref}`)
    }
  }
  if (problems.length > 0) throw new Refused('review', problems, { differences })
}

/** Lines by their key; what is no longer listed is ordered no more, and another product takes a line of its own. */
export function editLines(
  world: World,
  order: Order,
  { key, items }: Resolved['lines'][number],
  defaults: (item: Values) => Values,
): void {
  const { records } = world
  const before = linesOf(world, order.id).filter(({ clarity_ref }) => clarity_ref)
  const add = (item: Values) => records.create('sale.order.line', { order_id: order.id, ...defaults(item), ...item })
  for (const item of items) {
    const line = before.find(({ clarity_ref }) => clarity_ref === item[key])
    if (!line) add(item)
    else if (!isReplaced(item, line)) records.update('sale.order.line', line.id, item)
    else {
      const gone = { clarity_ref: `${line.clarity_ref}~${line.id}`, product_uom_qty: '0' }
      records.update('sale.order.line', line.id, gone)
      add(item)
    }
  }
  for (const line of before) {
    const listed = items.some((item) => item[key] === line.clarity_ref)
    if (!listed) records.update('sale.order.line', line.id, { product_uom_qty: '0' })
  }
}

/** Open deliveries become what is still to be delivered, and leave for the order's address. */
export function followEdit(world: World, orderId: number): void {
  const { records } = world
  const order = one(records, 'sale.order', orderId)
  for (const picking of pickingsOf(world, orderId).filter(isOpen)) {
    records.update('stock.picking', picking.id, { carrier_id: order.carrier_id })
  }
  const missing = linesOf(world, orderId).flatMap((line): Demand[] => {
    if (line.product_id === null || !one(records, 'product.product', line.product_id).is_storable) return []
    const wanted = amount(line.product_uom_qty).minus(line.qty_delivered)
    const left = reduced(world, openMovesOf(world, order, line), wanted)
    return left.gt(0) ? [{ productId: line.product_id, saleLineId: line.id, quantity: left }] : []
  })
  if (missing.length > 0) demand(world, order, missing)
  for (const picking of pickingsOf(world, orderId).filter(isOpen)) {
    if (movesOf(world, picking.id).length === 0) cancelPicking(world, picking)
    else reserve(world, picking.id)
  }
  orderChanged(world, orderId, { always: true })
}

/** An open delivery takes what is wanted more; without one there is a new one. */
function demand(world: World, order: Order, missing: Demand[]): void {
  const [picking] = pickingsOf(world, order.id).filter(isOpen)
  if (!picking) return void deliver(world, order, missing)
  for (const one of missing) {
    const [move] = movesOf(world, picking.id).filter(({ sale_line_id }) => sale_line_id === one.saleLineId)
    const product_uom_qty = one.quantity.plus(move?.product_uom_qty ?? 0).toString()
    if (move) world.records.update('stock.move', move.id, { product_uom_qty })
    else addMove(world, picking.id, one)
  }
}

/** Gives back what the moves hold beyond what is wanted. @returns what is wanted beyond them */
function reduced(world: World, moves: Move[], wanted: Amount): Amount {
  let left = wanted
  for (const move of moves) {
    const taken = left.lt(move.product_uom_qty) ? left : amount(move.product_uom_qty)
    left = left.minus(taken)
    const picking = one(world.records, 'stock.picking', move.picking_id)
    const excess = amount(move.quantity).minus(taken)
    if (excess.gt(0)) hold(world, move, quantOf(world, move.product_id, picking.warehouse_id), excess.neg())
    const state = taken.isZero() ? 'cancel' : one(world.records, 'stock.move', move.id).state
    world.records.update('stock.move', move.id, { product_uom_qty: taken.toString(), state })
  }
  return left
}

function openMovesOf(world: World, order: Order, line: Line): Move[] {
  const open = new Set(
    pickingsOf(world, order.id)
      .filter(isOpen)
      .map(({ id }) => id),
  )
  return all(world.records, 'stock.move', { sale_line_id: line.id }).filter(
    ({ picking_id, state }) => open.has(picking_id) && state !== 'cancel',
  )
}

const isReplaced = (item: Values, line: Line) => item.product_id !== undefined && item.product_id !== line.product_id
const isBelow = (item: Values, line: Line) =>
  item.product_uom_qty !== undefined && amount(String(item.product_uom_qty)).lt(line.qty_delivered)

const added = (item: Values): Difference => ({
  line: String(item.clarity_ref),
  field: `New line: ${item.name ?? ''}`,
  odoo: null,
  storefront: shown(item.product_uom_qty ?? ZERO.toString()),
})

function changesOf(line: Line, item: Values): Difference[] {
  const before: Record<string, unknown> = line
  return Object.entries(item).flatMap(([name, value]): Difference[] => {
    if (name === 'extra_tax_data' || JSON.stringify(before[name] ?? null) === JSON.stringify(value ?? null)) return []
    const label = fieldsOf('sale.order.line')?.[name]?.string ?? name
    const odoo = shown(before[name])
    return [{ line: line.clarity_ref ?? '', field: `${line.name}: ${label}`, odoo, storefront: shown(value) }]
  })
}

const shown = (value: unknown): string | null =>
  value === null || value === undefined ? null : Array.isArray(value) ? value.join(', ') : String(value)
const same = (a: Stored | undefined, b: Stored | undefined) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)
