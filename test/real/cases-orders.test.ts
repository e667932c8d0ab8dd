import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Order } from '../../shared/entities.ts'
import { checkout, springfield } from '../support/shop.ts'
import { openStage, type Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage({ silent: true, lossy: true })
})
afterAll(async () => stage?.dispose())

let guest = 1000
/** An order of a guest nobody knows yet, placed but not told to anybody. */
const place = (change: Parameters<typeof checkout>[1] = {}) => stage.shop.place(checkout(guest++, change))
const created = (order: Order) => ({ type: 'order.created', data: order })
const updated = (order: Order, change: object) => ({ type: 'order.updated', data: { ...order, ...change } })
const later = (order: Order, seconds: number) => new Date(Date.parse(order.updatedAt) + seconds * 1000).toISOString()

interface SaleOrder {
  id: number
  name: string
  state: string
  amount_total: string
  client_order_ref: string | null
  note: string | null
  partner_id: number
  partner_invoice_id: number
  partner_shipping_id: number
}
const inOdoo = (order: Order) =>
  stage.odoo.psql<SaleOrder>('select * from sale_order where origin = $1', [order.number])
const arrived = (order: Order) =>
  until(`order ${order.number} in Odoo`, async () => {
    const [row] = await inOdoo(order)
    return row?.state === 'sale' && row
  })

interface Row {
  id: string
  type: string
  state: string
  cause: string | null
}
const eventsOf = async (order: Order, type = 'order.') =>
  (await stage.panel<{ items: Row[] }>('GET', `/events?q=${encodeURIComponent(`order:${order.id}`)}`)).items.filter(
    (row) => row.type.startsWith(type),
  )
const settled = (order: Order, many = 1) =>
  until(`${many} events of order ${order.number} settled`, async () => {
    const rows = await eventsOf(order)
    return rows.length >= many && rows.every(({ state }) => state !== 'ready' && state !== 'running') && rows
  })

describe('nothing lost, nothing twice', () => {
  it('CASES 1: the same event five times at once is one sale order, and every call is answered 2xx', async () => {
    const order = await place()
    const answers = await Promise.all(Array.from({ length: 5 }, () => stage.deliver(created(order), `msg_${order.id}`)))
    expect(answers).toEqual([202, 202, 202, 202, 202])
    await arrived(order)
    await settled(order)
    expect(await inOdoo(order)).toHaveLength(1)
  })

  it('CASES 1: five different deliveries of one order at once are one sale order too', async () => {
    const order = await place()
    await Promise.all(Array.from({ length: 5 }, () => stage.deliver(created(order))))
    await settled(order, 5)
    expect(await inOdoo(order)).toHaveLength(1)
  })

  it('CASES 2: Odoo commits and its answer is lost: the retry finds the same order and the same partner', async () => {
    const order = await place()
    stage.proxy?.lose('/clarity.bridge/apply')
    await stage.deliver(created(order))
    await arrived(order)
    await until('the answer to be lost', async () => stage.proxy?.lost === 1)
    await settled(order)
    expect(await inOdoo(order)).toHaveLength(1)
    const partners = await stage.odoo.psql('select id from res_partner where email = $1 and parent_id is null', [
      order.contact?.email,
    ])
    expect(partners).toHaveLength(1)
    const { name } = await arrived(order)
    await until('the storefront to know it', async () => (await stage.shop.order(order.id)).externalKey === name)
  })

  it('CASES 3: order.paymentUpdated before order.created: order and payment exist once each', async () => {
    const order = await place()
    const [payment] = order.payments
    await stage.deliver({ type: 'order.paymentUpdated', data: { ...order, updatedAt: later(order, 5) } })
    await stage.deliver(created(order))
    await settled(order, 2)
    expect(await inOdoo(order)).toHaveLength(1)
    const payments = await stage.odoo.psql<{ amount: string; state: string }>(
      "select p.amount, p.state from account_payment p join clarity_link l on l.res_id = p.id and l.res_model = 'account.payment' where l.clarity_ref like $1",
      [`${order.id}/%`],
    )
    expect(payments).toHaveLength(1)
    expect(Number(payments[0]?.amount)).toBe(Number(payment?.amount))
    expect(payments[0]?.state).not.toBe('draft')
  })

  it('CASES 4: a delayed older state is ignored and recorded as stale', async () => {
    const order = await place()
    await stage.deliver(updated(order, { updatedAt: later(order, 60), note: 'the newer note' }))
    await arrived(order)
    await settled(order)
    await stage.deliver(created(order))
    const rows = await settled(order, 2)
    expect(rows.map(({ state, cause }) => `${state} ${cause}`)).toContain('skipped stale')
    const [row] = await inOdoo(order)
    expect(row?.note).toContain('the newer note')
  })

  it('CASES 9: concurrent creates that meet serialization failures in Odoo are all created once', async () => {
    const orders = await Promise.all(
      Array.from({ length: 24 }, () => place({ items: [{ sku: 'MUG-BLU', quantity: '1' }] })),
    )
    let disturb = true
    const disturbance = (async () => {
      while (disturb) {
        await stage.odoo.psql(
          "update stock_quant set write_date = now() where product_id = (select id from product_product where default_code = 'MUG-BLU')",
        )
      }
    })()
    await Promise.all(orders.map((order) => stage.deliver(created(order))))
    await Promise.all(orders.map(arrived))
    disturb = false
    await disturbance
    for (const order of orders) expect(await inOdoo(order)).toHaveLength(1)
    await until('every reservation', async () => {
      const [open] = await stage.odoo.psql<{ n: number }>(
        'select count(*)::int n from clarity_link where reservation_pending',
      )
      return open?.n === 0
    })
    const moves = await stage.odoo.psql<{ state: string }>(
      'select m.state from stock_move m join sale_order_line l on l.id = m.sale_line_id join sale_order o on o.id = l.order_id where o.origin = any($1)',
      [orders.map(({ number }) => number)],
    )
    expect(new Set(moves.map(({ state }) => state))).toEqual(new Set(['assigned']))
  })
})

