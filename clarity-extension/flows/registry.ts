import type { EventType } from '../../shared/events.ts'
import type { Connection } from '../../shared/outcome.ts'
import { type CustomerToClarityPorts, customerToClarity } from './customer-to-clarity.ts'
import { type CustomerToOdooPorts, customerToOdoo } from './customer-to-odoo.ts'
import type { Flow } from './flow.ts'
import { type InvoicePorts, invoiceToClarityFlow } from './invoice-to-clarity.ts'
import { notSynced } from './not-synced.ts'
import { type OrderStatusPorts, orderStatusToClarity } from './order-status-to-clarity.ts'
import { type OrderToOdooPorts, orderToOdoo } from './order-to-odoo.ts'
import { type PriceFlowPorts, priceRulesToClarity } from './price-rules-to-clarity.ts'
import { type ProductFlowPorts, productToClarity } from './product-to-clarity.ts'
import { type ProductToOdooPorts, productToOdoo } from './product-to-odoo.ts'
import { type ReturnToClarityPorts, returnToClarityFlow } from './return-to-clarity.ts'
import { type ReturnToOdooPorts, returnToOdooFlow } from './return-to-odoo.ts'
import { type ShipmentPorts, shipmentToClarityFlow } from './shipment-to-clarity.ts'
import { type StockFlowPorts, stockToClarity } from './stock-to-clarity.ts'

export interface MasterPorts {
  customer: CustomerToOdooPorts
  product: ProductToOdooPorts
  productToClarity: ProductFlowPorts
  priceToClarity: PriceFlowPorts
  customerToClarity: CustomerToClarityPorts
}

export interface Ports extends MasterPorts {
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
  'product.changed': {
    name: 'product-to-clarity',
    flow: (ports) => productToClarity(ports.productToClarity),
    coalesce: true,
  },
  'pricelist_item.changed': {
    name: 'price-rules-to-clarity',
    flow: (ports) => priceRulesToClarity(ports.priceToClarity),
    coalesce: true,
  },
  'partner.changed': {
    name: 'customer-to-clarity',
    flow: (ports) => customerToClarity(ports.customerToClarity),
    coalesce: true,
  },
  'customer.created': { name: 'customer-to-odoo', flow: (ports) => customerToOdoo(ports.customer) },
  'customer.updated': { name: 'customer-to-odoo', flow: (ports) => customerToOdoo(ports.customer) },
  'product.created': { name: 'product-to-odoo', flow: (ports) => productToOdoo(ports.product) },
  'product.updated': { name: 'product-to-odoo', flow: (ports) => productToOdoo(ports.product) },
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
  /** What it asks something of. Default: both sides. */
  needs?: readonly Connection[]
  /** Milliseconds a lane rests after a delivery: what changes meanwhile goes out together. */
  restMs?: number
}

export const hasFlow = (type: EventType): boolean => registry[type].name !== NOT_SYNCED

/** For metrics: the flow that runs an event of this type. */
export const flowNameOf = (type: string): string =>
  Object.entries(registry).find(([name]) => name === type)?.[1].name ?? 'none'

function ignored(reason: string): Entry {
  // Every order of a product tells of its stock: one by one they would be half of what the bridge does.
  return { name: NOT_SYNCED, flow: () => notSynced(reason), coalesce: true, needs: [] }
}
