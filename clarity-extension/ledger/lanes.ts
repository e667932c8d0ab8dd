import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import {
  type ClarityEnvelope,
  clarityEnvelope,
  type EventType,
  type OdooEnvelope,
  odooEnvelope,
  type Source,
} from '../../shared/events.ts'
import type { Priority, Worth } from './types.ts'
import { worthOf } from './worth.ts'

/** Where an event belongs. */
export interface Routed {
  type: EventType
  /** One entity instance: its events run in order. */
  lane: string
  subject: string
  priority: Priority
  /** The parsed envelope. */
  body: ClarityEnvelope | OdooEnvelope
  /** Of the W3C traceparent in the body, if there is one. */
  traceId: string | undefined
  worth: Worth | undefined
}

/** Reads an authentic body. `fault`: it cannot be read, with the field and what was expected there. */
export function route(source: Source | 'bridge', payload: Buffer): Routed | { fault: string } {
  const json = parseJson(payload)
  if ('fault' in json) return json
  if (source === 'clarity') return routeAs(clarityEnvelope, json.value, clarityLane)
  if (source === 'odoo') return routeAs(odooEnvelope, json.value, odooLane)
  const own = routeAs(clarityEnvelope, json.value, clarityLane)
  return 'fault' in own ? routeAs(odooEnvelope, json.value, odooLane) : own
}

/** The lane of a body that nobody could read: it holds nothing up. */
export const unreadableLane = (source: Source): string => `unreadable:${source}`

/** The trace id of a W3C traceparent (https://www.w3.org/TR/trace-context/), undefined when it is not one. */
export function traceIdOf(traceparent: unknown): string | undefined {
  if (typeof traceparent !== 'string') return undefined
  const id = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(traceparent)?.[1]
  return id === undefined || /^0+$/.test(id) ? undefined : id
}

/** Begins with the millisecond, so that the index over trace ids grows at its end; W3C asks only the last seven bytes to be random. */
export function newTraceId(): string {
  // Node keeps random UUIDs in stock; asking for a few random bytes costs ten times as much.
  const random = randomUUID().replaceAll('-', '').slice(12)
  return `${Date.now().toString(16).padStart(12, '0')}${random}`
}

type Placed = Pick<Routed, 'lane' | 'subject' | 'priority'>

function routeAs<E extends ClarityEnvelope | OdooEnvelope>(
  shape: z.ZodType<E>,
  json: unknown,
  laneOf: (envelope: E) => Placed,
): Routed | { fault: string } {
  const parsed = shape.safeParse(json)
  if (!parsed.success) return { fault: say(parsed.error) }
  const body = parsed.data
  const traceparent = 'traceparent' in body.data ? body.data.traceparent : undefined
  return {
    type: body.type,
    body,
    traceId: traceIdOf(traceparent),
    worth: worthOf(body.type, body.data),
    ...laneOf(body),
  }
}

function clarityLane({ type, data }: ClarityEnvelope): Placed {
  const id = data.id
  const sku = text(data.sku) ?? id
  switch (type) {
    case 'order.created':
    case 'order.updated':
    case 'order.cancelled':
    case 'order.paymentUpdated':
      return { lane: `order:${id}`, subject: text(data.number) ?? id, priority: 0 }
    case 'return.created':
    case 'return.updated':
      return { lane: `return:${id}`, subject: text(data.orderId) ?? id, priority: 0 }
    case 'customer.created':
    case 'customer.updated':
      return { lane: `customer:${id}`, subject: id, priority: 1 }
    case 'inventory.updated':
      return { lane: `inventory:${id}`, subject: sku, priority: 2 }
    case 'product.created':
    case 'product.updated':
      return { lane: `product:${id}`, subject: sku, priority: 3 }
  }
}

function odooLane({ type, data }: OdooEnvelope): Placed {
  switch (type) {
    case 'sale_order.changed':
    case 'picking.done':
    case 'picking.tracking':
      return { lane: `order:${data.order.ref}`, subject: data.order.ref, priority: 1 }
    case 'invoice.changed':
      return { lane: `invoice:${data.invoice_id}`, subject: data.order.ref, priority: 1 }
    case 'return.changed':
      return { lane: `return:${data.return.ref}`, subject: data.return.ref, priority: 1 }
    case 'stock.changed': {
      const subject = data.sku || `#${data.product_id}`
      return { lane: `stock:${subject}`, subject, priority: 2 }
    }
    case 'product.changed':
      return { lane: `odoo-product:${data.product_id}`, subject: data.sku || `#${data.product_id}`, priority: 3 }
    case 'partner.changed':
      return { lane: `customer:${data.customer.ref}`, subject: data.customer.ref, priority: 2 }
    case 'pricelist_item.changed':
      return { lane: `price:${data.item_id}`, subject: `#${data.item_id}`, priority: 3 }
  }
}

function parseJson(payload: Buffer): { value: unknown } | { fault: string } {
  try {
    return { value: JSON.parse(payload.toString('utf8')) }
  } catch {
    // The parser's own message quotes the body, which may hold personal data.
    return { fault: 'The body is not JSON.' }
  }
}

function say(error: z.ZodError): string {
  const [issue] = error.issues
  return issue ? `/${issue.path.join('/')}: ${issue.message}` : 'The body has another shape.'
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
