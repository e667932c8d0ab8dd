import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { address, checkout, openSandbox } from '../support/clarity-api.ts'
import type { Json } from '../support/openapi.ts'

let sandbox: Awaited<ReturnType<typeof openSandbox>>
beforeAll(async () => {
  sandbox = await openSandbox()
})
afterAll(() => sandbox.storefront.stop())

const place = async (body: Json = checkout()): Promise<Json> => (await sandbox.api.post('/orders', body)).body
const fieldsOf = (body: Json): unknown => (Array.isArray(body.errors) ? body.errors.map(({ field }) => field) : [])
const quantityOf = async (sku: string, location: string): Promise<unknown> => {
  const page = await sandbox.api.get(`/inventory?sku=${sku}&locationKey=${location}`)
  return Array.isArray(page.body.results) ? page.body.results[0]?.quantity : undefined
}

/** Two lines, shipping and an order discount, all net: 2 x 10.00 at 15 %, 1 x 5.00 at 5 %. */
const complete = (): Json => ({
  currency: 'USD',
  pricesIncludeTax: false,
  items: [
    {
      lineId: 'a',
      sku: 'TEE-RED-S',
      name: 'Tee',
      quantity: '2',
      unitPrice: '10.00',
      taxAmount: '3.00',
      taxRate: '15',
      total: '20.00',
    },
    {
      lineId: 'b',
      sku: 'BOOK-BOATS',
      name: 'Book',
      quantity: '1',
      unitPrice: '5.00',
      taxAmount: '0.25',
      taxRate: '5',
      total: '5.00',
    },
  ],
  shippingLines: [{ method: 'Standard', amount: '4.00', taxAmount: '0.60', taxRate: '15' }],
  subtotal: '25.00',
  shippingTotal: '4.00',
  taxTotal: '3.85',
  total: '32.85',
  billingAddress: address,
  shippingAddress: address,
  contact: { name: 'Ann', email: 'ann@example.com' },
})

describe('checkout', () => {
  it('is priced and taxed by the storefront', async () => {
    const order = await place(
      checkout('COFFEE-ESP-250', '3', {
        items: [
          { sku: 'COFFEE-ESP-250', quantity: '3' },
          { sku: 'AID', quantity: '1' },
        ],
      }),
    )
    expect(order).toMatchObject({
      status: 'pending',
      currency: 'USD',
      subtotal: '56.54',
      shippingTotal: '5.90',
      taxTotal: '2.59',
      total: '65.03',
      items: [
        { lineId: 'L1', unitPrice: '11.35', total: '34.05', taxAmount: '1.70', taxRate: '5' },
        { lineId: 'L2', unitPrice: '22.49', total: '22.49', taxAmount: '0.00', taxRate: '0' },
      ],
      payments: [{ state: 'captured', amount: '65.03' }],
    })
  })

  it('takes the goods from the shop’s own stock', async () => {
    const before = Number(await quantityOf('MUG-GRN', 'main'))
    await place(checkout('MUG-GRN', '2'))
    expect(await quantityOf('MUG-GRN', 'main')).toBe(String(before - 2))
  })

  it('takes from another location what the first does not have', async () => {
    await place(checkout('BLANKET', '2'))
    expect([await quantityOf('BLANKET', 'main'), await quantityOf('BLANKET', 'east')]).toEqual(['0', '6'])
  })

  it('is refused whole when one line is not in stock', async () => {
    const items = [
      { sku: 'MUG-BLU', quantity: '1' },
      { sku: 'LAMP-BRS', quantity: '13' },
    ]
    const before = await quantityOf('MUG-BLU', 'main')
    const answer = await sandbox.api.post('/orders', checkout('', '', { items }))
    expect([answer.status, fieldsOf(answer.body), await quantityOf('MUG-BLU', 'main')]).toEqual([
      422,
      ['/items/1/quantity'],
      before,
    ])
  })

  it.each<[string, Json, string]>([
    ['an unknown SKU', { items: [{ sku: 'NOPE', quantity: '1' }] }, '/items/0/sku'],
    ['a quantity of 0', { items: [{ sku: 'AID', quantity: '0' }] }, '/items/0/quantity'],
    ['a number instead of decimal text', { items: [{ sku: 'AID', quantity: 1 }] }, '/items/0/quantity'],
    ['no items', { items: [] }, '/items'],
    ['an unknown customer', { contact: undefined, customerId: 'cus_nobody' }, '/customerId'],
    ['nobody', { contact: undefined }, '/contact'],
    ['a method without a price', { shippingLines: [{ method: 'Pigeon' }] }, '/shippingLines/0/amount'],
    ['a country of three letters', { shippingAddress: { ...address, country: 'USA' } }, '/shippingAddress/country'],
  ])('names the field of %s', async (_, change, field) => {
    const answer = await sandbox.api.post('/orders', checkout('AID', '1', change))
    expect([answer.status, answer.body.code, fieldsOf(answer.body)]).toEqual([422, 'validation_failed', [field]])
  })

  it('keeps text as text', async () => {
    const note = '<script>alert(1)</script> 𝄞 שלום '.padEnd(4000, 'x')
    const { id } = await place(checkout('AID', '1', { note, contact: { name: '李 <b>Ann</b>', email: 'a@b.co' } }))
    const { body } = await sandbox.api.get(`/orders/${id}`)
    expect([body.note, body.contact]).toEqual([note, { name: '李 <b>Ann</b>', email: 'a@b.co' }])
  })
})

