import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Order } from '../../shared/entities.ts'
import { until } from '../bench/figures.ts'
import { checkout, springfield } from '../support/shop.ts'
import { openStage, type Stage } from '../support/stage.ts'

const MINUTES = 60_000
let stage: Stage
beforeAll(async () => {
  stage = await openStage()
}, 10 * MINUTES)
afterAll(async () => stage?.dispose(), 2 * MINUTES)

let guest = 500
const place = (change: Parameters<typeof checkout>[1] = {}) => stage.shop.place(checkout(guest++, change))

interface Line {
  ref: string | null
  quantity: string
  discount: string
  price: string
}
const saleOrder = async (order: Order) => {
  const [row] = await stage.odoo.psql<{ id: number; state: string; total: string; note: string | null }>(
    'select id, state, amount_total total, note from sale_order where origin = $1',
    [order.number],
  )
  return row
}
const linesOf = (order: Order) =>
  stage.odoo.psql<Line>(
    'select l.clarity_ref ref, l.product_uom_qty quantity, l.discount, l.price_unit price from sale_order_line l join sale_order o on o.id = l.order_id where o.origin = $1 order by l.id',
    [order.number],
  )
const confirmed = (order: Order) =>
  until(`order ${order.number} in Odoo`, 60_000, async () => {
    const row = await saleOrder(order)
    return row?.state === 'sale' && row
  })
const readyPicking = (order: Order) =>
  until(`a delivery of ${order.number}`, 60_000, async () => {
    const [row] = await stage.odoo.psql<{ id: number }>(
      "select p.id from stock_picking p join sale_order o on o.id = p.sale_id where o.origin = $1 and p.state = 'assigned'",
      [order.number],
    )
    return row
  })
const ship = async (order: Order) => {
  const { id } = await readyPicking(order)
  await stage.admin('stock.picking', 'button_validate', { ids: [id], context: { skip_backorder: true } })
}
const edit = (order: Order, change: object) => stage.shop.control('PATCH', `/orders/${order.id}`, change)

/** What a person is asked about, as the panel shows it. */
const task = async (lane: string) => {
  const { event, cause } = await until(`a task about ${lane}`, 60_000, async () =>
    stage.attempts().findLast((attempt) => attempt.lane === lane && attempt.outcome === 'review'),
  )
  const { facts } = await stage.panel<{ facts: Record<string, unknown> }>('GET', `/events/${event}`)
  return { cause, facts }
}

describe('the life of an order', () => {
  it(
    'CASES 36: an edit after confirmation is written where Odoo allows it, a task with both sides where it does not',
    async () => {
      const order = await place({
        items: [
          { sku: 'TEE-RED-M', quantity: '2' },
          { sku: 'MUG-BLU', quantity: '1' },
        ],
      })
      await confirmed(order)
      const moved = { ...springfield, name: 'Guest', line1: '2 Other St' }
      const [first] = order.items
      await edit(order, {
        note: 'Ring twice',
        shippingAddress: moved,
        items: [
          { lineId: first?.lineId, sku: 'TEE-RED-M', quantity: '3' },
          { sku: 'TEA-EARL', quantity: '1' },
        ],
      })
      const edited = await stage.shop.order(order.id)
      await until(
        'the edit in Odoo',
        60_000,
        async () => Number((await saleOrder(order))?.total) === Number(edited.total),
      )
      const quantities = (await linesOf(order)).map(({ ref, quantity }) => [ref, Number(quantity)])
      expect(quantities).toEqual(
        expect.arrayContaining([
          ['L1', 3],
          ['L2', 0],
          ['L3', 1],
        ]),
      )
      expect((await saleOrder(order))?.note).toContain('Ring twice')
      const { id } = await readyPicking(order)
      const [address] = await stage.odoo.psql<{ street: string }>(
        'select r.street from stock_picking p join res_partner r on r.id = p.partner_id where p.id = $1',
        [id],
      )
      expect(address?.street).toBe('2 Other St')

      await ship(order)
      await edit(order, {
        items: [
          { lineId: 'L1', sku: 'TEE-RED-M', quantity: '1' },
          { lineId: 'L3', sku: 'TEA-EARL', quantity: '1' },
        ],
      })
      const { cause, facts } = await task(`order:${order.id}`)
      expect(cause).toBe('already_delivered')
      expect(facts.differences).toContainEqual(expect.objectContaining({ line: 'L1', odoo: '3', storefront: '1' }))
      expect((await linesOf(order)).map(({ quantity }) => Number(quantity))).toEqual([3, 0, 5, 1])
    },
    3 * MINUTES,
  )

  it(
    'CASES 35: a cancellation before delivery cancels; after it, nothing is cancelled silently and a person is asked',
    async () => {
      const early = await place()
      const late = await place()
      await confirmed(early)
      await confirmed(late)
      await ship(late)
      await stage.shop.control('POST', `/orders/${early.id}/cancel`, {})
      await until('it is cancelled in Odoo', 60_000, async () => (await saleOrder(early))?.state === 'cancel')
      await until('it is shipped', 60_000, async () => (await stage.shop.order(late.id)).status === 'shipped')
      await stage.shop.control('POST', `/orders/${late.id}/cancel`, {})
      expect(await task(`order:${late.id}`)).toMatchObject({ cause: 'already_delivered' })
      expect((await saleOrder(late))?.state).toBe('sale')
    },
    3 * MINUTES,
  )
})
