import { z } from 'zod'

/** What the storefront may tell us. */
export const clarityEventTypes = [
  'order.created',
  'order.updated',
  'order.cancelled',
  'order.paymentUpdated',
  'customer.created',
  'customer.updated',
  'product.created',
  'product.updated',
  'inventory.updated',
  'return.created',
  'return.updated',
] as const

/** What the addon may tell us (odoo-bridge/openapi.yaml, webhooks). */
export const odooEventTypes = [
  'sale_order.changed',
  'picking.done',
  'picking.tracking',
  'stock.changed',
  'invoice.changed',
  'return.changed',
  'product.changed',
  'partner.changed',
  'pricelist_item.changed',
] as const

export type ClarityEventType = (typeof clarityEventTypes)[number]
export type OdooEventType = (typeof odooEventTypes)[number]
export type EventType = ClarityEventType | OdooEventType
export type Source = 'clarity' | 'odoo'

/** A webhook's body. The snapshot in `data` is a hint: the record's own version decides. */
export const clarityEnvelope = z.object({
  type: z.enum(clarityEventTypes),
  timestamp: z.iso.datetime(),
  data: z.looseObject({
    id: z.string().min(1),
    externalKey: z.string().nullish(),
    updatedAt: z.iso.datetime(),
  }),
})
export type ClarityEnvelope = z.infer<typeof clarityEnvelope>

const reference = z.object({ id: z.int(), ref: z.string() })
export const odooEnvelope = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('sale_order.changed'),
    timestamp: z.iso.datetime(),
    data: z.object({ order: reference, traceparent: z.string().nullish() }),
  }),
  z.object({
    type: z.enum(['picking.done', 'picking.tracking']),
    timestamp: z.iso.datetime(),
    data: z.object({ picking_id: z.int(), order: reference, traceparent: z.string().nullish() }),
  }),
  z.object({
    type: z.literal('stock.changed'),
    timestamp: z.iso.datetime(),
    data: z.object({ product_id: z.int(), sku: z.string().nullish() }),
  }),
  z.object({
    type: z.literal('invoice.changed'),
    timestamp: z.iso.datetime(),
    data: z.object({ invoice_id: z.int(), order: reference, traceparent: z.string().nullish() }),
  }),
  z.object({
    type: z.literal('return.changed'),
    timestamp: z.iso.datetime(),
    data: z.object({ return: reference, traceparent: z.string().nullish() }),
  }),
  z.object({
    type: z.literal('product.changed'),
    timestamp: z.iso.datetime(),
    data: z.object({ product_id: z.int(), sku: z.string().nullish() }),
  }),
  z.object({
    type: z.literal('partner.changed'),
    timestamp: z.iso.datetime(),
    data: z.object({ partner_id: z.int(), customer: reference, traceparent: z.string().nullish() }),
  }),
  z.object({
    type: z.literal('pricelist_item.changed'),
    timestamp: z.iso.datetime(),
    data: z.object({ item_id: z.int() }),
  }),
])
export type OdooEnvelope = z.infer<typeof odooEnvelope>

/** Many events of Odoo in one signed request, when many things changed at once. Each keeps its own webhook id. */
export const odooParcel = z.object({
  type: z.literal('parcel'),
  timestamp: z.iso.datetime(),
  data: z.object({
    events: z
      .array(z.object({ webhook_id: z.string().min(1), body: z.unknown() }))
      .min(1)
      .max(500),
  }),
})
