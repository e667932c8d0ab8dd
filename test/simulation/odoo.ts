import type { PickingState } from '../../clarity-extension/mapping/shipment.ts'
import type { OrderState } from '../../clarity-extension/mapping/status.ts'
import type { StockState } from '../../clarity-extension/mapping/stock.ts'
import type { Order } from '../../shared/entities.ts'
import type { Clock } from './clock.ts'
import type { Sender } from './sender.ts'

/** An Odoo as far as orders, deliveries and stock go; what the addon tells of them included. */
export interface Odoo {
  orders: Map<string, SaleOrder>
  /** How often an order was made: once each. */
  made: Map<string, number>
  pickings: Map<number, PickingState>
  apply(order: Order): { status: 'created' | 'updated' | 'unchanged' | 'stale'; state: OrderState }
  state(ref: string): OrderState | undefined
  stock(skus: string[], pending: string[]): { asOf: string; stock: StockState[]; held: string[] }
  free(sku: string): number
  /** Sold or found beside the storefront. */
  adjust(sku: string, by: number): void
  /** Delivers an order that is confirmed and whose goods are there. */
  ship(): void
}

export interface SaleOrder {
  id: number
  ref: string
  sku: string
  quantity: number
  total: string
  note: string
  version: string
  state: 'sale' | 'cancel'
  shipped: boolean
}

export function odoo(clock: Clock, outbox: Sender, skus: readonly string[], dice: (below: number) => number): Odoo {
  const orders = new Map<string, SaleOrder>()
  const made = new Map<string, number>()
  const pickings = new Map<number, PickingState>()
  const onHand = new Map(skus.map((sku) => [sku, 20 + dice(20)]))
  let messages = 0

  const tell = (type: string, data: object, key?: string) =>
    outbox.send({ id: `odoo_${++messages}`, body: { type, timestamp: new Date(clock.now()).toISOString(), data } }, key)
  const tellStock = (sku: string) => tell('stock.changed', { product_id: skus.indexOf(sku) + 1, sku }, `stock:${sku}`)
  const tellOrder = ({ id, ref }: SaleOrder) => tell('sale_order.changed', { order: { id, ref } }, `order:${ref}`)
  const free = (sku: string) => {
    let quantity = onHand.get(sku) ?? 0
    for (const order of orders.values())
      if (order.sku === sku && order.state === 'sale' && !order.shipped) quantity -= order.quantity
    return quantity
  }
  const stateOf = (order: SaleOrder): OrderState => ({
    ref: order.ref,
    id: order.id,
    name: `S${order.id}`,
    state: order.state,
    delivery_status: order.state === 'cancel' ? null : order.shipped ? 'full' : 'pending',
    amount_total: order.total,
    amount_tax: '0.00',
    currency: 'USD',
    version: order.version,
    pickings: [],
  })

  return {
    orders,
    made,
    pickings,
    free,
    state: (ref) => {
      const order = orders.get(ref)
      return order && stateOf(order)
    },
    apply(source) {
      const [item] = source.items
      if (!item) throw new Error('an order without lines')
      const wanted = {
        sku: item.sku,
        quantity: Number(item.quantity),
        total: source.total,
        note: source.note ?? '',
        state: source.status === 'cancelled' ? ('cancel' as const) : ('sale' as const),
      }
      const there = orders.get(source.id)
      if (there && source.updatedAt < there.version) return { status: 'stale', state: stateOf(there) }
      const same = there && Object.entries(wanted).every(([key, value]) => Reflect.get(there, key) === value)
      if (there && same) {
        there.version = source.updatedAt
        return { status: 'unchanged', state: stateOf(there) }
      }
      // What has left the warehouse stays sold.
      const state = there?.shipped ? there.state : wanted.state
      const order = there ?? { id: orders.size + 1, ref: source.id, shipped: false, version: '', ...wanted }
      Object.assign(order, wanted, { state, version: source.updatedAt })
      orders.set(source.id, order)
      if (!there) made.set(source.id, (made.get(source.id) ?? 0) + 1)
      tellStock(order.sku)
      return { status: there ? 'updated' : 'created', state: stateOf(order) }
    },
    stock: (wanted, pending) => ({
      asOf: new Date(clock.now()).toISOString(),
      stock: wanted.map((sku) => ({
        sku,
        warehouse: 'WH',
        free_quantity: String(free(sku)),
        on_hand: String(onHand.get(sku) ?? 0),
      })),
      held: pending.filter((ref) => orders.has(ref)),
    }),
    adjust(sku, by) {
      onHand.set(sku, Math.max(0, (onHand.get(sku) ?? 0) + by))
      tellStock(sku)
    },
    ship() {
      const ready = [...orders.values()].filter(
        ({ state, shipped, sku, quantity }) => state === 'sale' && !shipped && (onHand.get(sku) ?? 0) >= quantity,
      )
      const order = ready[dice(Math.max(1, ready.length))]
      if (!order) return
      order.shipped = true
      onHand.set(order.sku, (onHand.get(order.sku) ?? 0) - order.quantity)
      const id = pickings.size + 1
      pickings.set(id, {
        id,
        name: `WH/OUT/${id}`,
        state: 'done',
        order: { id: order.id, ref: order.ref },
        warehouse: 'WH',
        done_at: new Date(clock.now()).toISOString(),
        lines: [{ line_ref: `${order.ref}-1`, sku: order.sku, quantity: String(order.quantity) }],
      })
      tell('picking.done', { picking_id: id, order: { id: order.id, ref: order.ref } })
      tellOrder(order)
      tellStock(order.sku)
    },
  }
}
