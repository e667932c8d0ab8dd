import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { invoice as invoiceShape, type Order, order as orderShape, returnRequest } from '../../shared/entities.ts'
import { amount, currencyDigits, round } from '../../shared/money.ts'
import { newWebhookId, signHeaders } from '../../shared/signature.ts'
import { checkout, springfield } from '../support/shop.ts'
import { openStage, type Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(async () => stage?.dispose())

let guest = 500
const place = (change: Parameters<typeof checkout>[1] = {}) => stage.shop.place(checkout(guest++, change))

interface Line {
  ref: string | null
  quantity: string
  discount: string
  price: string
}
const saleOrder = async (order: Order) => {
  const [row] = await stage.odoo.psql<{ id: number; state: string; total: string; note: string | null }>(
    'select id, state, amount_total total, note from sale_order where origin = $1',
    [order.number],
  )
  return row
}
const linesOf = (order: Order) =>
  stage.odoo.psql<Line>(
    'select l.clarity_ref ref, l.product_uom_qty quantity, l.discount, l.price_unit price from sale_order_line l join sale_order o on o.id = l.order_id where o.origin = $1 order by l.id',
    [order.number],
  )
const confirmed = (order: Order) =>
  until(`order ${order.number} in Odoo`, async () => {
    const row = await saleOrder(order)
    return row?.state === 'sale' && row
  })
const readyPicking = (order: Order) =>
  until(`a delivery of ${order.number}`, async () => {
    const [row] = await stage.odoo.psql<{ id: number }>(
      "select p.id from stock_picking p join sale_order o on o.id = p.sale_id where o.origin = $1 and p.state = 'assigned'",
      [order.number],
    )
    return row
  })
const ship = async (order: Order) => {
  const { id } = await readyPicking(order)
  await stage.admin('stock.picking', 'button_validate', { ids: [id], context: { skip_backorder: true } })
}
const edit = (order: Order, change: object) => stage.shop.control('PATCH', `/orders/${order.id}`, change)

/** What a person is asked about, as the panel shows it. */
const task = async (lane: string) => {
  const ofLane = () => stage.attempts().filter((attempt) => attempt.lane === lane)
  const { event, cause } = await until(`a task about ${lane}`, async () =>
    ofLane().findLast(({ outcome }) => outcome === 'review'),
  ).catch((late: Error) => {
    throw new Error(`${late.message}: ${ofLane().map(({ type, outcome, cause }) => `${type} ${outcome} ${cause}`)}`)
  })
  const { facts } = await stage.panel<{ facts: Record<string, unknown> }>('GET', `/events/${event}`)
  return { cause, facts }
}

describe('the life of an order', () => {
  it('CASES 36: an edit after confirmation is written where Odoo still allows it', async () => {
    const order = await place({
      items: [
        { sku: 'TEE-RED-M', quantity: '2' },
        { sku: 'MUG-BLU', quantity: '1' },
      ],
    })
    await confirmed(order)
    const moved = { ...springfield, name: 'Guest', line1: '2 Other St' }
    const [first] = order.items
    await edit(order, {
      note: 'Ring twice',
      shippingAddress: moved,
      items: [
        { lineId: first?.lineId, sku: 'TEE-RED-M', quantity: '3' },
        { sku: 'TEA-EARL', quantity: '1' },
      ],
    })
    const edited = await stage.shop.order(order.id)
    await until('the edit in Odoo', async () => Number((await saleOrder(order))?.total) === Number(edited.total))
    const quantities = (await linesOf(order)).map(({ ref, quantity }) => [ref, Number(quantity)])
    expect(quantities).toEqual(
      expect.arrayContaining([
        ['L1', 3],
        ['L2', 0],
        ['L3', 1],
      ]),
    )
    expect((await saleOrder(order))?.note).toContain('Ring twice')
    const { id } = await readyPicking(order)
    const [address] = await stage.odoo.psql<{ street: string }>(
      'select r.street from stock_picking p join res_partner r on r.id = p.partner_id where p.id = $1',
      [id],
    )
    expect(address?.street).toBe('2 Other St')

    // What was added goes with it, what was taken off is neither delivered nor awaited back.
    const moves = () =>
      stage.odoo.psql<{ picking: number; sku: string; state: string }>(
        `select m.picking_id picking, p.default_code sku, m.state from stock_move m
             join product_product p on p.id = m.product_id join sale_order_line l on l.id = m.sale_line_id
             join sale_order o on o.id = l.order_id where o.origin = $1 order by sku`,
        [order.number],
      )
    // The order's change is there before its pieces are reserved; until then Odoo asks whether the rest is to follow later.
    await until('every piece to be reserved', async () =>
      (await moves()).every(({ state }) => state === 'assigned' || state === 'cancel'),
    )
    expect(await moves()).toEqual([
      { picking: id, sku: 'MUG-BLU', state: 'cancel' },
      { picking: id, sku: 'TEA-EARL', state: 'assigned' },
      { picking: id, sku: 'TEE-RED-M', state: 'assigned' },
    ])
    expect(await stage.admin('stock.picking', 'button_validate', { ids: [id] })).toBe(true)
    const [shipment] = await until('the shipment of the edited order', async () => {
      const rows = await stage.shop.shipments(order.id)
      return rows.length > 0 && rows
    })
    expect(shipment?.lines.map(({ lineId, quantity }) => [lineId, Number(quantity)]).sort()).toEqual([
      ['L1', 3],
      ['L3', 1],
    ])
    const shipped = async () => (await stage.shop.order(order.id)).status === 'shipped'
    await until('the order to be shipped', shipped)
  })

  it('holds what is below its minimum and what the customer is warned of, until a person approves; and the customer rises to its level', async () => {
    const [tag] = await stage.admin<number[]>('product.tag', 'create', { vals_list: [{ name: 'By the dozen' }] })
    await stage.admin('res.partner.category', 'create', { vals_list: [{ name: 'Comes again' }] })
    const [tee] = await stage.admin<number[]>('product.product', 'search', {
      domain: [['default_code', '=', 'TEE-RED-M']],
    })
    const entry = (table: string, key: string, result: string) =>
      stage.panel('PUT', `/lookups/${table}/entry`, { key, result })
    const buyer = { name: 'Rita Regular', email: 'rita@regular.example' }
    const buys = (quantity: string) => place({ contact: buyer, items: [{ sku: 'TEE-RED-M', quantity }] })
    const customer = async () => {
      const [row] = await stage.odoo.psql<{ id: number; tags: string | null }>(
        `select p.id, (select string_agg(c.name->>'en_US', ',') from res_partner_res_partner_category_rel r
             join res_partner_category c on c.id = r.category_id where r.partner_id = p.id) tags
             from res_partner p where p.email = $1 and p.parent_id is null`,
        [buyer.email],
      )
      return row
    }
    await confirmed(await buys('1'))
    expect((await customer())?.tags).toBeNull()

    await stage.admin('product.product', 'write', { ids: [tee], vals: { additional_product_tag_ids: [[4, tag]] } })
    await stage.admin('res.partner', 'write', { ids: [(await customer())?.id], vals: { sale_warn_msg: 'Pays late' } })
    await entry('customer_level', 'orders:2', 'Comes again')
    await entry('minimum_quantity', 'tag:By the dozen', '12')
    const few = await buys('2')
    const asked = await task(`order:${few.id}`)
    expect(asked).toMatchObject({
      cause: 'minimum_quantity',
      facts: { below_minimum: [{ sku: 'TEE-RED-M', quantity: '2', minimum: '12' }] },
    })
    const approve = async () => {
      const [held] = (await stage.panel<{ items: { event: { id: string } }[] }>('GET', '/reviews')).items
      await stage.panel('POST', `/events/${held?.event.id}/approve`)
    }
    await approve()
    await until('the warning of the customer', async () =>
      stage.attempts().some(({ lane, cause }) => lane === `order:${few.id}` && cause === 'customer_warning'),
    )
    expect(await saleOrder(few)).toBeUndefined()
    await approve()
    await confirmed(few)
    expect((await customer())?.tags).toBe('Comes again')
    await entry('minimum_quantity', 'tag:By the dozen', '1')
  })

  it('CASES 35: a cancellation before delivery cancels; after it, nothing is cancelled silently and a person is asked', async () => {
    const early = await place()
    const late = await place()
    await confirmed(early)
    await confirmed(late)
    await ship(late)
    await stage.shop.control('POST', `/orders/${early.id}/cancel`, {})
    await until('it is cancelled in Odoo', async () => (await saleOrder(early))?.state === 'cancel')
    await until('it is shipped', async () => (await stage.shop.order(late.id)).status === 'shipped')
    await stage.shop.control('POST', `/orders/${late.id}/cancel`, {})
    expect(await task(`order:${late.id}`)).toMatchObject({ cause: 'already_delivered' })
    expect((await saleOrder(late))?.state).toBe('sale')
  })
})

describe('who sends it', () => {
  it('CASES 37: dropshipped lines are exported and their shipment told; lines of a third party are left alone', async () => {
    await stage.odoo.install('stock_dropshipping')
    await stage.odoo.shell(`
vendor = env['res.partner'].create({'name': 'Vendor'})
tote = env['product.product'].search([('default_code', '=', 'TOTE-NAT')])
tote.seller_ids = [(0, 0, {'partner_id': vendor.id, 'price': 5})]
env.cr.commit()
`)
    const skus = ['TEE-RED-M', 'TOTE-NAT', 'MUG-BLU']
    const model = await place({ items: skus.map((sku) => ({ sku, quantity: '1' })) })
    const { id: _, externalKey: __, number: ___, updatedAt: ____, payments: _____, ...rest } = model
    const senders = ['merchant', 'dropship', 'thirdParty']
    const items = model.items.map((item, index) => ({ ...item, fulfilledBy: senders[index] }))
    const order = orderShape.parse(await stage.shop.call('POST', '/orders', { ...rest, items }))
    await confirmed(order)
    expect((await linesOf(order)).map(({ ref }) => ref)).toEqual(['L1', 'L2', 'shipping:1'])
    const [purchase] = await stage.odoo.psql<{ id: number }>(
      'select distinct p.order_id id from purchase_order_line p join sale_order_line l on l.id = p.sale_line_id join sale_order o on o.id = l.order_id where o.origin = $1',
      [order.number],
    )
    await stage.admin('purchase.order', 'button_confirm', { ids: [purchase?.id] })
    const [drop] = await stage.odoo.psql<{ id: number }>(
      "select p.id from stock_picking p join sale_order o on o.id = p.sale_id join stock_picking_type t on t.id = p.picking_type_id where o.origin = $1 and t.code = 'dropship'",
      [order.number],
    )
    await stage.admin('stock.picking', 'button_validate', { ids: [drop?.id] })
    const [shipment] = await until('the vendor’s shipment', async () => {
      const rows = await stage.shop.shipments(order.id)
      return rows.length > 0 && rows
    })
    expect(shipment?.lines.map(({ lineId, sku }) => [lineId, sku])).toEqual([['L2', 'TOTE-NAT']])
  })
})

describe('the documents after an order', () => {
  it('CASES 25: partial refund with restock is one receipt and one credit note of the invoice; without restock no receipt; pending nothing', async () => {
    const order = await place({ items: [{ sku: 'TEE-RED-M', quantity: '3' }] })
    await confirmed(order)
    await ship(order)
    const invoice = await invoiced(order)
    const told = await until('the invoice in the storefront', async () => {
      const [one] = await invoicesOf(order)
      return one?.status === 'paid' && one
    })
    expect(told).toMatchObject({ number: invoice.name, total: order.total, balanceDue: '0.00' })

    const { id } = await requestReturn(order, true)
    await move(id, 'approved')
    const receipt = await until('a return delivery', async () => (await documentsOf(order)).receipts[0])
    expect(await documentsOf(order)).toMatchObject({ receipts: [{ state: 'assigned' }], credits: [], back: [] })
    await stage.admin('stock.picking', 'button_validate', { ids: [receipt.id] })
    await until('goods received', async () => (await returnOf(id)).status === 'received')
    await move(id, 'refunded')
    const piece = refundOf(order)
    await until('the credit note', async () => (await documentsOf(order)).credits.length === 1)
    expect(await documentsOf(order)).toEqual({
      receipts: [{ id: receipt.id, state: 'done' }],
      credits: [{ state: 'posted', total: piece, invoice: invoice.id, paid: 'paid' }],
      back: [piece],
    })

    const second = await requestReturn(order, false)
    await settledLane(`return:${second.id}`)
    expect((await documentsOf(order)).credits).toHaveLength(1)
    await move(second.id, 'refunded')
    await until('the second credit note', async () => (await documentsOf(order)).back.length === 2)
    const after = await documentsOf(order)
    expect(after.receipts).toHaveLength(1)
    expect(after.credits.map(({ total }) => total)).toEqual([piece, piece])
    // Nothing answers its own echo.
    await stage.shop.storefront.idle()
    await settledLane(`return:${second.id}`)
    expect(await documentsOf(order)).toEqual(after)
    expect((await returnOf(second.id)).status).toBe('refunded')
  })

  it('CASES 24: an open authorisation books nothing, what is captured settles the invoice, what is refunded goes back once', async () => {
    const order = await place()
    await confirmed(order)
    const [payment] = order.payments
    const pay = (change: object) => stage.shop.control('POST', `/orders/${order.id}/payments`, change)
    await pay({ method: 'giftCard', state: 'authorized', amount: '3.00' })
    const shown = () =>
      stage.odoo.psql<{ method: string; state: string }>(
        'select p.method, p.state from clarity_payment p join sale_order o on o.id = p.order_id where o.origin = $1 order by p.id',
        [order.number],
      )
    await until('both payments on the order', async () => (await shown()).length === 2)
    expect(await shown()).toEqual([
      { method: 'card', state: 'captured' },
      { method: 'giftCard', state: 'authorized' },
    ])
    expect(await bookedFor(order)).toEqual(['inbound'])
    await pay({ id: payment?.id, state: 'refunded' })
    await until('the money back', async () => (await documentsOf(order)).back.length === 1)
    expect(await documentsOf(order)).toMatchObject({ credits: [], back: [Number(order.total)] })
    expect(await bookedFor(order)).toEqual(['inbound'])
  })

  it('opens an invoice’s document only by a link that the storefront asked for', async () => {
    const order = await place()
    await confirmed(order)
    await ship(order)
    const { id } = await invoiced(order)
    const content = Buffer.from('%PDF-1.4 sent').toString('base64')
    await stage.admin('account.move', 'write', { ids: [id], vals: { invoice_pdf_report_file: content } })
    const body = Buffer.from(JSON.stringify({ pdfUrl: `${stage.bridge.url}/documents/invoices/${id}` }))
    const headers = { ...signHeaders(body, [stage.shop.secret], newWebhookId(), Date.now() / 1000) }
    const link = await fetch(`${stage.bridge.url}/documents/links`, { method: 'POST', headers, body })
    const { url } = z.object({ url: z.url() }).parse(await link.json())
    expect(await (await fetch(url)).text()).toBe('%PDF-1.4 sent')
    expect((await fetch(url.replace(`/${id}?`, `/${id + 1}?`))).status).toBe(403)
  })
})

/** One piece of the order's first line, tax included. */
function refundOf({ items, currency }: Order): number {
  const [item] = items
  const whole = amount(item?.total ?? 0).plus(item?.taxAmount ?? 0)
  return round(whole.div(item?.quantity ?? 1), currencyDigits(currency)).toNumber()
}

const requestReturn = async (order: Order, restock: boolean) => {
  const [item] = order.items
  const items = [{ lineId: item?.lineId, sku: item?.sku, quantity: '1', reason: 'too small', restock }]
  const wish = { orderId: order.id, items, refundAmount: refundOf(order).toFixed(2) }
  return returnRequest.parse(await stage.shop.control('POST', '/returns', wish))
}
const returnOf = async (id: string) => returnRequest.parse(await stage.shop.call('GET', `/returns/${id}`))
const move = (id: string, status: string) => stage.shop.call('PATCH', `/returns/${id}/status`, { status })
const invoicesOf = async (order: Order) =>
  z.object({ results: z.array(invoiceShape) }).parse(await stage.shop.call('GET', `/invoices?orderId=${order.id}`))
    .results

async function invoiced(order: Order): Promise<{ id: number; name: string }> {
  const { id } = await confirmed(order)
  const context = { active_model: 'sale.order', active_ids: [id] }
  const vals_list = [{ advance_payment_method: 'delivered', sale_order_ids: [[6, 0, [id]]] }]
  const wizards = await stage.admin<number[]>('sale.advance.payment.inv', 'create', { vals_list, context })
  await stage.admin('sale.advance.payment.inv', 'create_invoices', { ids: wizards, context })
  const [order_] = await stage.admin<{ invoice_ids: number[] }[]>('sale.order', 'read', {
    ids: [id],
    fields: ['invoice_ids'],
  })
  await stage.admin('account.move', 'action_post', { ids: order_?.invoice_ids })
  const [invoice] = await stage.odoo.psql<{ id: number; name: string }>(
    'select id, name from account_move where id = $1',
    [order_?.invoice_ids[0]],
  )
  if (!invoice) throw new Error(`no invoice of ${order.number}`)
  return invoice
}

/** Return deliveries, credit notes and payments back of an order, as Odoo holds them. */
async function documentsOf(order: Order) {
  const receipts = await stage.odoo.psql<{ id: number; state: string }>(
    'select p.id, p.state from stock_picking p join clarity_return r on r.id = p.clarity_return_id join sale_order o on o.id = r.order_id where o.origin = $1 order by p.id',
    [order.number],
  )
  const credits = await stage.odoo.psql<{ state: string; total: string; invoice: number; paid: string }>(
    'select m.state, m.amount_total total, m.reversed_entry_id invoice, m.payment_state paid from account_move m join clarity_return r on r.id = m.clarity_return_id join sale_order o on o.id = r.order_id where o.origin = $1 order by m.id',
    [order.number],
  )
  const back = await stage.odoo.psql<{ amount: string }>(
    "select p.amount from account_payment p join sale_order o on o.id = p.clarity_order_id where o.origin = $1 and p.payment_type = 'outbound' and p.state in ('in_process', 'paid') order by p.id",
    [order.number],
  )
  return {
    receipts,
    credits: credits.map((credit) => ({ ...credit, total: Number(credit.total) })),
    back: back.map((one) => Number(one.amount)),
  }
}

const bookedFor = async (order: Order) => {
  const rows = await stage.odoo.psql<{ type: string }>(
    "select p.payment_type type from account_payment p join clarity_link l on l.res_id = p.id and l.res_model = 'account.payment' where l.clarity_ref like $1",
    [`${order.id}/%`],
  )
  return rows.map(({ type }) => type)
}

const settledLane = (lane: string) =>
  until(`${lane} settled`, async () => stage.attempts().some((attempt) => attempt.lane === lane))
