import { afterAll, beforeAll, expect } from 'vitest'
import type { Order } from '../../../shared/entities.ts'
import { amount } from '../../../shared/money.ts'
import type { Chain } from '../../support/cause-chain.ts'
import { type Checkout, checkout } from '../../support/shop.ts'
import { openStage, type Stage } from '../../support/stage.ts'
import { until } from '../../support/until.ts'

/** Set when it stands. */
export let stage: Stage
let guest = 7000

/** A real Odoo and the storefront's sandbox, for all chains of the file. */
export function standing(): void {
  beforeAll(async () => {
    stage = await openStage({ silent: true, lossy: true })
    const [tee] = await products('TEE-RED-M')
    await stage.admin('product.product', 'write', { ids: [tee], vals: { invoice_policy: 'order' } })
    const [mug] = await products('MUG-BLU')
    await stage.admin('product.product', 'write', { ids: [mug], vals: { invoice_policy: 'delivery' } })
    for (const name of ['price', 'return'])
      await stage.admin('ir.config_parameter', 'set_param', { key: `clarity_bridge.emit_${name}`, value: '1' })
  })
  afterAll(async () => stage?.dispose())
}

export const products = (sku: string) =>
  stage.admin<number[]>('product.product', 'search', { domain: [['default_code', '=', sku]] })
export const create = async (model: string, vals: object, context: object = {}): Promise<number> => {
  const [id] = await stage.admin<number[]>(model, 'create', { vals_list: [vals], context })
  if (id === undefined) throw new Error(`Odoo made no ${model}`)
  return id
}
export const write = (model: string, id: number | undefined, vals: object) =>
  stage.admin(model, 'write', { ids: [id], vals })

export const place = (change: Partial<Checkout> = {}) => stage.shop.place(checkout(guest++, change))
export const tell = async (data: object, type = 'order.created') =>
  expect(await stage.deliver({ type, data })).toBe(202)
export const laneOf = ({ id }: { id: string }) => `order:${id}`
export const unpaid = (order: Order): Order => ({
  ...order,
  payments: order.payments.map((payment) => ({ ...payment, state: 'pending' })),
})

interface SaleOrder {
  id: number
  name: string
  state: string
  total: string
  partner: number
}
export const saleOrders = ({ number }: Order) =>
  stage.odoo.psql<SaleOrder>(
    'select id, name, state, amount_total total, partner_id partner from sale_order where origin = $1',
    [number],
  )
export const confirmed = (order: Order) =>
  until(`order ${order.number} in Odoo`, async () => {
    const [row] = await saleOrders(order)
    return row?.state === 'sale' && row
  })
export const told = (order: Order) =>
  until(`${order.number} known in the shop`, async () => {
    const shown = await stage.shop.order(order.id)
    return shown.externalKey && shown
  })
export const ship = async (order: Order) => {
  const { id } = await until(`a delivery of ${order.number}`, async () => {
    const [row] = await stage.odoo.psql<{ id: number }>(
      "select p.id from stock_picking p join sale_order o on o.id = p.sale_id where o.origin = $1 and p.state = 'assigned'",
      [order.number],
    )
    return row
  })
  await stage.admin('stock.picking', 'button_validate', { ids: [id], context: { skip_backorder: true } })
  return id
}
export async function invoiced(order: Order): Promise<number> {
  const { id } = await confirmed(order)
  const context = { active_model: 'sale.order', active_ids: [id] }
  const wizard = await create(
    'sale.advance.payment.inv',
    { advance_payment_method: 'delivered', sale_order_ids: [[6, 0, [id]]] },
    context,
  )
  await stage.admin('sale.advance.payment.inv', 'create_invoices', { ids: [wizard], context })
  const rows = await stage.odoo.psql<{ id: number }>(
    `select distinct m.id from account_move m join account_move_line ml on ml.move_id = m.id
       join sale_order_line_invoice_rel r on r.invoice_line_id = ml.id join sale_order_line l on l.id = r.order_line_id
      where l.order_id = $1 and m.state = 'draft'`,
    [id],
  )
  const [draft] = rows
  if (!draft) throw new Error(`no invoice of ${order.number}`)
  await stage.admin('account.move', 'action_post', { ids: [draft.id] })
  return draft.id
}

/** Once in Odoo, to the cent, and the storefront knows as what. */
export async function rightOf(order: Order): Promise<void> {
  const [row, ...others] = await saleOrders(order)
  expect(others).toEqual([])
  expect(row?.state).toBe('sale')
  expect(amount(row?.total ?? 0).toFixed(2)).toBe(order.total)
  expect(await told(order)).toMatchObject({ externalKey: row?.name, status: 'processing' })
}

type Fault = Omit<Chain, 'fault' | 'held' | 'right'> & {
  order?: (order: Order) => Order
  placed?: () => Partial<Checkout>
}
/** A new order that Odoo does not take as it is. */
export function newOrder(
  { order: change = (given) => given, placed = () => ({}), ...rest }: Fault,
  before?: () => Promise<unknown>,
): Chain {
  let order: Order | undefined
  const made = () => order ?? missing()
  return {
    ...rest,
    async fault() {
      await before?.()
      order = change(await place(placed()))
      await tell(order)
      return laneOf(order)
    },
    held: async () => expect(await saleOrders(made())).toEqual([]),
    right: () => rightOf(made()),
  }
}
export function missing(): never {
  throw new Error('its fault comes first')
}
