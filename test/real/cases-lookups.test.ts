import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Rule } from '../../clarity-extension/mapping/rules.ts'
import { type CauseCode, causeOf } from '../../shared/causes.ts'
import type { Order } from '../../shared/entities.ts'
import { checkout, withTax } from '../support/shop.ts'
import { openStage, type Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage({ silent: true })
})
afterAll(async () => stage?.dispose())

let guest = 5000
const place = (change: Parameters<typeof checkout>[1] = {}) => stage.shop.place(checkout(guest++, change))
const tell = (order: Order, type = 'order.created') => stage.deliver({ type, data: order })

interface Row {
  id: string
  type: string
  state: string
  cause: string | null
}
const settled = (order: Order, many = 1) =>
  until(`order ${order.number} settled`, async () => {
    const { items } = await stage.panel<{ items: Row[] }>('GET', `/events?q=${encodeURIComponent(`order:${order.id}`)}`)
    const mine = items.filter(({ type }) => type.startsWith('order.'))
    return mine.length >= many && mine.every(({ state }) => state !== 'ready' && state !== 'running') && mine
  })
const saleOrders = (order: Order) =>
  stage.odoo.psql<{ id: number; state: string; company_id: number }>('select * from sale_order where origin = $1', [
    order.number,
  ])
const payments = (order: Order) =>
  stage.odoo.psql(
    "select p.id from account_payment p join clarity_link l on l.res_id = p.id and l.res_model = 'account.payment' where l.clarity_ref like $1",
    [`${order.id}/%`],
  )
const arrived = (order: Order) => until(`order ${order.number} in Odoo`, async () => (await saleOrders(order))[0])

interface Value {
  key: string
  state: string
  waiting: number
  examples: string[]
}
const valueIn = async (table: string, key: string) =>
  (await stage.panel<{ items: Value[] }>('GET', `/lookups/${table}`)).items.find((value) => value.key === key)
const save = (table: string, key: string, result: string | null) =>
  stage.panel<{ changed: number; released: number }>('PUT', `/lookups/${table}/entry`, { key, result })

