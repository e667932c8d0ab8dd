import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newTraceId, route, traceIdOf } from '../../clarity-extension/ledger/lanes.ts'
import { createTrace } from '../../clarity-extension/ledger/trace.ts'
import { clarityEventTypes } from '../../shared/events.ts'

const at = '2026-11-20T12:00:00Z'
const clarity = (type: string, data: object) =>
  route('clarity', Buffer.from(JSON.stringify({ type, timestamp: at, data: { id: '7', updatedAt: at, ...data } })))
const odoo = (type: string, data: object) => route('odoo', Buffer.from(JSON.stringify({ type, timestamp: at, data })))

describe('where an event belongs', () => {
  it.each([
    ['order.created', { number: 'W1001' }, 'order:7', 'W1001', 0],
    ['order.paymentUpdated', {}, 'order:7', '7', 0],
    ['customer.updated', { email: 'a@b.c', name: 'Ada' }, 'customer:7', '7', 1],
    ['product.updated', { sku: 'TEE' }, 'product:7', 'TEE', 3],
    ['inventory.updated', { sku: 'TEE' }, 'inventory:7', 'TEE', 2],
    ['return.created', { orderId: '9' }, 'return:7', '9', 0],
  ])('%s', (type, data, lane, subject, priority) => {
    expect(clarity(type, data)).toMatchObject({ type, lane, subject, priority })
  })

  it.each([
    ['sale_order.changed', { order: { id: 3, ref: '7' } }, 'order:7', '7', 1],
    ['picking.done', { picking_id: 5, order: { id: 3, ref: '7' } }, 'order:7', '7', 1],
    ['picking.tracking', { picking_id: 5, order: { id: 3, ref: '7' } }, 'order:7', '7', 1],
    ['stock.changed', { product_id: 4, sku: 'TEE' }, 'stock:TEE', 'TEE', 2],
    ['stock.changed', { product_id: 4 }, 'stock:#4', '#4', 2],
    ['stock.changed', { product_id: 4, sku: '' }, 'stock:#4', '#4', 2],
  ])('%s %j', (type, data, lane, subject, priority) => {
    expect(odoo(type, data)).toMatchObject({ type, lane, subject, priority })
  })

  it('is known for every type that the storefront may send', () => {
    for (const type of clarityEventTypes) expect(clarity(type, {})).toMatchObject({ type })
  })

  it('of our own work is that of its type', () => {
    const body = Buffer.from(
      JSON.stringify({ type: 'stock.changed', timestamp: at, data: { product_id: 0, sku: 'A' } }),
    )
    expect(route('bridge', body)).toMatchObject({ lane: 'stock:A' })
  })

  it('takes the trace of the change from the body', () => {
    const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`
    expect(odoo('sale_order.changed', { order: { id: 3, ref: '7' }, traceparent })).toMatchObject({
      traceId: 'ab'.repeat(16),
    })
  })

  it('names the field when a body cannot be read, and never throws', () => {
    expect(clarity('order.refunded', {})).toMatchObject({ fault: expect.stringContaining('/type: ') })
    expect(clarity('order.created', { updatedAt: 'yesterday' })).toMatchObject({
      fault: expect.stringContaining('/data/updatedAt: '),
    })
    expect(route('odoo', Buffer.from('{'))).toEqual({ fault: 'The body is not JSON.' })
    fc.assert(
      fc.property(
        fc.constantFrom('clarity', 'odoo'),
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (source, bytes) => {
          expect(route(source, Buffer.from(bytes))).toHaveProperty('fault')
        },
      ),
    )
  })
})

describe('trace ids', () => {
  it('are 32 hex digits and differ', () => {
    const ids = Array.from({ length: 100 }, newTraceId)
    expect(new Set(ids).size).toBe(100)
    for (const id of ids) expect(traceIdOf(`00-${id}-00f067aa0ba902b7-01`)).toBe(id)
  })

  it.each([
    undefined,
    17,
    '',
    'abc',
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${'A'.repeat(32)}-00f067aa0ba902b7-01`,
  ])('are not read from %j', (given) => expect(traceIdOf(given)).toBeUndefined())
})

describe('the steps of an attempt', () => {
  it('carry times, and no secret, no matter how deep it lies', () => {
    let now = 1_000
    const trace = createTrace(() => now)
    now += 5
    trace.step('read', 'order W1', {
      headers: [{ Authorization: 'Bearer x', 'X-Api-Key': 'y' }],
      password: 'z',
      line1: '1 Main St',
    })
    now += 7
    trace.step('apply', 'done')
    expect(trace.steps).toEqual([
      {
        step: 'read',
        at: 0,
        ms: 5,
        summary: 'order W1',
        data: {
          headers: [{ Authorization: '[secret]', 'X-Api-Key': '[secret]' }],
          password: '[secret]',
          line1: '[personal]',
        },
      },
      { step: 'apply', at: 5, ms: 7, summary: 'done' },
    ])
  })

  it('stay small whatever a flow hands over', () => {
    const trace = createTrace()
    const circular: { self?: unknown } = {}
    circular.self = circular
    trace.step('odd', 'circular', circular)
    for (let n = 0; n < 300; n++) trace.step('step', 'x'.repeat(5_000), { big: 'y'.repeat(50_000) })
    expect(trace.steps).toHaveLength(101)
    expect(JSON.stringify(trace.steps).length).toBeLessThan(200_000)
  })
})
