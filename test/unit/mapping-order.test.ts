import { describe, expect, it } from 'vitest'
import { defaultLookups } from '../../clarity-extension/mapping/defaults/lookups.ts'
import { mergeTables } from '../../clarity-extension/mapping/lookups.ts'
import { defaultRuleSets, type OrderContext } from '../../clarity-extension/mapping/order.ts'
import { sourceOf } from '../../clarity-extension/mapping/origins.ts'
import { amount } from '../../shared/money.ts'
import { linesOf, mapFixture, operationsOf, orderFixture, usd } from './mapping-support.ts'

const taxAt = (rate: number, included = false) => ({
  $set: [
    {
      $find: {
        model: 'account.tax',
        by: { type_tax_use: 'sale', amount_type: 'percent', amount: rate, price_include: included },
      },
    },
  ],
})

describe('who an order concerns', () => {
  it('case 28: a guest who orders again is the same partner with the same address', () => {
    const [first] = operationsOf('guest')
    const [again] = operationsOf('guest', {
      id: '2001',
      contact: { name: ' ann  DOE', email: 'ANN@example.com ' },
    })
    expect(again?.ensure?.map(({ kind, ref }) => [kind, ref])).toEqual(
      first?.ensure?.map(({ kind, ref }) => [kind, ref]),
    )
    expect(again?.values.partner_id).toEqual(first?.values.partner_id)
    expect(first?.ensure?.[0]?.match).toEqual({
      email_normalized: 'ann@example.com',
      name: 'Ann Doe',
      parent_id: false,
    })
  })

  it('case 28: another name on the same e-mail address is another partner', () => {
    const [ann] = operationsOf('guest')
    const [bob] = operationsOf('guest', { contact: { name: 'Bob Doe', email: 'ann@example.com' } })
    expect(bob?.values.partner_id).not.toEqual(ann?.values.partner_id)
  })

  it('case 28: an order keeps the address it was placed with, another address is another record', () => {
    const [first] = operationsOf('guest')
    const [moved] = operationsOf('guest', {
      shippingAddress: { name: 'Ann Doe', line1: '9 New Rd', city: 'Salem', country: 'US' },
    })
    expect(moved?.values.partner_invoice_id).toEqual(first?.values.partner_invoice_id)
    expect(moved?.values.partner_shipping_id).not.toEqual(first?.values.partner_shipping_id)
    expect(moved?.ensure?.map(({ values }) => values.type)).toEqual([undefined, 'invoice', 'delivery'])
  })

  it('uses one record for one address and looks for it on the customer first', () => {
    const [operation] = operationsOf('guest')
    const [customer, address, ...others] = operation?.ensure ?? []
    expect(others).toEqual([])
    expect(address?.values.type).toBe('other')
    expect(address?.match).toEqual({
      id: { $ref: `customer:${customer?.ref}` },
      name: 'Ann Doe',
      street: '1 Main St',
      street2: false,
      city: 'Springfield',
      zip: '62701',
      'country_id.code': 'US',
      phone: '+1 217 555 0100',
    })
  })

  it('writes a company with the person who ordered as its contact', () => {
    const [operation] = operationsOf('company')
    const [company, contact, billing, shipping] = operation?.ensure ?? []
    expect(company).toMatchObject({
      kind: 'customer',
      ref: '77',
      values: { name: 'Müller GmbH', is_company: true, vat: 'DE123456788' },
      match: { vat: 'DE123456788', name: 'Müller GmbH', is_company: true },
    })
    expect(contact?.values).toMatchObject({ name: 'Jörg Weiß', parent_id: { $ref: 'customer:77' }, type: 'contact' })
    expect(billing?.values).toMatchObject({ name: 'Müller GmbH', type: 'invoice' })
    expect(shipping?.values).toMatchObject({ name: 'Lager Süd', type: 'delivery', street2: 'Bayern' })
    expect(operation?.values).toMatchObject({
      partner_id: { $ref: `contact:${contact?.ref}` },
      partner_invoice_id: { $ref: `address:${billing?.ref}` },
      partner_shipping_id: { $ref: `address:${shipping?.ref}` },
    })
  })

  it('takes a registered customer that the storefront no longer has from the order', () => {
    const [operation] = operationsOf('guest', { customerId: '99' })
    expect(operation?.ensure?.[0]).toMatchObject({ ref: '99', values: { name: 'Ann Doe' } })
  })

  it('parks an order that names nobody', () => {
    const mapped = mapFixture('guest', {
      contact: null,
      billingAddress: { line1: '1 Main St', city: 'Springfield', country: 'US' },
    })
    expect(mapped).toMatchObject({ ok: false, outcome: { kind: 'correct', problems: [{ code: 'no_customer' }] } })
  })
})