describe('value tables', () => {
  it('CASES 30: an unmapped payment method waits with its reason, is never done, and one entry releases all that wait', async () => {
    await save('payment_method', '*', null)
    const orders = await Promise.all([place(), place()])
    const method = orders[0]?.payments[0]?.method ?? ''
    await Promise.all(orders.map((order) => tell(order)))
    for (const order of orders) {
      expect(await settled(order)).toMatchObject([{ state: 'dead', cause: 'unmapped_payment_method' }])
      // The order itself goes ahead; its money waits.
      await arrived(order)
      expect(await payments(order)).toEqual([])
    }
    expect(await valueIn('payment_method', method)).toMatchObject({ state: 'waiting', waiting: 2 })
    await expect(save('payment_method', method, 'NOPE')).rejects.toThrow('not_found')
    expect(await save('payment_method', method, 'BNK1')).toEqual({ changed: 1, released: 2 })
    for (const order of orders) {
      await until(`payment of ${order.number}`, async () => (await payments(order)).length === 1)
      expect(await saleOrders(order)).toHaveLength(1)
    }
    expect(await save('payment_method', method, 'BNK1')).toEqual({ changed: 0, released: 0 })
    expect(await valueIn('payment_method', method)).toMatchObject({ state: 'own', waiting: 0 })
  })

  it('CASES 30: a carrier and a tax that Odoo does not know wait each for their own entry, and nothing of the order is made', async () => {
    const bike = await place({ shippingLines: [{ method: 'Bike courier', carrier: 'Bikes', amount: '5.00' }] })
    const plain = await place()
    const taxed = withTax(plain, 'exotic', '13')
    await Promise.all([tell(bike), tell(taxed)])
    expect(await settled(bike)).toMatchObject([{ state: 'dead', cause: 'unmapped_carrier' }])
    expect(await settled(taxed)).toMatchObject([{ state: 'dead', cause: 'unmapped_tax' }])
    expect([...(await saleOrders(bike)), ...(await saleOrders(taxed))]).toEqual([])
    expect(await valueIn('carrier', 'Bike courier')).toMatchObject({ waiting: 1, examples: [bike.number] })
    expect(await valueIn('tax', 'exotic')).toMatchObject({ waiting: 1 })

    expect(await save('carrier', 'Bike courier', 'Standard')).toEqual({ changed: 1, released: 1 })
    await arrived(bike)
    expect(await settled(taxed)).toMatchObject([{ state: 'dead' }])
    await stage.admin('account.tax', 'create', {
      vals_list: [{ name: 'Exotic 13 %', amount: 13, amount_type: 'percent', type_tax_use: 'sale' }],
    })
    expect(await save('tax', 'exotic', 'Exotic 13 %')).toEqual({ changed: 1, released: 1 })
    await arrived(taxed)
  })

  it('CASES 30: an unpaid order is made without a payment, which follows when the money is there', async () => {
    const order = await place()
    const unpaid = { ...order, payments: order.payments.map((one) => ({ ...one, state: 'pending' as const })) }
    await tell(unpaid)
    expect(await settled(order)).toMatchObject([{ state: 'done' }])
    expect(await saleOrders(order)).toHaveLength(1)
    expect(await payments(order)).toEqual([])
    const updatedAt = new Date(Date.parse(order.updatedAt) + 5_000).toISOString()
    await tell({ ...order, updatedAt }, 'order.paymentUpdated')
    await until('the payment', async () => (await payments(order)).length === 1)
  })

  it(// That an order of the other company takes that company's tax is tested in the addon.
  'CASES 31: of two companies’ taxes of one name the order’s own company decides, and the service user does not see the other', async () => {
    const [country] = await stage.odoo.psql<{ id: number }>("select id from res_country where code = 'US'")
    const [two = 0] = await stage.admin<number[]>('res.company', 'create', {
      vals_list: [{ name: 'Second Company', country_id: country?.id }],
    })
    const [group] = await stage.admin<number[]>('account.tax.group', 'create', {
      vals_list: [{ name: 'Taxes', company_id: two, country_id: country?.id }],
    })
    const tax = { name: 'Shared tax', amount_type: 'percent', type_tax_use: 'sale', amount: 21 }
    const [mine] = await stage.admin<number[]>('account.tax', 'create', { vals_list: [tax] })
    const context = { allowed_company_ids: [two] }
    await stage.admin('res.users', 'write', { ids: [2], vals: { company_ids: [[4, two]] } })
    await stage.admin<number[]>('account.tax', 'create', {
      vals_list: [{ ...tax, company_id: two, country_id: country?.id, tax_group_id: group }],
      context,
    })

    // The service user belongs to the first company only: there is no second one for it.
    await expect(save('company', 'second', 'Second Company')).rejects.toThrow('not_found')
    expect(await save('tax', 'shared', 'Shared tax')).toMatchObject({ changed: 1 })
    const first = { ...withTax(await place(), 'shared', '21'), payments: [] }
    await tell(first)
    await settled(first)
    expect(await taxesOf(first)).toEqual([mine])
  })
})

/** What a rule can get wrong; each holds only for the order whose note names it. */
const wrongRules: Partial<Record<CauseCode, Omit<Rule, 'when'>>> = {
  not_a_number: { to: 'client_order_ref', const: 'twenty', convert: ['number'] },
  not_a_boolean: { to: 'client_order_ref', const: 'perhaps', convert: ['boolean'] },
  not_a_date: { to: 'client_order_ref', const: 'soon', convert: ['odooDate'] },
  not_a_country: { to: 'client_order_ref', const: 'Atlantis', convert: ['country'] },
  not_whole: { to: 'client_order_ref', const: '3.5', convert: ['integer'] },
  inexact: { to: 'client_order_ref', const: '0.125', convert: [{ do: 'toMinor', currency: 'USD' }] },
  invalid_type: { to: 'client_order_ref', from: 'items', convert: ['text'] },
  required: { to: 'signed_by', from: 'extra.nothing', required: true },
  expression_failed: { to: 'client_order_ref', jsonata: '$error("no")' },
  expression_too_long: {
    to: 'client_order_ref',
    jsonata: '$match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /^(a+)+$/)',
  },
  expression_too_large: { to: 'client_order_ref', jsonata: '$join([1..15000].("0123456789"))' },
  expression_inexact: { to: 'client_order_ref', jsonata: '0.1 + 0.2' },
  unknown_field: { to: 'no_such_field', const: 'x' },
  readonly: { to: 'amount_total', const: 5 },
  wrong_type: { to: 'validity_date', const: 'tomorrow' },
  not_a_choice: { to: 'picking_policy', const: 'teleport' },
  empty_required: { to: 'picking_policy', const: false },
  wrong_model: { to: 'partner_id', find: { model: 'product.product', by: { default_code: { const: 'TEE-RED-M' } } } },
  not_found: { to: 'team_id', find: { model: 'crm.team', by: { name: { const: 'Nobody' } } } },
  unmapped: { to: 'client_order_ref', from: 'note', lookup: { table: 'tier', missing: 'problem' } },
}

