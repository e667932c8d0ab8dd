import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import type { EventDetail } from '../../clarity-extension/ledger/queries.ts'
import { FakeLedger } from './fake-ledger.ts'
import { fakeLookups } from './fake-lookups.ts'

export const scenarios = ['empty', 'well', 'many', 'failing'] as const
export type Scenario = (typeof scenarios)[number]

/** A ledger with a believable hour behind it. The same numbers every time. */
export function scenario(name: Scenario, now: () => number): FakeLedger {
  const ledger = new FakeLedger(now)
  ledger.lookups = fakeLookups(now(), name)
  if (name === 'empty') return ledger
  const count = name === 'many' ? 10_000 : 160
  const start = now()
  let trace = 0
  for (let index = 0; index < count; index++) {
    const age = name === 'many' ? index * 900 : index * 21_000 + Math.round(9000 * (1 + Math.sin(index)))
    const receivedAt = start - 4000 - age
    const order = 3200 - Math.floor(index / 4)
    if (index % 4 === 0) trace += 1
    ledger.events.push(
      event(count - index + 1000, kinds[index % kinds.length] ?? 'order.created', order, receivedAt, trace),
    )
  }
  if (name === 'failing') fail(ledger, start)
  else waiting(ledger, start)
  return ledger
}

const kinds = ['picking.done', 'sale_order.changed', 'stock.changed', 'order.created']

function event(id: number, type: string, order: number, receivedAt: number, trace: number): EventDetail {
  const fromOdoo = type !== 'order.created'
  const stock = type === 'stock.changed'
  const sku = skus[id % skus.length] ?? 'MUG-BLUE'
  const took = 180 + ((id * 37) % 260) + (id % 41 === 0 ? 1900 : 0)
  return {
    id,
    source: fromOdoo ? 'odoo' : 'clarity',
    type,
    lane: stock ? `product:${sku}` : `order:${order}`,
    subject: stock ? sku : `#${order}`,
    state: stock && id % 3 === 0 ? 'skipped' : 'done',
    attempts: 1,
    receivedAt,
    dueAt: receivedAt,
    settledAt: receivedAt + took,
    cause: stock && id % 3 === 0 ? 'unchanged' : null,
    message: stock && id % 3 === 0 ? 'The storefront already shows this number.' : doneText(type, order, sku),
    traceId: (trace * 7919).toString(16).padStart(8, '0').repeat(4),
    webhookId: `msg_${(id * 104_729).toString(16).padStart(8, '0').repeat(4)}`,
    priority: stock ? 2 : 0,
    payload: JSON.stringify(payload(type, order, sku, receivedAt)),
    correction: null,
    correctedBy: null,
    correctedAt: null,
    assignee: null,
    comments: [],
    settledBy: null,
    details: null,
    attemptLog: [attempt(1, receivedAt + 40, took - 60, type, order, sku)],
    related: [],
  }
}

function attempt(number: number, startedAt: number, durationMs: number, type: string, order: number, sku: string) {
  const steps =
    type === 'order.created'
      ? [
          {
            step: 'read',
            at: 1,
            ms: 14,
            summary: `Order #${order} is current, version 3`,
            data: { total: '129.90', currency: 'EUR', items: 2 },
          },
          {
            step: 'map',
            at: 15,
            ms: 2,
            summary: '11 rules applied, 2 order lines',
            data: { order_line: [{ product: sku, qty: '2', price_unit: '59.95' }], client_order_ref: `#${order}` },
          },
          {
            step: 'apply',
            at: 18,
            ms: durationMs - 40,
            summary: `Odoo confirmed S${String(order + 400).padStart(5, '0')}`,
            data: { status: 'created', model: 'sale.order', id: order + 400 },
          },
          {
            step: 'put',
            at: durationMs - 20,
            ms: 19,
            summary: 'Storefront order has its Odoo number',
            data: { status: 'confirmed', externalKey: `sale.order/${order + 400}` },
          },
        ]
      : [
          {
            step: 'read',
            at: 1,
            ms: 36,
            summary: 'Read the current state in Odoo',
            data: { picking: `WH/OUT/${order}` },
          },
          { step: 'put', at: 38, ms: durationMs - 40, summary: 'Written to the storefront', data: { status: 201 } },
        ]
  return { number, startedAt, durationMs, outcome: 'done', cause: null, message: doneText(type, order, sku), steps }
}

const doneText = (type: string, order: number, sku: string): string =>
  ({
    'order.created': `Sale order S${String(order + 400).padStart(5, '0')} confirmed`,
    'picking.done': `Shipment of #${order} written to the storefront`,
    'sale_order.changed': `#${order} is processing`,
    'stock.changed': `${sku}: 42 in stock`,
  })[type] ?? ''