describe('a complete order', () => {
  it('is taken as it stands', async () => {
    const order = await place({
      ...complete(),
      number: 'REAL-1',
      placedAt: '2026-01-05T10:00:00Z',
      status: 'confirmed',
    })
    expect(order).toMatchObject({ ...complete(), number: 'REAL-1', status: 'confirmed' })
  })

  it('may have been taxed once per document, its parts with more digits', async () => {
    const items = [1, 2, 3].map((n) => ({
      lineId: `l${n}`,
      sku: 'AID',
      name: 'x',
      quantity: '1',
      unitPrice: '0.33',
      taxAmount: '0.0495',
      taxRate: '15',
      total: '0.33',
    }))
    const answer = await sandbox.api.post('/orders', {
      ...complete(),
      items,
      shippingLines: [],
      subtotal: '0.99',
      shippingTotal: '0',
      taxTotal: '0.15',
      total: '1.14',
    })
    expect(answer.status).toBe(201)
  })

  it('may hold gross prices and a discount on the order', async () => {
    const items = [
      {
        lineId: 'a',
        sku: 'AID',
        name: 'x',
        quantity: '2',
        unitPrice: '11.50',
        taxAmount: '3.00',
        taxRate: '15',
        total: '23.00',
      },
    ]
    const discounts = [{ name: 'Spring', amount: '2.30', taxAmount: '0.30', taxRate: '15' }]
    const body = {
      ...complete(),
      pricesIncludeTax: true,
      items,
      discounts,
      shippingLines: [],
      subtotal: '23.00',
      shippingTotal: '0.00',
      taxTotal: '2.70',
      total: '20.70',
    }
    expect((await sandbox.api.post('/orders', body)).status).toBe(201)
  })

  const withItem = (change: Json): Json => {
    const body = complete()
    const [first, ...others] = Array.isArray(body.items) ? body.items : []
    return { ...body, items: [{ ...first, ...change }, ...others] }
  }
  it.each<[string, Json, string[]]>([
    ['an item total', withItem({ total: '20.01' }), ['/items/0/total', '/subtotal', '/total']],
    ['an item discount', withItem({ discount: '1.00' }), ['/items/0/total']],
    ['an item tax', withItem({ taxAmount: '3.50' }), ['/items/0/taxAmount', '/taxTotal']],
    ['the subtotal', { ...complete(), subtotal: '25.01' }, ['/subtotal', '/total']],
    ['the shipping total', { ...complete(), shippingTotal: '3.99' }, ['/shippingTotal', '/total']],
    ['the tax total', { ...complete(), taxTotal: '3.84' }, ['/taxTotal', '/total']],
    ['the total', { ...complete(), total: '32.86' }, ['/total']],
  ])('whose %s does not add up is refused, naming it', async (_, body, fields) => {
    const answer = await sandbox.api.post('/orders', body)
    const named = fieldsOf(answer.body)
    expect([answer.status, named]).toEqual([422, expect.arrayContaining(fields.slice(0, 1))])
    expect(fields).toEqual(expect.arrayContaining(Array.isArray(named) ? named : []))
  })

  it('cannot use one lineId twice', async () => {
    const answer = await sandbox.api.post('/orders', withItem({ lineId: 'b' }))
    expect([answer.status, fieldsOf(answer.body)]).toEqual([422, ['/items/1/lineId']])
  })
})

