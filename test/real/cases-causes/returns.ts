import { expect } from 'vitest'
import { type Order, type ReturnRequest, returnRequest } from '../../../shared/entities.ts'
import { amount } from '../../../shared/money.ts'
import type { Chain } from '../../support/cause-chain.ts'
import { confirmed, invoiced, missing, place, rightOf, ship, stage, tell } from './standing.ts'

const requestReturn = async (order: Order, lineId: string, restock: boolean): Promise<ReturnRequest> => {
  const item = order.items.find((one) => one.lineId === lineId)
  const items = [{ lineId, sku: item?.sku, quantity: '1', reason: 'too small', restock }]
  const refundAmount = amount(item?.total ?? 0)
    .plus(item?.taxAmount ?? 0)
    .toFixed(2)
  return returnRequest.parse(await stage.shop.control('POST', '/returns', { orderId: order.id, items, refundAmount }))
}
const move = async ({ id }: ReturnRequest, status: string) =>
  returnRequest.parse(await stage.shop.call('PATCH', `/returns/${id}/status`, { status }))
const returnsOf = (order: Order) =>
  stage.odoo.psql<{ status: string; receipts: number; credited: string | null }>(
    `select r.status, (select count(*)::int from stock_picking p where p.clarity_return_id = r.id) receipts,
            (select sum(m.amount_total) from account_move m where m.clarity_return_id = r.id and m.state = 'posted') credited
       from clarity_return r join sale_order o on o.id = r.order_id where o.origin = $1`,
    [order.number],
  )

/** A return whose order Odoo does not have. */
export function earlyReturn(): Chain {
  let order: Order | undefined
  return {
    async fault() {
      order = await place()
      const request = await requestReturn(order, 'L1', true)
      await tell(request, 'return.created')
      return `return:${request.id}`
    },
    says: /order/i,
    async repair() {
      await tell(order ?? missing())
      await confirmed(order ?? missing())
    },
    end: 'replay',
    async right() {
      await rightOf(order ?? missing())
      expect(await returnsOf(order ?? missing())).toEqual([{ status: 'requested', receipts: 0, credited: null }])
    },
  }
}

/** Goods that come back before they have left. */
export function returnedEarly(order: Order): Chain {
  return {
    async fault() {
      const request = await move(await requestReturn(order, 'L1', true), 'approved')
      await tell(request, 'return.updated')
      return `return:${request.id}`
    },
    says: /Only what was delivered can come back/,
    held: async () => expect(await returnsOf(order)).toEqual([]),
    repair: () => ship(order),
    end: 'replay',
    right: async () => expect(await returnsOf(order)).toEqual([{ status: 'approved', receipts: 1, credited: null }]),
  }
}

/** Money back for what is on no invoice. */
export function refundedEarly(order: Order): Chain {
  let request: ReturnRequest | undefined
  return {
    async fault() {
      await invoiced(order)
      await ship(order)
      request = await move(await requestReturn(order, 'L2', false), 'refunded')
      await tell(request, 'return.updated')
      return `return:${request.id}`
    },
    says: /was not invoiced/,
    held: async () => expect(await returnsOf(order)).toEqual([]),
    repair: () => invoiced(order),
    end: 'replay',
    async right() {
      const [row, ...others] = await returnsOf(order)
      expect(others).toEqual([])
      expect({ ...row, credited: amount(row?.credited ?? 0).toFixed(2) }).toEqual({
        ...{ status: 'refunded', receipts: 0, credited: request?.refundAmount },
      })
    },
  }
}