describe('a rule that is wrong', () => {
  it('parks each order with its own cause, alerts per cause, and one replay per group delivers it once when the rules are mended', async () => {
    const before = mapping.parse(await stage.panel('GET', '/mappings/order-to-odoo'))
    const faults = Object.entries(wrongRules).map(([code, rule]) => ({
      ...rule,
      when: { path: 'note', equals: code },
    }))
    const rules = { ...before.rules, rules: [...faults, ...before.rules.rules] }
    const { draft } = mapping.parse(await stage.panel('PUT', '/mappings/order-to-odoo/draft', { seen: 0, rules }))
    await stage.panel('POST', '/mappings/order-to-odoo/activate', { seen: draft?.revision, note: 'wrong' })

    const orders = new Map<CauseCode, Order>()
    for (const code of Object.keys(wrongRules) as CauseCode[]) {
      const order = { ...(await place()), note: code }
      orders.set(code, order)
      await tell(order)
    }
    for (const [code, order] of orders) {
      const cause = causeIn(code)
      expect(await settled(order), code).toMatchObject([{ state: 'dead', cause }])
      expect(causeOf(cause)?.classes[0]).toBe('correct')
      expect(await saleOrders(order)).toEqual([])
      const { items } = groups.parse(await stage.panel('GET', `/failures?cause=${cause}`))
      expect(items, code).toMatchObject([
        { count: 1, message: expect.stringMatching(/.{10}/), remedy: expect.stringMatching(/.{10}/) },
      ])
    }

    // The panel takes 600 requests a minute.
    await until(
      'an alert of each cause',
      async () => {
        const { active } = alerts.parse(await stage.panel('GET', '/alerts'))
        return [...orders.keys()].every((code) => {
          const alert = active.find(({ key }) => key === `dead_letters:${causeIn(code)}`)
          const { title = '', remedy = '' } = causeOf(causeIn(code)) ?? {}
          return alert?.title.includes(title) && alert.text.includes(remedy)
        })
      },
      { everyMs: 500 },
    )

    await stage.panel('POST', '/mappings/order-to-odoo/rollback', { to: before.live, note: 'mended' })
    for (const code of orders.keys()) await stage.panel('POST', '/failures/replay', { cause: causeIn(code) })
    for (const [code, order] of orders) {
      expect(await settled(order), code).toMatchObject([{ state: 'done' }])
      expect(await saleOrders(order), code).toHaveLength(1)
      await until(`${code} known in the shop`, async () => (await stage.shop.order(order.id)).externalKey)
    }
  })
})

/** A table's own code. */
const causeIn = (code: CauseCode): string => (code === 'unmapped' ? 'unmapped_tier' : code)
const mapping = z.object({
  live: z.number(),
  rules: z.looseObject({ rules: z.array(z.unknown()) }),
  draft: z.object({ revision: z.number() }).nullable(),
})
const groups = z.object({ items: z.array(z.object({ count: z.number(), message: z.string(), remedy: z.string() })) })
const alerts = z.object({ active: z.array(z.object({ key: z.string(), title: z.string(), text: z.string() })) })

async function taxesOf(order: Order): Promise<number[]> {
  const rows = await stage.odoo.psql<{ id: number }>(
    'select distinct t.account_tax_id id from account_tax_sale_order_line_rel t join sale_order_line l on l.id = t.sale_order_line_id join sale_order o on o.id = l.order_id where o.origin = $1 and not l.is_delivery',
    [order.number],
  )
  return rows.map(({ id }) => id)
}
