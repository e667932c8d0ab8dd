import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Order } from '../../shared/entities.ts'
import { type Collector, openCollector } from '../support/collector.ts'
import { checkout } from '../support/shop.ts'
import { openStage, type Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'

let stage: Stage
let collector: Collector
beforeAll(async () => {
  collector = await openCollector()
  stage = await openStage({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } })
})
afterAll(async () => {
  await stage?.dispose()
  await collector?.close()
})

interface Picking {
  id: number
  name: string
  state: string
  code: string
}
const pickingsOf = (order: Order) =>
  stage.odoo.psql<Picking>(
    'select p.id, p.name, p.state, w.code from stock_picking p join sale_order o on o.id = p.sale_id join stock_picking_type t on t.id = p.picking_type_id join stock_warehouse w on w.id = t.warehouse_id where o.origin = $1 order by p.id',
    [order.number],
  )
const ready = (order: Order, many: number) =>
  until(`${many} deliveries of ${order.number}`, async () => {
    const rows = (await pickingsOf(order)).filter(({ state }) => state === 'assigned')
    return rows.length === many && rows
  })
const shipped = (order: Order, many: number) =>
  until(`${many} shipments of ${order.number}`, async () => {
    const rows = await stage.shop.shipments(order.id)
    return rows.length === many && rows
  })
const status = (order: Order, wanted: string) =>
  until(`${order.number} to be ${wanted}`, async () => (await stage.shop.order(order.id)).status === wanted)

const expected = (order: Order, day: string) =>
  until(`${order.number} to leave on ${day}`, async () =>
    (await stage.shop.order(order.id)).expectedShipDate?.startsWith(day),
  )

/** Validates a picking with only so many pieces of each move; the rest becomes a backorder. */
async function validate({ id }: Picking, pieces?: number): Promise<void> {
  if (pieces !== undefined) {
    const moves = await stage.odoo.psql<{ id: number }>('select id from stock_move where picking_id = $1', [id])
    await stage.admin('stock.move', 'write', {
      ids: moves.map((move) => move.id),
      vals: { quantity: pieces, picked: true },
    })
  }
  await stage.admin('stock.picking', 'button_validate', { ids: [id], context: { skip_backorder: true } })
}