describe('mapping and master data', () => {
  it('CASES 26: an unknown or archived SKU parks its order with the reason, the others flow, and mending it releases it', async () => {
    await stage.shop.call('PUT', '/products/by-key/NEW-SKU', {
      sku: 'NEW-SKU',
      name: 'New in the shop',
      prices: { base: '10.00' },
      currency: 'USD',
      taxCode: 'standard',
      allowBackorder: true,
    })
    const [archived] = await stage.admin<number[]>('product.product', 'search', {
      domain: [['default_code', '=', 'TOTE-NAT']],
    })
    await stage.admin('product.product', 'write', { ids: [archived], vals: { active: false } })
    const unknown = await place({ items: [{ sku: 'NEW-SKU', quantity: '1' }] })
    const gone = await place({ items: [{ sku: 'TOTE-NAT', quantity: '1' }] })
    const variant = await place({ items: [{ sku: 'TEE-RED-L', quantity: '1' }] })
    await Promise.all([unknown, gone, variant].map((order) => stage.deliver(created(order))))

    await arrived(variant)
    const [parked] = await settled(unknown)
    expect(parked).toMatchObject({ state: 'dead', cause: 'unknown_sku' })
    const detail = await stage.panel<{ event: object }>('GET', `/events/${parked?.id}`)
    expect(JSON.stringify(detail)).toContain('NEW-SKU')
    expect(JSON.stringify(detail)).toContain('/items/0/sku')
    expect(await settled(gone)).toMatchObject([{ state: 'dead', cause: 'archived' }])
    expect([...(await inOdoo(unknown)), ...(await inOdoo(gone))]).toEqual([])

    await stage.admin('product.product', 'create', {
      vals_list: [{ name: 'New', default_code: 'NEW-SKU', type: 'consu', is_storable: true }],
    })
    await stage.admin('product.product', 'write', { ids: [archived], vals: { active: true } })
    await stage.panel('POST', '/failures/replay', { cause: 'unknown_sku' })
    await stage.panel('POST', '/failures/replay', { cause: 'archived' })
    await arrived(unknown)
    await arrived(gone)
  })

  it('CASES 27: duplicate internal references are refused and asked about, never the first one taken', async () => {
    const [other] = await stage.admin<number[]>('product.product', 'create', {
      vals_list: [{ name: 'The other mug', default_code: 'TEA-EARL', type: 'consu', is_storable: true }],
    })
    const order = await place({ items: [{ sku: 'TEA-EARL', quantity: '1' }] })
    await stage.deliver(created(order))
    const [parked] = await settled(order)
    expect(parked).toMatchObject({ state: 'dead', cause: 'ambiguous_match' })
    expect(await inOdoo(order)).toEqual([])
    await stage.admin('product.product', 'write', { ids: [other], vals: { default_code: 'TEA-EARL-2' } })
    await stage.panel('POST', `/events/${parked?.id}/replay`)
    await arrived(order)
  })

  it('CASES 28: a guest who orders five times is one partner with its addresses reused; another name is not merged', async () => {
    const n = guest++
    const orders: Order[] = []
    for (let i = 0; i < 5; i++) orders.push(await stage.shop.place(checkout(n)))
    const elsewhere = { ...springfield, name: `Guest ${n}`, line1: '99 Other St' }
    orders.push(await stage.shop.place(checkout(n, { shippingAddress: elsewhere })))
    const stranger = await stage.shop.place(
      checkout(n, { contact: { name: 'Somebody Else', email: `guest${n}@storm.example` } }),
    )
    await Promise.all([...orders, stranger].map((order) => stage.deliver(created(order))))
    const rows = await Promise.all(orders.map(arrived))
    expect(new Set(rows.map((row) => row.partner_id)).size).toBe(1)
    expect(new Set(rows.slice(0, 5).map((row) => row.partner_shipping_id)).size).toBe(1)
    expect(rows[5]?.partner_shipping_id).not.toBe(rows[0]?.partner_shipping_id)
    expect(new Set(rows.map((row) => row.partner_invoice_id)).size).toBe(1)
    const other = await arrived(stranger)
    expect(other.partner_id).not.toBe(rows[0]?.partner_id)
    const [kept] = await stage.odoo.psql<{ street: string }>('select street from res_partner where id = $1', [
      rows[0]?.partner_shipping_id,
    ])
    expect(kept?.street).toBe(`${n} Main St`)
  })

  it('CASES 29: a region code is looked up within its country', async () => {
    const milan = {
      name: 'Anna',
      line1: 'Via Roma 1',
      city: 'Milano',
      postalCode: '20121',
      region: 'MI',
      country: 'IT',
    }
    const detroit = {
      name: 'Ann',
      line1: '1 Woodward Ave',
      city: 'Detroit',
      postalCode: '48226',
      region: 'MI',
      country: 'US',
    }
    const orders = await Promise.all(
      [milan, detroit].map((address) => place({ billingAddress: address, shippingAddress: address })),
    )
    await Promise.all(orders.map((order) => stage.deliver(created(order))))
    const states = await Promise.all(
      orders.map(async (order) => {
        const { partner_shipping_id } = await arrived(order)
        const [row] = await stage.odoo.psql<{ state: string; country: string }>(
          'select s.name state, c.code country from res_partner p join res_country_state s on s.id = p.state_id join res_country c on c.id = s.country_id where p.id = $1',
          [partner_shipping_id],
        )
        return `${row?.state} ${row?.country}`
      }),
    )
    expect(states[0]).toMatch(/^Milano.* IT$/)
    expect(states[1]).toMatch(/^Michigan.* US$/)
  })

  it('CASES 32: unicode, right-to-left names, long notes and HTML arrive as text', async () => {
    const name = 'عمر 🚲 <b>Ünïcode</b> & Söhne'
    const note = `<script>alert(1)</script> ${'ñ🙂 '.repeat(990)}end`.slice(0, 4000)
    const address = { ...springfield, name }
    const order = await place({
      contact: { name, email: 'unicode@storm.example' },
      billingAddress: address,
      shippingAddress: address,
      purchaseOrderNumber: 'PO <i>7</i>',
      note,
    })
    await stage.deliver(created(order))
    const row = await arrived(order)
    const [partner] = await stage.odoo.psql<{ name: string }>('select name from res_partner where id = $1', [
      row.partner_id,
    ])
    expect(partner?.name).toBe(name)
    expect(row.client_order_ref).toBe('PO <i>7</i>')
    expect(row.note).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(row.note).not.toContain('<script>')
    expect(row.note).toContain('ñ🙂')
  })
})