describe('status', () => {
  it('comes from the ERP with its key and a note', async () => {
    const { id } = await place()
    const answer = await sandbox.api.patch(`/orders/${id}/status`, {
      status: 'confirmed',
      externalKey: `S-${id}`,
      note: 'picked by Bo',
    })
    expect(answer.body).toMatchObject({
      status: 'confirmed',
      externalKey: `S-${id}`,
      attributes: { statusNote: 'picked by Bo' },
    })
    const { body } = await sandbox.api.get(`/orders?externalKey=S-${id}`)
    expect(body.totalCount).toBe(1)
  })

  it('that is there already changes nothing', async () => {
    const { id, updatedAt } = await place()
    const answer = await sandbox.api.patch(`/orders/${id}/status`, { status: 'pending' })
    expect([answer.status, answer.body.updatedAt]).toEqual([200, updatedAt])
  })

  it.each([
    ['shipped', 'confirmed'],
    ['completed', 'cancelled'],
    ['cancelled', 'confirmed'],
  ])('does not go from %s to %s', async (from, to) => {
    const { id } = await place()
    await sandbox.api.patch(`/orders/${id}/status`, { status: from })
    const answer = await sandbox.api.patch(`/orders/${id}/status`, { status: to })
    expect([answer.status, fieldsOf(answer.body)]).toEqual([422, ['/status']])
  })

  it('refuses a key that another order has', async () => {
    const [first, second] = [await place(), await place()]
    await sandbox.api.patch(`/orders/${first.id}/status`, { externalKey: `K-${first.id}` })
    const answer = await sandbox.api.patch(`/orders/${second.id}/status`, { externalKey: `K-${first.id}` })
    expect([answer.status, fieldsOf(answer.body)]).toEqual([422, ['/externalKey']])
  })

  it('refuses a version that is no longer the stored one', async () => {
    const { id } = await place()
    const { headers } = await sandbox.api.get(`/orders/${id}`)
    const ifMatch = { headers: { 'if-match': headers.get('etag') ?? '' } }
    const first = await sandbox.api.patch(`/orders/${id}/status`, { status: 'confirmed' }, ifMatch)
    const second = await sandbox.api.patch(`/orders/${id}/status`, { status: 'processing' }, ifMatch)
    expect([first.status, second.status, second.body.code]).toEqual([200, 412, 'stale_version'])
  })

  it('cancelled puts the goods back', async () => {
    const before = await quantityOf('TOTE-NAT', 'main')
    const { id } = await place(checkout('TOTE-NAT', '4'))
    const { body } = await sandbox.api.patch(`/orders/${id}/status`, { status: 'cancelled' })
    expect([body.status, await quantityOf('TOTE-NAT', 'main')]).toEqual(['cancelled', before])
  })
})