function payload(type: string, order: number, sku: string, at: number) {
  const timestamp = new Date(at).toISOString()
  if (type !== 'order.created')
    return { type, timestamp, data: { picking_id: order + 77, order: { id: order + 400, ref: String(order) } } }
  return {
    type,
    timestamp,
    data: {
      id: String(order),
      number: `#${order}`,
      updatedAt: timestamp,
      currency: 'EUR',
      total: '129.90',
      contact: { name: 'Ada Byron', email: 'ada@example.com', phone: '+44 20 7946 0958' },
      items: [{ lineId: '1', sku, name: 'Enamel mug, blue', quantity: '2', unitPrice: '59.95', total: '119.90' }],
      shippingAddress: {
        name: 'Ada Byron',
        line1: '12 St James Square',
        city: 'London',
        postalCode: 'SW1Y 4LB',
        country: 'GB',
      },
    },
  }
}

function waiting(ledger: FakeLedger, now: number) {
  for (const [index, waiting] of ledger.events.slice(0, 3).entries())
    Object.assign(waiting, {
      state: index === 2 ? 'running' : 'ready',
      settledAt: null,
      attempts: index === 1 ? 1 : 0,
      attemptLog: [],
      message: null,
      dueAt: now + 20_000,
    })
}

/** A whole order, so that a correction of it can be checked. */
function mistyped({ subject, lane }: EventDetail) {
  const data = { ...sample.data, id: lane.slice(lane.indexOf(':') + 1), number: subject }
  const items = data.items.map((item, at) => (at === 0 ? { ...item, sku: 'MUG-BULE' } : item))
  return { ...sample, data: { ...data, items } }
}

const sample = z
  .looseObject({ data: z.looseObject({ items: z.array(z.looseObject({})) }) })
  .parse(JSON.parse(readFileSync(resolve(import.meta.dirname, '../fixtures/events/order.created.json'), 'utf8')))

function fail(ledger: FakeLedger, now: number) {
  const orders = ledger.events.filter((event) => event.type === 'order.created')
  const unknownSku = (sku: string) => ({
    state: 'dead' as const,
    cause: 'unknown_sku',
    message: `Odoo has no product with the SKU ${sku}.`,
    details: [
      {
        code: 'unknown_sku',
        field: '/items/0/sku',
        target: '/order_line/0/product_id',
        value: sku,
        message: `Odoo has no product with the SKU ${sku}.`,
        remedy: `Create the product in Odoo with the internal reference ${sku}, or correct the SKU, then replay.`,
      },
    ],
  })
  for (const event of orders.slice(1, 8)) {
    Object.assign(event, unknownSku('MUG-BULE'), { payload: JSON.stringify(mistyped(event)) })
    event.attemptLog = event.attemptLog.map((log) => ({
      ...log,
      outcome: 'correct',
      cause: 'unknown_sku',
      message: event.message,
      steps: log.steps.slice(0, 2),
    }))
  }
  for (const event of orders.slice(8, 10))
    Object.assign(event, {
      state: 'held',
      cause: 'totals_differ',
      message: 'Odoo computes 129.91 EUR, the storefront 129.90 EUR.',
      details: {
        currency: 'EUR',
        storefront: '129.90',
        odoo: '129.91',
        lines: [{ sku: 'MUG-BLUE', storefront: '119.90', odoo: '119.91' }],
      },
      attemptLog: event.attemptLog.map((log) => ({
        ...log,
        outcome: 'review',
        cause: 'totals_differ',
        message: 'Odoo computes 129.91 EUR.',
      })),
    })
  for (const event of ledger.events.filter((candidate) => candidate.type === 'picking.done').slice(0, 3))
    Object.assign(event, {
      state: 'dead',
      cause: 'timeout',
      message: 'The storefront did not answer within 60 s.',
      attempts: 8,
      receivedAt: now - 26 * 60_000,
      settledAt: now - 60_000,
      attemptLog: Array.from({ length: 8 }, (_, index) => ({
        number: index + 1,
        startedAt: now - (8 - index) * 180_000,
        durationMs: 60_000,
        outcome: 'retry',
        cause: 'timeout',
        message: 'The storefront did not answer within 60 s.',
        steps: [{ step: 'read', at: 2, ms: 31, summary: 'Read the current state in Odoo' }],
      })),
    })
  for (const event of orders.slice(0, 1))
    Object.assign(event, {
      state: 'ready',
      settledAt: null,
      dueAt: now + 40_000,
      attempts: 2,
      cause: 'network',
      message: 'Odoo cannot be reached (ECONNREFUSED).',
    })
  ledger.status = ledger.status.map((status) =>
    status.name === 'odoo'
      ? {
          ...status,
          state: 'paused',
          cause: 'unauthorized',
          message: 'Odoo refused the API key of clarity_bridge: it has expired.',
          since: now - 14 * 60_000,
          waiting: 23,
        }
      : status,
  )
}

const skus = ['MUG-BLUE', 'TEE-M-NAVY', 'LAMP-OAK', 'BAG-CANVAS', 'PEN-BRASS', 'NOTE-A5', 'CUSHION-45']