describe('places', () => {
  const stateOf = (name: string) => operationsOf(name)[0]?.ensure?.[0]?.values.state_id

  it('case 29: MI is Milano in Italy and Michigan in the United States', () => {
    const inCountry = (country: string) => ({
      $find: { model: 'res.country.state', by: { code: 'MI', 'country_id.code': country }, optional: true },
    })
    expect(stateOf('region-it')).toEqual(inCountry('IT'))
    expect(stateOf('region-us')).toEqual(inCountry('US'))
  })

  it('writes Michigan and US-MI to one address', () => {
    const [operation] = operationsOf('region-us')
    expect(operation?.values.partner_shipping_id).toEqual(operation?.values.partner_invoice_id)
  })

  it('keeps a region that Odoo cannot know as text, and an address without one has none', () => {
    const place = { name: 'Ann Doe', line1: '1 Rd', line2: 'Flat 2', city: 'Oslo', country: 'XK', region: '12' }
    const [operation] = operationsOf('guest', { billingAddress: place, shippingAddress: place })
    expect(operation?.ensure?.[1]?.values).toMatchObject({ street2: 'Flat 2, 12' })
    expect(operation?.ensure?.[1]?.values).not.toHaveProperty('state_id')
  })
})

describe('lines', () => {
  it('cases 20, 22: a percentage stays one, another discount is a line of the same tax, a coupon is split by tax', () => {
    const [operation] = operationsOf('discounts')
    expect(linesOf(operation).map((line) => [line.clarity_ref, line.price_unit, line.discount, line.tax_ids])).toEqual([
      ['L1', '24.00', '10', taxAt(15)],
      ['L2', '33.33', '7.01', taxAt(5)],
      ['discount:1:standard-15', '-3.17', '0', taxAt(15)],
      ['discount:1:reduced-5', '-6.83', '0', taxAt(5)],
      ['discount:2', '-2', '0', taxAt(15)],
    ])
    expect(operation?.expect).toMatchObject({ amount_total: '134.19', amount_tax: '10.01' })
    expect(operation?.expect?.lines?.map(({ ref, subtotal, tax }) => [ref, subtotal, tax])).toEqual([
      ['L1', '43.20', '6.48'],
      ['L2', '92.98', '4.65'],
      ['discount:1:standard-15', '-3.17', '-0.48'],
      ['discount:1:reduced-5', '-6.83', '-0.34'],
      ['discount:2', '-2.00', '-0.30'],
    ])
  })

  it('case 20: a discount that no percentage of two decimals gives is a line of its own', () => {
    const [operation] = operationsOf('guest', {
      items: [
        {
          ...mapFixtureItem(),
          quantity: '1000',
          unitPrice: '99.99',
          discount: '33.33',
          taxAmount: '14993.50',
          total: '99956.67',
        },
      ],
      shippingLines: [],
      subtotal: '99956.67',
      shippingTotal: '0',
      taxTotal: '14993.50',
      total: '114950.17',
    })
    expect(linesOf(operation)).toMatchObject([
      { clarity_ref: 'L1', price_unit: '99.99', discount: '0' },
      {
        clarity_ref: 'L1:discount',
        price_unit: '-33.33',
        product_id: { $xmlid: 'clarity_bridge.product_discount' },
        tax_ids: taxAt(15),
      },
    ])
  })

  it('case 21: included prices take the included tax, and say what is without tax and what is tax', () => {
    const [operation] = operationsOf('tax-included')
    expect(linesOf(operation).map((line) => line.tax_ids)).toEqual(Array(5).fill(taxAt(15, true)))
    const prices = linesOf(operation).map((line) => amount(String(line.product_uom_qty)).times(String(line.price_unit)))
    const shown = operation?.expect?.lines?.map(({ subtotal, tax }) => amount(subtotal).plus(tax).toFixed())
    expect(shown).toEqual(prices.map((price) => price.toFixed()))
  })

  it('case 21: no tax empties the field, an exempt line takes the tax its table names', () => {
    expect(linesOf(operationsOf('zero-tax')[0]).map((line) => line.tax_ids)).toEqual(Array(3).fill({ $set: [] }))
    const lookups = mergeTables(defaultLookups, { tax: { entries: { exempt: '0% Exempt', zero: '0% Zero' } } })
    const named = linesOf(operationsOf('zero-tax', {}, { ...usd, lookups })[0]).map((line) => line.tax_ids)
    const by = (name: string) => ({ $set: [{ $find: { model: 'account.tax', by: { name, type_tax_use: 'sale' } } }] })
    expect(named).toEqual([by('0% Zero'), by('0% Exempt'), { $set: [] }])
  })

  it('runs the rules once; where values came from is found only when it is asked for', () => {
    let reads = 0
    const lookups = {
      ...defaultLookups,
      get carrier() {
        reads++
        return { title: 'Carriers', about: '', entries: {} }
      },
    }
    const mapped = mapFixture('guest', {}, { ...usd, lookups })
    const once = reads
    expect(mapped.ok && Object.keys(mapped.origins)).not.toEqual([])
    expect(reads).toBe(2 * once)
  })

  it('case 24: shipping is a delivery line of the carrier, also when it is free', () => {
    const lookups = mergeTables(defaultLookups, { carrier: { entries: { Express: 'DHL Express' } } })
    const [operation] = operationsOf('carrier', {}, { ...usd, lookups })
    expect(operation?.values.carrier_id).toEqual({ $find: { model: 'delivery.carrier', by: { name: 'DHL Express' } } })
    expect(linesOf(operation).slice(2)).toMatchObject([
      {
        clarity_ref: 'shipping:1',
        is_delivery: true,
        product_id: { $find: { model: 'delivery.carrier', by: { name: 'DHL Express' }, take: 'product_id' } },
        price_unit: '9.00',
      },
      { clarity_ref: 'shipping:2', price_unit: '1.00', tax_ids: taxAt(15) },
    ])
    expect(linesOf(operationsOf('zero-tax')[0])[2]).toMatchObject({ is_delivery: true, price_unit: '0.00' })
  })

  it('case 37: lines of a third party are left out, with their share of the coupon', () => {
    const [operation] = operationsOf('third-party')
    expect(linesOf(operation).map((line) => [line.clarity_ref, line.price_unit])).toEqual([
      ['L1', '24.00'],
      ['shipping:1', '5.00'],
      ['discount:1', '-4.8'],
    ])
    expect(operation?.expect).toMatchObject({ amount_total: '55.43', amount_tax: '7.23' })
    const items = [{ ...mapFixtureItem(), fulfilledBy: 'thirdParty' }]
    expect(mapFixture('guest', { items })).toMatchObject({ ok: false, outcome: { kind: 'skip', reason: 'not_for_us' } })
  })

  it('case 37: a line that a vendor sends is the merchant’s own, by the route of dropshipping', () => {
    const items = orderFixture('guest').order.items.map((item) => ({ ...item, fulfilledBy: 'dropship' }))
    const route = { $set: [{ $find: { model: 'stock.route', by: { name: 'Dropship' } } }] }
    expect(linesOf(operationsOf('guest', { items })[0])[0]).toMatchObject({ clarity_ref: 'L1', route_ids: route })
    expect(linesOf(operationsOf('guest')[0])[0]).not.toHaveProperty('route_ids')
  })

  it('case 30: shipping tax that no rate explains is a problem that names its field', () => {
    const shippingLines = [{ method: 'Standard delivery', amount: '5.00', taxAmount: '0.99' }]
    const mapped = mapFixture('guest', { shippingLines, taxTotal: '10.05', total: '75.45' })
    expect(mapped).toMatchObject({
      ok: false,
      outcome: { problems: [{ code: 'no_tax_rule', field: '/shippingLines/0/taxRate' }] },
    })
  })

  it('case 26: says which item of the storefront a refused line came from', () => {
    const mapped = mapFixture('carrier')
    const origins = mapped.ok ? (mapped.origins['order:1013'] ?? {}) : {}
    expect(sourceOf(origins, '/order_line/$lines/items/1/product_id')).toBe('/items/1/sku')
    expect(sourceOf(origins, '/order_line/$lines/items/0/tax_ids/$set/0')).toBe('/items/0/taxRate')
    expect(sourceOf(origins, '/order_line/$lines/items/2/tax_ids')).toContain('/shippingLines/0/')
    expect(sourceOf(origins, '/ensure/0/values/country_id')).toBe('/billingAddress/country')
  })
})

