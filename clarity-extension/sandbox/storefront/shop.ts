import { z } from 'zod'
import {
  customer,
  inventoryLocation,
  invoice,
  order,
  priceRule,
  product,
  returnRequest,
  shipment,
  storedInventoryLevel,
} from '../../../shared/entities.ts'
import { clarityEventTypes } from '../../../shared/events.ts'
import { createCollection } from './collection.ts'
import type { Db } from './database.ts'
import { createEvents } from './events.ts'
import { createSettings } from './settings.ts'
import { createTaken } from './taken.ts'

export const webhookEndpoint = z.object({
  id: z.string(),
  url: z.string(),
  events: z.array(z.enum(clarityEventTypes)).min(1),
  enabled: z.boolean(),
  disabledReason: z.enum(['gone', 'exhausted', 'switched_off']).nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export type WebhookEndpoint = z.infer<typeof webhookEndpoint>

export type Shop = ReturnType<typeof createShop>

/** Everything the storefront knows, by noun. */
export function createShop(db: Db, clock: () => number) {
  const endpoints = createCollection(db, 'webhookEndpoint', webhookEndpoint, clock)
  return {
    db,
    clock,
    settings: createSettings(db),
    orders: createCollection(db, 'order', order, clock),
    shipments: createCollection(db, 'shipment', shipment, clock),
    inventory: createCollection(db, 'inventory', storedInventoryLevel, clock),
    locations: createCollection(db, 'location', inventoryLocation, clock),
    products: createCollection(db, 'product', product, clock),
    customers: createCollection(db, 'customer', customer, clock),
    priceRules: createCollection(db, 'priceRule', priceRule, clock),
    invoices: createCollection(db, 'invoice', invoice, clock),
    returns: createCollection(db, 'return', returnRequest, clock),
    taken: createTaken(db),
    endpoints,
    events: createEvents(db, endpoints, clock),
  }
}