describe('fulfilment', () => {
  it('one trace follows an order: webhook, ledger, map, apply, Odoo, status, picking and shipment under one id', async () => {
    const order = await stage.shop.place(checkout(9))
    const [picking] = await ready(order, 1)
    await validate(picking as Picking)
    await shipped(order, 1)
    await status(order, 'shipped')
    const wanted = ['webhook', 'ledger', 'map', 'odoo', 'apply', 'status', 'picking', 'shipment']
    const trace = await until('the whole trace at the collector', async () =>
      collector.traces().find((spans) => wanted.every((name) => spans.some((span) => span.name === name))),
    )
    expect(new Set(trace.map(({ traceId }) => traceId)).size).toBe(1)
    const of = (name: string, type?: string) =>
      trace.find((span) => span.name === name && (type === undefined || span.attributes['bridge.type'] === type))
    const placed = of('webhook', 'order.created')
    const done = of('webhook', 'picking.done')
    expect(placed?.attributes['bridge.lane']).toBe(`order:${order.id}`)
    expect(placed?.parentSpanId).toBeUndefined()
    // Each step hangs below its attempt; what Odoo told hangs below the attempt that wrote the order there.
    const parentOf = (span: (typeof trace)[number] | undefined) =>
      trace.find(({ spanId }) => spanId === span?.parentSpanId)
    expect(parentOf(done)).toMatchObject({ name: 'ledger', parentSpanId: placed?.spanId })
    for (const name of ['map', 'odoo', 'apply', 'picking', 'shipment'])
      expect(parentOf(of(name))?.name, name).toBe('ledger')
    expect(parentOf(parentOf(of('shipment')))).toEqual(done)
  })

  it('CASES 5: a picking validated while the bridge is down arrives after recovery, and Odoo’s user is not held up', async () => {
    const order = await stage.shop.place(checkout(1))
    const [picking] = await ready(order, 1)
    await status(order, 'processing')
    await stage.bridge.kill()
    await validate(picking as Picking)
    expect((await pickingsOf(order)).map(({ state }) => state)).toEqual(['done'])
    const [waiting] = await stage.odoo.psql<{ n: number }>(
      "select count(*)::int n from clarity_event where state != 'sent' and event_type = 'picking.done'",
    )
    expect(waiting?.n).toBe(1)
    await stage.bridge.start()
    await shipped(order, 1)
    await status(order, 'shipped')
  })

  it('CASES 33: two warehouses and a backorder are separate shipments; partially shipped until the last', async () => {
    await stage.odoo.shell(`
east = env['stock.warehouse'].search([('code', '=', 'EAST')])
route = env['stock.route'].create({'name': 'From the east', 'product_selectable': True, 'rule_ids': [(0, 0, {
    'name': 'East to customers', 'action': 'pull', 'procure_method': 'make_to_stock', 'picking_type_id': east.out_type_id.id,
    'location_src_id': east.lot_stock_id.id, 'location_dest_id': env.ref('stock.stock_location_customers').id})]})
env['product.product'].search([('default_code', '=', 'MUG-BLU')]).route_ids = [(4, route.id)]
env.cr.commit()
`)
    const order = await stage.shop.place(
      checkout(2, {
        items: [
          { sku: 'TEE-RED-M', quantity: '3' },
          { sku: 'MUG-BLU', quantity: '2' },
        ],
      }),
    )
    const rows = await ready(order, 2)
    const [main, east] = ['WH', 'EAST'].map((code) => rows.find((row) => row.code === code))
    if (!main || !east) throw new Error(`deliveries from ${rows.map(({ code }) => code)}`)
    await validate(main, 2)
    await shipped(order, 1)
    await status(order, 'partiallyShipped')
    await validate(east)
    await shipped(order, 2)
    await status(order, 'partiallyShipped')
    const [backorder] = await ready(order, 1)
    // Its day goes along, also when somebody moves it in Odoo, and is taken back when it left.
    await expected(order, '20')
    const scheduled_date = '2031-05-20 12:00:00'
    await stage.admin('stock.picking', 'write', { ids: [backorder?.id], vals: { scheduled_date } })
    await expected(order, '2031-05-20')
    await validate(backorder as Picking)
    const shipments = await shipped(order, 3)
    await status(order, 'shipped')
    expect((await stage.shop.order(order.id)).expectedShipDate).toBeNull()
    const told = shipments.map(({ externalKey, locationKey, lines }) => [
      externalKey,
      locationKey,
      lines.map(({ sku, quantity }) => `${Number(quantity)} ${sku}`).join(),
    ])
    expect(new Set(told.map((row) => row.join(' ')))).toEqual(
      new Set([`${main.name} main 2 TEE-RED-M`, `${east.name} east 2 MUG-BLU`, `${backorder?.name} main 1 TEE-RED-M`]),
    )
  })

  it('CASES 34: tracking that comes after validation completes the one shipment', async () => {
    const order = await stage.shop.place(checkout(3))
    const [picking] = await ready(order, 1)
    await validate(picking as Picking)
    const [before] = await shipped(order, 1)
    expect(before?.trackingNumber ?? null).toBeNull()
    await stage.admin('stock.picking', 'write', { ids: [picking?.id], vals: { carrier_tracking_ref: '1Z999' } })
    await until('the tracking number', async () => {
      const [after, ...more] = await stage.shop.shipments(order.id)
      expect(more).toEqual([])
      return after?.trackingNumber === '1Z999' && after.id === before?.id
    })
  })

  it('CASES 7: our own writes come back as events and cause no second write, ever', async () => {
    const order = await stage.shop.place(checkout(4))
    const [picking] = await ready(order, 1)
    await validate(picking as Picking)
    await status(order, 'shipped')
    await stage.shop.storefront.idle()
    const quiet = async () => {
      const { items: rows } = await stage.panel<{ items: { id: string; state: string }[] }>('GET', '/events?limit=100')
      return rows.every(({ state }) => state !== 'ready' && state !== 'running') && rows[0]?.id
    }
    const newest = await until('everything settled', quiet)
    const { updatedAt } = await stage.shop.order(order.id)
    const writes = () => stage.odoo.psql('select id, write_date from sale_order where origin = $1', [order.number])
    const before = await writes()
    // Everything that could answer an echo has had its turn: nothing new has come in on either side.
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    expect(await quiet()).toBe(newest)
    expect((await stage.shop.order(order.id)).updatedAt).toBe(updatedAt)
    expect(await writes()).toEqual(before)
  })
})
