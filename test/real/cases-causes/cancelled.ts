import { expect } from 'vitest'
import type { Order } from '../../../shared/entities.ts'
import { amount } from '../../../shared/money.ts'
import type { Chain } from '../../support/cause-chain.ts'
import { confirmed, create, laneOf, saleOrders, stage, tell } from './standing.ts'

interface Late {
  repair(): Promise<unknown>
  right(): Promise<void>
}
/** CASES 35: the storefront cancels what a person has to take back in Odoo. */
export function cancelledLate(
  order: Order,
  says: RegExp,
  before: () => Promise<unknown>,
  { repair, right }: Late,
): Chain {
  return {
    async fault() {
      await before()
      await stage.shop.control('POST', `/orders/${order.id}/cancel`, {})
      await tell(await stage.shop.order(order.id), 'order.cancelled')
      return laneOf(order)
    },
    says,
    held: async () => expect(await saleOrders(order)).toMatchObject([{ state: 'sale' }]),
    repair,
    end: 'close',
    async right() {
      expect((await stage.shop.order(order.id)).status).toBe('cancelled')
      await right()
    },
  }
}

export const takeBack = (order: Order): Late => ({
  async repair() {
    const [done] = await stage.odoo.psql<{ id: number }>(
      "select p.id from stock_picking p join sale_order o on o.id = p.sale_id where o.origin = $1 and p.state = 'done'",
      [order.number],
    )
    const wizard = await create('stock.return.picking', { picking_id: done?.id })
    const { res_id } = await stage.admin<{ res_id: number }>('stock.return.picking', 'action_create_returns_all', {
      ids: [wizard],
    })
    await stage.admin('stock.picking', 'button_validate', { ids: [res_id] })
  },
  async right() {
    const rows = await stage.odoo.psql<{ delivered: string }>(
      `select l.qty_delivered delivered from sale_order_line l join sale_order o on o.id = l.order_id
        where o.origin = $1 and not l.is_delivery`,
      [order.number],
    )
    expect(rows.map(({ delivered }) => Number(delivered))).toEqual([0])
  },
})

export const creditAndCancel = (order: Order): Late => ({
  async repair() {
    const [invoice] = await stage.odoo.psql<{ id: number; journal: number }>(
      "select id, journal_id journal from account_move where move_type = 'out_invoice' and invoice_origin = $1",
      [(await confirmed(order)).name],
    )
    const context = { active_model: 'account.move', active_ids: [invoice?.id] }
    const wizard = await create('account.move.reversal', { journal_id: invoice?.journal, reason: 'cancelled' }, context)
    await stage.admin('account.move.reversal', 'refund_moves', { ids: [wizard], context })
    const [credit] = await stage.odoo.psql<{ id: number }>('select id from account_move where reversed_entry_id = $1', [
      invoice?.id,
    ])
    await stage.admin('account.move', 'action_post', { ids: [credit?.id] })
    await stage.admin('sale.order', 'action_cancel', { ids: [(await confirmed(order)).id] })
  },
  async right() {
    expect(await saleOrders(order)).toMatchObject([{ state: 'cancel' }])
    const rows = await stage.odoo.psql<{ total: string }>(
      `select c.amount_total total from account_move c join account_move i on i.id = c.reversed_entry_id
        where i.invoice_origin = $1 and c.state = 'posted'`,
      [(await saleOrders(order))[0]?.name],
    )
    expect(rows.map(({ total }) => amount(total).toFixed(2))).toEqual([order.total])
  },
})