describe('shipments', () => {
  const line = (quantity: string, more: Json = {}) => ({
    lines: [{ lineId: 'L1', sku: 'TEE-RED-M', quantity, ...more }],
  })

  it('are many per order, until all is shipped', async () => {
    const { id } = await place(checkout('TEE-RED-M', '3'))
    const first = await sandbox.api.post(`/orders/${id}/shipments`, {
      ...line('1'),
      locationKey: 'main',
      externalKey: `WH/OUT/1-${id}`,
    })
    const second = await sandbox.api.post(`/orders/${id}/shipments`, {
      ...line('2'),
      locationKey: 'east',
      trackingNumber: '1Z9',
    })
    const third = await sandbox.api.post(`/orders/${id}/shipments`, line('1'))
    const { body } = await sandbox.api.get(`/orders/${id}/shipments`)
    expect([first.status, second.status, third.status, fieldsOf(third.body), body.totalCount]).toEqual([
      201,
      201,
      422,
      ['/lines/0/quantity'],
      2,
    ])
  })

  it('get their tracking later', async () => {
    const { id } = await place()
    const shipment = (await sandbox.api.post(`/orders/${id}/shipments`, line('1'))).body
    const answer = await sandbox.api.patch(`/orders/${id}/shipments/${shipment.id}`, {
      trackingNumber: '1Z9',
      carrier: 'UPS',
    })
    expect(answer.body).toMatchObject({ id: shipment.id, trackingNumber: '1Z9', carrier: 'UPS', lines: shipment.lines })
  })

  it('move the order’s own version', async () => {
    const { id, updatedAt } = await place()
    await sandbox.api.post(`/orders/${id}/shipments`, line('1'))
    const { body } = await sandbox.api.get(`/orders/${id}`)
    expect(String(body.updatedAt) > String(updatedAt)).toBe(true)
  })

  it.each<[string, Json, string]>([
    ['an unknown line', line('1', { lineId: 'L9' }), '/lines/0/lineId'],
    ['another SKU', line('1', { sku: 'AID' }), '/lines/0/sku'],
    ['nothing', line('0'), '/lines/0/quantity'],
    ['no lines', { lines: [] }, '/lines'],
  ])('refuse %s', async (_, body, field) => {
    const { id } = await place()
    const answer = await sandbox.api.post(`/orders/${id}/shipments`, body)
    expect([answer.status, fieldsOf(answer.body)]).toEqual([422, [field]])
  })

  it('of an order that is not there are 404', async () => {
    const answers = [
      await sandbox.api.get('/orders/x/shipments'),
      await sandbox.api.post('/orders/x/shipments', line('1')),
    ]
    expect(answers.map(({ status }) => status)).toEqual([404, 404])
  })
})

describe('the shop’s own hand', () => {
  it('edits lines at the price they were bought at', async () => {
    const { id } = await place({
      ...complete(),
      items: [
        {
          lineId: 'a',
          sku: 'TEE-RED-S',
          name: 'Tee',
          quantity: '2',
          unitPrice: '10.00',
          discount: '2.00',
          taxAmount: '2.70',
          taxRate: '15',
          total: '18.00',
        },
      ],
      subtotal: '18.00',
      taxTotal: '3.30',
      total: '25.30',
    })
    const { value } = await sandbox.control('PATCH', `/orders/${id}`, {
      items: [{ lineId: 'a', sku: 'TEE-RED-S', quantity: '3' }],
    })
    expect(value).toMatchObject({
      items: [{ quantity: '3', unitPrice: '10.00', discount: '3.00', total: '27.00', taxAmount: '4.05' }],
      subtotal: '27.00',
      taxTotal: '4.65',
      total: '35.65',
    })
  })

  it('changes a payment', async () => {
    const order = await place(checkout('AID', '1', { payment: 'authorized' }))
    const [payment] = Array.isArray(order.payments) ? order.payments : []
    const { value } = await sandbox.control('POST', `/orders/${order.id}/payments`, {
      id: payment.id,
      state: 'captured',
    })
    expect(value).toMatchObject({ payments: [{ id: payment.id, state: 'captured' }] })
  })

  it('asks for a return, which the ERP then moves on', async () => {
    const order = await place()
    const wish = {
      orderId: order.id,
      items: [{ lineId: 'L1', sku: 'TEE-RED-M', quantity: '1', reason: 'too small' }],
      refundAmount: '24.00',
    }
    await sandbox.control('POST', '/returns', wish)
    const { body } = await sandbox.api.get(`/returns?orderId=${order.id}`)
    const [request] = Array.isArray(body.results) ? body.results : []
    const approved = await sandbox.api.patch(`/returns/${request.id}/status`, {
      status: 'approved',
      externalKey: `RMA-${order.id}`,
    })
    const refunded = await sandbox.api.patch(`/returns/${request.id}/status`, { status: 'refunded' })
    const back = await sandbox.api.patch(`/returns/${request.id}/status`, { status: 'requested' })
    expect([request.status, approved.body.status, refunded.body.status, back.status]).toEqual([
      'requested',
      'approved',
      'refunded',
      422,
    ])
  })
})