describe('the order itself', () => {
  it('writes number, purchase order number, time and note as text', () => {
    const [operation] = operationsOf('note')
    expect(operation?.values).toMatchObject({
      origin: 'CL-1005',
      client_order_ref: 'PO <1>',
      date_order: '2026-11-20 09:59:58',
      note: 'Please ring twice.\n<script>alert(1)</script> & leave at door',
      pricelist_id: false,
    })
    expect(operationsOf('guest')[0]?.values.client_order_ref).toBe('CL-1001')
  })

  it('case 32: names in any script stay as they are, without what no database stores', () => {
    const [customer, , shipping] = operationsOf('names')[0]?.ensure ?? []
    expect(customer?.values).toMatchObject({ name: 'נועה כהן 🎁', street: '<b>1 Main</b> St' })
    expect(shipping?.values.name).toBe('Łódź & Co, <img src=x onerror=alert(1)>')
  })

  it('case 23: another currency is kept by the pricelist that its table names', () => {
    const lookups = mergeTables(defaultLookups, { currency: { entries: { EUR: 'Shop EUR' } } })
    const mapped = mapFixture('foreign-currency', {}, { ...usd, lookups })
    expect(mapped).toMatchObject({
      ok: true,
      operations: [{ values: { pricelist_id: { $find: { model: 'product.pricelist', by: { name: 'Shop EUR' } } } } }],
    })
    expect(mapped.ok && mapped.used).toContainEqual({ table: 'currency', key: 'EUR', entry: 'EUR' })
  })

  it('holds an order whose own figures do not add up, with both computations', () => {
    expect(mapFixture('inconsistent')).toMatchObject({
      ok: false,
      outcome: {
        kind: 'review',
        cause: 'totals_inconsistent',
        facts: { given_total: '75.22', computed_total: '75.21' },
      },
    })
  })

  it('confirms what is live, leaves what is on hold a quotation, cancels what is cancelled', () => {
    const followOf = (status: string) => operationsOf('guest', { status })[0]?.follow
    expect(['pending', 'confirmed', 'processing', 'shipped', 'completed'].map(followOf)).toEqual(
      Array(5).fill(['confirm']),
    )
    expect(followOf('onHold')).toEqual([])
    const [cancelled] = operationsOf('cancelled')
    expect(cancelled?.follow).toEqual(['cancel'])
    expect(cancelled).not.toHaveProperty('expect')
  })

  it('hashes what Odoo will hold, not what we or the clock change', () => {
    const hashOf = (change: Record<string, unknown>) => operationsOf('guest', change)[0]?.hash
    const before = hashOf({})
    expect(hashOf({ updatedAt: '2026-11-21T00:00:00Z', status: 'processing', externalKey: 'S00042' })).toBe(before)
    expect(hashOf({ status: 'cancelled' })).not.toBe(before)
    expect(hashOf({ note: 'new' })).not.toBe(before)
    expect(operationsOf('guest')[0]?.version).toBe('2026-11-20T10:00:00.000Z')
  })

  it("passes a person's acceptance of a difference on", () => {
    expect(operationsOf('guest', {}, { ...usd, acceptDifference: true })[0]?.accept_difference).toBe(true)
  })
})

