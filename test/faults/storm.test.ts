import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { catalogue } from '../../clarity-extension/sandbox/catalogue.ts'
import { amount } from '../../shared/money.ts'
import { sellableIn } from '../support/sellable.ts'
import { checkout } from '../support/shop.ts'
import { openStage, type Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'

/**
 * The promise of the whole product in one test: 200 orders of 50 customers, every webhook three times in random order, the
 * extension killed twice, Odoo restarted once, its database away for ten seconds.
 */
const ORDERS = 200
const CUSTOMERS = 50
const MINUTES = 60_000

let stage: Stage
beforeAll(async () => {
  stage = await openStage({
    ownPostgres: true,
    storefront: { delivery: { schedule: [0, 500, 1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000] } },
  })
})
afterAll(async () => stage?.dispose())

describe('200 orders through every kind of trouble', () => {
  it('each is in Odoo exactly once, confirmed, with the storefront’s total, and the storefront knows it', async () => {
    const { shop, bridge, odoo } = stage
    await shop.control('POST', '/webhooks', { copies: 3, spreadMs: 8_000 })
    for (let n = 0; n < ORDERS; n++) await shop.place(cart(n))

    await waitFor('a first part of the orders', async () => (await confirmed()) >= 15)
    await bridge.kill()
    await bridge.start()
    await waitFor('a second part', async () => (await confirmed()) >= 50)
    await odoo.restart()
    await waitFor('a third part', async () => (await confirmed()) >= 90)
    await bridge.kill()
    await bridge.start()
    await waitFor('a fourth part', async () => (await confirmed()) >= 120)
    await odoo.stopPostgres()
    await new Promise((resolve) => setTimeout(resolve, 10_000))
    await odoo.startPostgres()
    await waitFor('the rest', async () => (await confirmed()) >= ORDERS)
    await shop.storefront.idle()

    const placed = await shop.orders()
    const held = await odoo.psql<{
      origin: string
      amount_total: string
      amount_tax: string
      state: string
      name: string
    }>('select origin, amount_total, amount_tax, state, name from sale_order')
    expect(held).toHaveLength(ORDERS)
    const byNumber = new Map(held.map((row) => [row.origin, row]))
    for (const order of placed) {
      const row = byNumber.get(order.number)
      expect(row, order.number).toMatchObject({ state: 'sale' })
      expect(amount(row?.amount_total ?? 0).eq(order.total), `total of ${order.number}`).toBe(true)
      expect(amount(row?.amount_tax ?? 0).eq(order.taxTotal), `tax of ${order.number}`).toBe(true)
    }
    const [partners] = await odoo.psql<{ n: number }>(
      "select count(*)::int n from res_partner where email like '%@storm.example' and parent_id is null",
    )
    expect(partners?.n).toBe(CUSTOMERS)
    await waitFor('every status in the storefront', async () =>
      (await shop.orders()).every(
        ({ number, status, externalKey }) => status === 'processing' && externalKey === byNumber.get(number)?.name,
      ),
    )
  })

  it('validating every picking, a third of them in part, gives the right shipments once each', async () => {
    const { shop, odoo, admin } = stage
    await waitFor('every reservation', async () => {
      const [open] = await odoo.psql<{ n: number }>(
        'select count(*)::int n from clarity_link where reservation_pending',
      )
      return open?.n === 0
    })
    const pickings = await odoo.psql<{ id: number; name: string }>(
      "select id, name from stock_picking where state = 'assigned' and sale_id is not null order by id",
    )
    expect(pickings.length).toBeGreaterThanOrEqual(ORDERS * 0.9)
    for (const [index, { id }] of pickings.entries()) {
      if (index % 3 === 0) await shipInPart(id)
      await admin('stock.picking', 'button_validate', { ids: [id], context: { skip_backorder: true } })
    }

    const done = await odoo.psql<{ picking: string; order: string; line: string; quantity: string }>(`
      select p.name picking, o.origin "order", l.clarity_ref line, sum(m.quantity)::text quantity
      from stock_picking p join sale_order o on o.id = p.sale_id join stock_move m on m.picking_id = p.id
      join sale_order_line l on l.id = m.sale_line_id
      where p.state = 'done' and m.state = 'done' group by 1, 2, 3`)
    const wanted = new Map(
      done.map(({ picking, order, line, quantity }) => [`${order} ${picking} ${line}`, Number(quantity)]),
    )
    const shipped = async () => {
      const found = new Map<string, number>()
      for (const order of await shop.orders()) {
        for (const { externalKey, lines } of await shop.shipments(order.id)) {
          for (const { lineId, quantity } of lines) {
            const key = `${order.number} ${externalKey} ${lineId}`
            found.set(key, (found.get(key) ?? 0) + Number(quantity))
          }
        }
      }
      return found
    }
    await waitFor('every shipment', async () => (await shipped()).size >= wanted.size)
    expect(Object.fromEntries(await shipped())).toEqual(Object.fromEntries(wanted))

    const statuses = await odoo.psql<{ origin: string; delivery_status: string }>(
      'select origin, delivery_status from sale_order',
    )
    const should = new Map(
      statuses.map(({ origin, delivery_status }) => [
        origin,
        { full: 'shipped', partial: 'partiallyShipped' }[delivery_status] ?? 'processing',
      ]),
    )
    await waitFor('every status', async () =>
      (await shop.orders()).every(({ number, status }) => status === should.get(number)),
    )
  })

  it('the storefront’s stock is Odoo’s sellable quantity for every SKU and location', async () => {
    const { shop, odoo } = stage
    const differences = async () => {
      const odooSays = await sellableIn(odoo)
      return (await shop.inventory())
        .map(({ sku, locationKey, quantity }) => ({ key: `${sku} ${locationKey}`, quantity: Number(quantity) }))
        .filter(({ key, quantity }) => quantity !== (odooSays.get(key) ?? 0))
        .map(({ key, quantity }) => `${key}: ${quantity}, Odoo ${odooSays.get(key)}`)
    }
    await until('the stock to agree', async () => (await differences()).length === 0).catch(() => undefined)
    expect(await differences()).toEqual([])
  })
})

/** Enough of each at the storefront's main location, which is where shoppers' orders are taken from. */
const products = catalogue.products.filter(({ stock }) => stock.WH >= 50)

function cart(n: number) {
  const pick = (offset: number) => products[(n * 7 + offset * 13) % products.length]?.sku ?? ''
  const skus = [...new Set([pick(0), pick(1), pick(2)].slice(0, 1 + (n % 3)))]
  return checkout(n % CUSTOMERS, {
    items: skus.map((sku, index) => ({ sku, quantity: String(1 + ((n + index) % 2)) })),
  })
}

/** One piece less of the first line; a delivery of one piece goes whole. */
async function shipInPart(pickingId: number): Promise<void> {
  const { odoo, admin } = stage
  const moves = await odoo.psql<{ id: number; quantity: number }>(
    `select id, product_uom_qty::float quantity from stock_move where picking_id = ${pickingId} and state = 'assigned' order by id`,
  )
  const [first] = moves
  if (!first || moves.reduce((sum, { quantity }) => sum + quantity, 0) < 2) return
  for (const { id, quantity } of moves) {
    const part = id === first.id ? quantity - 1 : quantity
    if (part > 0) await admin('stock.move', 'write', { ids: [id], vals: { quantity: part, picked: true } })
    else await admin('stock.move', 'write', { ids: [id], vals: { quantity: 0, picked: false } })
  }
}

async function confirmed(): Promise<number> {
  const [row] = await stage.odoo.psql<{ n: number }>("select count(*)::int n from sale_order where state = 'sale'")
  return row?.n ?? 0
}

const waitFor = (what: string, ask: () => Promise<boolean>) => until(what, ask, { limitMs: 5 * MINUTES, everyMs: 250 })
