import type { InventoryRow, RowResult } from '../../clarity-extension/flows/stock-to-clarity.ts'
import type { ShipmentBody } from '../../clarity-extension/mapping/shipment.ts'
import { mayMove } from '../../clarity-extension/sandbox/storefront/order-status.ts'
import { type Order, type OrderStatus, order as orderShape } from '../../shared/entities.ts'
import type { Clock } from './clock.ts'
import type { Sender } from './sender.ts'

/** A storefront as far as orders, their shipments and stock go: it sells what it shows. */
export interface Storefront {
  orders: Map<string, Order>
  shown(sku: string): number
  /** @returns whether there was enough */
  sell(sku: string, quantity: number): boolean
  change(id: string): void
  cancel(id: string): void
  read(id: string): Order
  putInventory(rows: InventoryRow[]): RowResult[]
  /** @returns whether an order that stands as it does may go there */
  patchStatus(id: string, status: OrderStatus, externalKey: string): boolean
  postShipment(orderId: string, body: ShipmentBody): { id: string }
  patchShipment(id: string, change: Partial<ShipmentBody>): void
  shipments: Map<string, { id: string; orderId: string; body: ShipmentBody }>
}

interface Shelf {
  quantity: number
  /** Of the number, or of the last sale after it: older numbers are refused. */
  asOf: number
}

const PRICE = 7

/** @param changed a shelf's number was replaced by one that Odoo read at this time */
export function storefront(clock: Clock, outbox: Sender, changed: (sku: string, asOf: number) => void): Storefront {
  const orders = new Map<string, Order>()
  const shelves = new Map<string, Shelf>()
  const shipments: Storefront['shipments'] = new Map()
  let messages = 0
  let version = 0

  /** Strictly later than every one before. */
  const stamp = () => {
    version = Math.max(clock.now(), version + 1)
    return new Date(version).toISOString()
  }
  const tell = (type: string, order: Order) =>
    outbox.send({
      id: `shop_${++messages}`,
      body: {
        type,
        timestamp: new Date(clock.now()).toISOString(),
        // As an older storefront: enough to know what was sold, not enough to write an order from.
        data: (({ id, number, updatedAt, status, placedAt, items }) => ({
          id,
          number,
          updatedAt,
          status,
          placedAt,
          items,
        }))(order),
      },
    })
  const known = (id: string): Order => {
    const order = orders.get(id)
    if (!order) throw new Error(`the storefront has no order ${id}`)
    return order
  }

  return {
    orders,
    shipments,
    shown: (sku) => shelves.get(sku)?.quantity ?? 0,
    read: (id) => structuredClone(known(id)),
    sell(sku, quantity) {
      const shelf = shelves.get(sku)
      if (!shelf || shelf.quantity < quantity) return false
      shelf.quantity -= quantity
      shelf.asOf = clock.now()
      const id = `o${orders.size + 1}`
      const total = `${quantity * PRICE}.00`
      const address = { name: 'Ada', line1: '1 Main St', city: 'Springfield', country: 'US' }
      const order = orderShape.parse({
        id,
        number: id.toUpperCase(),
        updatedAt: stamp(),
        status: 'pending',
        contact: { name: 'Ada', email: 'ada@example.com' },
        currency: 'USD',
        pricesIncludeTax: false,
        items: [
          {
            lineId: `${id}-1`,
            sku,
            name: sku,
            quantity: String(quantity),
            unitPrice: `${PRICE}.00`,
            discountAmount: '0.00',
            taxAmount: '0.00',
            taxRate: '0',
            total,
          },
        ],
        shippingLines: [],
        discounts: [],
        subtotal: total,
        shippingTotal: '0.00',
        taxTotal: '0.00',
        total,
        payments: [],
        billingAddress: address,
        shippingAddress: address,
        placedAt: new Date(clock.now()).toISOString(),
      })
      orders.set(id, order)
      tell('order.created', order)
      return true
    },
    change(id) {
      const order = known(id)
      Object.assign(order, { note: `changed at ${clock.now()}`, updatedAt: stamp() })
      tell('order.updated', order)
    },
    cancel(id) {
      const order = known(id)
      if (order.status !== 'pending' && order.status !== 'processing') return
      Object.assign(order, { status: 'cancelled', updatedAt: stamp() })
      tell('order.cancelled', order)
    },
    putInventory: (rows) =>
      rows.map(({ sku, quantity, asOf }) => {
        const at = Date.parse(asOf)
        const shelf = shelves.get(sku)
        if (shelf && at <= shelf.asOf) return { status: 'stale' }
        shelves.set(sku, { quantity: Number(quantity), asOf: at })
        changed(sku, at)
        return { status: 'ok' }
      }),
    patchStatus(id, status, externalKey) {
      const order = known(id)
      if (order.status !== 'cancelled' && !mayMove(order.status, status)) return false
      Object.assign(order, { externalKey, ...(order.status === 'cancelled' ? {} : { status }) })
      return true
    },
    patchShipment(id, change) {
      const shipment = [...shipments.values()].find((one) => one.id === id)
      if (!shipment) throw new Error(`the storefront has no shipment ${id}`)
      Object.assign(shipment.body, change)
    },
    postShipment(orderId, body) {
      // The picking's name is the key: the same one again is the same shipment.
      const there = shipments.get(body.externalKey)
      if (there) return there
      const shipment = { id: `sh${shipments.size + 1}`, orderId, body }
      shipments.set(body.externalKey, shipment)
      return shipment
    },
  }
}