describe('rules of a business', () => {
  const { order } = defaultRuleSets
  const routed: OrderContext = {
    ...usd,
    ruleSets: {
      ...defaultRuleSets,
      order: {
        ...order,
        rules: [
          ...order.rules,
          {
            to: 'warehouse_id',
            when: { some: { in: 'items', where: { path: 'sku', contains: 'MUG' } } },
            const: 'EAST',
            record: { model: 'stock.warehouse', field: 'code' },
          },
          {
            to: 'team_id',
            when: { path: 'total', greater: '75' },
            const: 'Big orders',
            record: { model: 'crm.team', field: 'name' },
          },
        ],
        review: [{ when: { path: 'total', greater: '130' }, reason: 'Orders above 130 are approved by hand.' }],
      },
    },
  }

  it('route by product and amount', () => {
    expect(operationsOf('guest', {}, routed)[0]?.values).toMatchObject({
      warehouse_id: { $find: { model: 'stock.warehouse', by: { code: 'EAST' } } },
      team_id: { $find: { model: 'crm.team', by: { name: 'Big orders' } } },
    })
    expect(operationsOf('third-party', { id: '7' }, { ...routed, approvals: ['rule'] })[0]?.values).not.toHaveProperty(
      'warehouse_id',
    )
  })

  it('hold for a person until one has looked, but never a cancellation', () => {
    expect(mapFixture('discounts', {}, routed)).toMatchObject({
      ok: false,
      outcome: {
        kind: 'review',
        cause: 'rule',
        message: 'Orders above 130 are approved by hand.',
        facts: { total: '134.19' },
      },
    })
    expect(mapFixture('discounts', {}, { ...routed, approvals: ['rule'] }).ok).toBe(true)
    expect(mapFixture('discounts', { status: 'cancelled' }, routed).ok).toBe(true)
  })
})

