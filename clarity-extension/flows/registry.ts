import type { EventType } from '../../shared/events.ts'
import type { Flow } from './flow.ts'
import { type InvoicePorts, invoiceToClarityFlow } from './invoice-to-clarity.ts'
import { notSynced } from './not-synced.ts'
import { type OrderStatusPorts, orderStatusToClarity } from './order-status-to-clarity.ts'
import { type OrderToOdooPorts, orderToOdoo } from './order-to-odoo.ts'
import { type ReturnToClarityPorts, returnToClarityFlow } from './return-to-clarity.ts'
import { type ReturnToOdooPorts, returnToOdooFlow } from './return-to-odoo.ts'
import { type ShipmentPorts, shipmentToClarityFlow } from './shipment-to-clarity.ts'
import { type StockFlowPorts, stockToClarity } from './stock-to-clarity.ts'

export interface Ports {
  order: OrderToOdooPorts
  status: OrderStatusPorts
  shipment: ShipmentPorts
  stock: StockFlowPorts
  invoice: InvoicePorts
  returns: ReturnToOdooPorts & ReturnToClarityPorts
}

const NOT_SYNCED = 'not-synced'

/** Event type -> flow: the only table of what we do. */
export const registry = {
  'order.created': { name: 'order-to-odoo', flow: (ports) => orderToOdoo(ports.order) },
  'order.updated': { name: 'order-to-odoo', flow: (ports) => orderToOdoo(ports.order) },
  'order.cancelled': { name: 'order-to-odoo', flow: (ports) => orderToOdoo(ports.order) },
  'order.paymentUpdated': { name: 'order-to-odoo', flow: (ports) => orderToOdoo(ports.order) },
  'sale_order.changed': { name: 'order-status-to-clarity', flow: (ports) => orderStatusToClarity(ports.status) },
  'picking.done': { name: 'shipment-to-clarity', flow: (ports) => shipmentToClarityFlow(ports.shipment) },
  'picking.tracking': { name: 'shipment-to-clarity', flow: (ports) => shipmentToClarityFlow(ports.shipment) },
  'stock.changed': {
    name: 'stock-to-clarity',
    flow: (ports) => stockToClarity(ports.stock),
    coalesce: true,
    restMs: 3_000,
  },
  'customer.created': ignored('Customers reach Odoo with their first order; profiles are not synchronised.'),
  'customer.updated': ignored('Customers reach Odoo with their first order; profiles are not synchronised.'),
  'product.created': ignored('Odoo is the record for products.'),
  'product.updated': ignored('Odoo is the record for products.'),
  'inventory.updated': ignored('Odoo is the record for stock.'),
  'return.created': { name: 'return-to-odoo', flow: (ports) => returnToOdooFlow(ports.returns) },
  'return.updated': { name: 'return-to-odoo', flow: (ports) => returnToOdooFlow(ports.returns) },
  'invoice.changed': {
    name: 'invoice-to-clarity',
    flow: (ports) => invoiceToClarityFlow(ports.invoice),
    coalesce: true,
  },
  'return.changed': {
    name: 'return-to-clarity',
    flow: (ports) => returnToClarityFlow(ports.returns),
    coalesce: true,
  },
} satisfies Record<EventType, Entry>

export interface Entry {
  name: string
  flow: (ports: Ports) => Flow
  /** Several waiting events of one lane are one piece of work. */
  coalesce?: boolean
  /** Milliseconds a lane rests after a delivery: what changes meanwhile goes out together. */
  restMs?: number
}

export const hasFlow = (type: EventType): boolean => registry[type].name !== NOT_SYNCED

function ignored(reason: string): Entry {
  return { name: NOT_SYNCED, flow: () => notSynced(reason) }
}
