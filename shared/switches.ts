import { clarityEventTypes, type EventType, type Source } from './events.ts'

/**
 * What a merchant decides per entity: which way it travels, and which side is the record of which of its fields.
 * A new entity costs one line in `entities` and one per event type in `entityOf`.
 */
export const directions = ['toOdoo', 'toClarity'] as const
export type Direction = (typeof directions)[number]

/** Fields that have one owner together. */
export const fieldGroups = ['content', 'price', 'stock', 'addresses', 'terms'] as const
export type FieldGroup = (typeof fieldGroups)[number]

/** What becomes of a change on the side that is not the record: nothing, with a reason; or a person decides. */
export const otherwises = ['ignore', 'propose'] as const
export type Otherwise = (typeof otherwises)[number]

export interface Owner {
  side: Source
  otherwise: Otherwise
}

export interface EntityRule {
  /** Directions that are off until a merchant switches them on. */
  off?: readonly Direction[]
  /** Groups whose owner a merchant may choose, with what holds until he does. An entity whose way is given has none. */
  owners: Partial<Record<FieldGroup, Owner>>
}

const clarity: Owner = { side: 'clarity', otherwise: 'ignore' }
const odoo: Owner = { side: 'odoo', otherwise: 'ignore' }

export const entities = {
  order: { owners: {} },
  shipment: { owners: {} },
  stock: { owners: { stock: odoo } },
  product: { owners: { content: odoo, price: odoo } },
  price: { owners: { price: odoo } },
  // Terms are the price list, the credit limit and the hold: granted by who keeps the accounts.
  customer: { owners: { content: clarity, addresses: clarity, terms: odoo } },
  payment: { owners: {} },
  invoice: { owners: {} },
  return: { owners: {} },
} satisfies Record<string, EntityRule>

export type Entity = keyof typeof entities
export const entityNames = Object.keys(entities).filter((name): name is Entity => name in entities)

/** The cause of a change that waits for a person because it comes from the side that is not the record. */
export const PROPOSED = 'proposed_change'

/** Which entity an event is about. */
export const entityOf: Record<EventType, Entity> = {
  'order.created': 'order',
  'order.updated': 'order',
  'order.cancelled': 'order',
  'order.paymentUpdated': 'order',
  'customer.created': 'customer',
  'customer.updated': 'customer',
  'product.created': 'product',
  'product.updated': 'product',
  'inventory.updated': 'stock',
  'return.created': 'return',
  'return.updated': 'return',
  'sale_order.changed': 'order',
  'picking.done': 'shipment',
  'picking.tracking': 'shipment',
  'stock.changed': 'stock',
  'invoice.changed': 'invoice',
  'return.changed': 'return',
  'product.changed': 'product',
  'partner.changed': 'customer',
  'pricelist_item.changed': 'price',
}

const fromClarity: ReadonlySet<string> = new Set(clarityEventTypes)
export const directionOf = (type: EventType): Direction => (fromClarity.has(type) ? 'toOdoo' : 'toClarity')
export const senderOf = (direction: Direction): Source => (direction === 'toOdoo' ? 'clarity' : 'odoo')

export const ruleOf = (entity: Entity): EntityRule => entities[entity]