describe('payments', () => {
  it('writes a captured payment, not an authorised one', () => {
    const [, payment, ...others] = operationsOf('registered')
    expect(others).toEqual([])
    expect(payment).toMatchObject({
      kind: 'payment',
      ref: '1002/p1',
      model: 'account.payment',
      follow: ['post'],
      values: {
        partner_id: { $ref: 'customer:55' },
        amount: '75.21',
        date: '2026-11-20',
        journal_id: { $find: { model: 'account.journal', by: { code: 'BNK1' } } },
        memo: 'CL-1002 ch_1',
      },
    })
    expect(payment?.ensure?.map(({ kind }) => kind)).toEqual(['customer'])
  })

  it('case 30: an unmapped payment method holds that payment and lets the order go ahead', () => {
    const lookups = mergeTables(defaultLookups, { payment_method: { entries: { '*': null } } })
    expect(mapFixture('registered', {}, { ...usd, lookups })).toMatchObject({
      ok: true,
      operations: [{ kind: 'order' }],
      held: [{ code: 'unmapped_payment_method', field: '/payments/0/method', value: 'card' }],
    })
  })
})

function mapFixtureItem() {
  return {
    lineId: 'L1',
    sku: 'TEE',
    name: 'Tee',
    quantity: '1',
    unitPrice: '10.00',
    discount: '0',
    taxAmount: '1.50',
    taxRate: '15',
    taxCode: 'standard',
    total: '10.00',
  }
}
