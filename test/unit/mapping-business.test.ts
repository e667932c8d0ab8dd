import { describe, expect, it } from 'vitest'
import { defaultLookups } from '../../clarity-extension/mapping/defaults/lookups.ts'
import type { Json } from '../../clarity-extension/mapping/json.ts'
import { mergeTables } from '../../clarity-extension/mapping/lookups.ts'
import { asksForHistory } from '../../clarity-extension/mapping/order/history.ts'
import { minimumAsksForProducts } from '../../clarity-extension/mapping/order/minimum.ts'
import { asksForProducts } from '../../clarity-extension/mapping/order/products.ts'
import { defaultRuleSets, type OrderContext } from '../../clarity-extension/mapping/order.ts'
import { ruleSet } from '../../clarity-extension/mapping/rule-shape.ts'
import type { Condition, Rule } from '../../clarity-extension/mapping/rules.ts'
import { checkNames } from '../../shared/checks.ts'
import { mapFixture, operationsOf, orderFixture, usd } from './mapping-support.ts'

const withTables = (own: Record<string, Record<string, Json>>): OrderContext => {
  const entries = Object.entries(own).map(([table, some]) => [table, { entries: some }] as const)
  return { ...usd, lookups: mergeTables(defaultLookups, Object.fromEntries(entries)) }
}
const paid = (state = 'captured', amount = '100000') => ({
  payments: [{ id: 'p1', method: 'card', amount, currency: 'USD', state, at: '2026-03-01T10:00:00Z' }],
})
const customerOf = (fixture: string, context = usd) =>
  operationsOf(fixture, {}, context)[0]?.ensure?.find(({ kind }) => kind === 'customer')?.values ?? {}

describe('what Odoo holds an order to', () => {
  const checks = (change: object = {}, context = usd) => operationsOf('guest', { ...change }, context)[0]?.checks

  it('asks for credit only where something is not paid, and for a purchase order number only where there is one', () => {
    expect(checks(paid())).toEqual(['not_for_sale', 'customer_warning'])
    expect(checks(paid('authorized'))).not.toContain('credit_limit')
    for (const owed of [{ payments: [] }, paid('pending'), paid('captured', '0.01')])
      expect(checks(owed)).toContain('credit_limit')
    expect(checks({ purchaseOrderNumber: 'PO-1' })).toContain('duplicate_reference')
  })

  it('asks for a hold in Odoo where something is not paid, unless the storefront’s own hold was decided already', () => {
    expect(checks(paid())).not.toContain('customer_on_hold')
    const approved = { ...usd, approvals: ['rule'] }
    const both = mapFixture('registered', { payments: [] }, approved, { onHold: true })
    expect(both.ok && both.operations[0].checks).toEqual(['not_for_sale', 'customer_warning', 'credit_limit'])
    expect(operationsOf('registered', { payments: [] }, usd)[0]?.checks).toContain('customer_on_hold')
  })

  it('asks nothing of a cancelled order, and no more what a person has approved: no other check goes with it', () => {
    expect(checks({ status: 'cancelled' })).toBeUndefined()
    expect(checks({}, { ...usd, approvals: ['credit_limit'] })).toEqual([
      'not_for_sale',
      'customer_warning',
      'customer_on_hold',
    ])
    expect(checks({}, { ...usd, approvals: ['rule'] })).toContain('credit_limit')
    expect(checks({}, { ...usd, approvals: [...checkNames] })).toBeUndefined()
  })

  it('is no part of what is written: switching a check on writes no order again', () => {
    const without = { ...usd, ruleSets: { ...defaultRuleSets, order: { ...defaultRuleSets.order, checks: [] } } }
    expect(operationsOf('guest', {}, without)[0]?.hash).toBe(operationsOf('guest')[0]?.hash)
  })

  it('is data that can be exported and imported', () => {
    for (const set of Object.values(defaultRuleSets))
      expect(ruleSet.parse(JSON.parse(JSON.stringify(set)))).toEqual(set)
    expect(ruleSet.safeParse({ ...defaultRuleSets.order, checks: [{ check: 'horoscope' }] }).success).toBe(false)
  })
})

describe('a customer who is on hold in the storefront', () => {
  it('is looked at by a person, unless somebody has approved the order', () => {
    const context = { ...usd }
    const held = mapFixture('registered', {}, context, { onHold: true })
    expect(held).toMatchObject({ ok: false, outcome: { kind: 'review', cause: 'rule' } })
    expect(mapFixture('registered', {}, { ...usd, approvals: ['rule'] }, { onHold: true }).ok).toBe(true)
    expect(mapFixture('registered', {}, context, { onHold: false }).ok).toBe(true)
  })
})

describe('routing by rules and tables', () => {
  it('CASES 31: the storeId decides the company of the order and of its payments; without an entry nothing is said', () => {
    const context = withTables({ company: { two: 'Second Company' } })
    const found = { $find: { model: 'res.company', by: { name: 'Second Company' } } }
    const operations = operationsOf('guest', { storeId: 'two', ...paid() }, context)
    expect(operations.length).toBeGreaterThan(1)
    expect(operations.map(({ values }) => values.company_id)).toEqual(operations.map(() => found))
    for (const { values } of operationsOf('guest', { storeId: 'one', ...paid() }, context))
      expect(values).not.toHaveProperty('company_id')
  })

  it('by place, amount and attribute to a warehouse, a team, a salesperson and a fiscal position', () => {
    const find = (model: string, name: string) => ({ find: { model, by: { name: { const: name } } } })
    const rules: Rule[] = [
      {
        to: 'warehouse_id',
        when: { path: 'shippingAddress.country', in: ['US', 'CA'] },
        ...find('stock.warehouse', 'East'),
      },
      { to: 'team_id', when: { path: 'total', greater: '10' }, ...find('crm.team', 'Key accounts') },
      { to: 'user_id', when: { path: 'attributes.channel', equals: 'b2b' }, ...find('res.users', 'Ada') },
      {
        to: 'fiscal_position_id',
        when: { not: { path: 'shippingAddress.country', equals: 'US' } },
        ...find('account.fiscal.position', 'Export'),
      },
      ...defaultRuleSets.order.rules,
    ]
    const context = { ...usd, ruleSets: { ...defaultRuleSets, order: { ...defaultRuleSets.order, rules } } }
    const { values } = operationsOf('guest', { attributes: { channel: 'b2b' } }, context)[0] ?? {}
    expect(values).toMatchObject({
      warehouse_id: { $find: { model: 'stock.warehouse' } },
      team_id: { $find: { by: { name: 'Key accounts' } } },
      user_id: { $find: { by: { name: 'Ada' } } },
    })
    expect(values).not.toHaveProperty('fiscal_position_id')
  })
})

describe('the minimum of what is sold', () => {
  const item = orderFixture('guest').order.items[0]
  const sku = item?.sku ?? ''
  const facts = {
    type: 'consu',
    category: 'All / Bikes / E',
    categories: ['All', 'All / Bikes', 'All / Bikes / E'],
    tags: ['heavy'],
    storable: true,
  }
  const known = (entries: Record<string, Json>, more: Partial<OrderContext> = {}): OrderContext => ({
    ...withTables({ minimum_quantity: entries }),
    products: new Map([[sku, facts]]),
    ...more,
  })
  const heldFor = (entries: Record<string, Json>, more: Partial<OrderContext> = {}) => {
    const mapped = mapFixture('guest', {}, known(entries, more))
    return mapped.ok || mapped.outcome.kind !== 'review' ? undefined : mapped.outcome
  }

  it('holds an order that has less of a product, names it, and lets it through once a person approved', () => {
    expect(heldFor({ [sku]: '1000' })).toEqual({
      kind: 'review',
      cause: 'minimum_quantity',
      message: expect.stringContaining(`of ${sku} are ordered; the minimum is 1000.`),
      facts: expect.objectContaining({
        below_minimum: [{ field: '/items/0', sku, quantity: expect.any(String), minimum: '1000' }],
      }),
    })
    expect(heldFor({ [sku]: '0.5' })).toBeUndefined()
    expect(mapFixture('guest', {}, known({ [sku]: '1000' }, { approvals: ['minimum_quantity'] })).ok).toBe(true)
    expect(mapFixture('guest', { status: 'cancelled' }, known({ [sku]: '1000' })).ok).toBe(true)
  })

  it('is asked of a tag, of the nearest category, of a kind of customer, or of everything; the nearest entry decides', () => {
    for (const entry of ['tag:heavy', 'category:All / Bikes', 'guest/*', `guest/${sku}`, '*'])
      expect(heldFor({ [entry]: '1000' }), entry).toBeDefined()
    for (const entry of ['tag:light', 'category:Bikes', 'company/*', `company/${sku}`])
      expect(heldFor({ [entry]: '1000' }), entry).toBeUndefined()
    expect(heldFor({ '*': '1000', [sku]: '1', 'MUG-WHT': '1' })).toBeUndefined()
    expect(heldFor({ 'category:All': '1000', 'category:All / Bikes / E': '1' })).toBeUndefined()
    expect(heldFor({ [sku]: '1000', [`guest/${sku}`]: '1' })).toBeUndefined()
  })

  it('counts all lines of a product together', () => {
    const line = { ...item, quantity: '2', discount: '0', unitPrice: '5', total: '10', taxAmount: '0', taxRate: '0' }
    const change = {
      items: [line, { ...line, lineId: 'again' }],
      ...{ shippingLines: [], discounts: [] },
      ...{ subtotal: '20', shippingTotal: '0', taxTotal: '0', total: '20' },
    }
    expect(mapFixture('guest', change, known({ [sku]: '4' })).ok).toBe(true)
    const mapped = mapFixture('guest', change, known({ [sku]: '5' }))
    expect(mapped).toMatchObject({ outcome: { facts: { below_minimum: [{ quantity: '4', minimum: '5' }] } } })
  })

  it('stands beside a rule that holds the order too: everything is said at once', () => {
    const order = { ...defaultRuleSets.order, review: [{ when: { path: 'total', greater: '0' }, reason: 'By hand.' }] }
    const both = heldFor({ [sku]: '1000' }, { ruleSets: { ...defaultRuleSets, order } })
    expect(both).toMatchObject({
      cause: 'rule',
      facts: { reasons: [{ cause: 'rule', message: 'By hand.' }, { cause: 'minimum_quantity' }] },
    })
  })

  it('parks where the table gives no number, and asks Odoo only where an entry speaks of tags or categories', () => {
    expect(mapFixture('guest', {}, known({ [sku]: 'six' }))).toMatchObject({
      ok: false,
      outcome: { kind: 'correct', problems: [{ code: 'invalid_value', field: '/items/0/quantity', value: sku }] },
    })
    const asks = (entries: Record<string, Json>) => minimumAsksForProducts(known(entries).lookups)
    expect([asks({ [sku]: '1' }), asks({ 'tag:heavy': '1' }), asks({ 'company/category:All': '1' })]).toEqual([
      false,
      true,
      true,
    ])
  })
})

describe('conditions about products', () => {
  const bikes: Rule = {
    to: 'warehouse_id',
    when: { some: { in: 'items', where: { path: 'product.categories', contains: 'All / Bikes' } } },
    find: { model: 'stock.warehouse', by: { code: { const: 'BIKE' } } },
  }
  const order = { ...defaultRuleSets.order, rules: [bikes, ...defaultRuleSets.order.rules] }
  const products = (sku: string) =>
    new Map([
      [
        sku,
        {
          type: 'consu',
          category: 'All / Bikes / E',
          categories: ['All', 'All / Bikes'],
          tags: ['heavy'],
          storable: true,
        },
      ],
    ])

  it('route by type, tag or category what Odoo says of them', () => {
    const { order: given } = orderFixture('guest')
    const ruleSets = { ...defaultRuleSets, order }
    const known = { ...usd, ruleSets, products: products(given.items[0]?.sku ?? '') }
    expect(operationsOf('guest', {}, known)[0]?.values.warehouse_id).toEqual({
      $find: { model: 'stock.warehouse', by: { code: 'BIKE' } },
    })
    const other = { ...usd, ruleSets, products: products('something else') }
    expect(operationsOf('guest', {}, other)[0]?.values).not.toHaveProperty('warehouse_id')
  })

  it('are the only reason to ask Odoo about products', () => {
    expect(asksForProducts(order)).toBe(true)
    expect(asksForProducts(defaultRuleSets.order)).toBe(false)
    const text: Rule = { to: 'note', jsonata: '$join(items.product.tags, ", ")' }
    expect(asksForProducts({ ...defaultRuleSets.order, rules: [text] })).toBe(true)
    const model: Rule = { to: 'categ', find: { model: 'product.category', by: { name: { from: 'note' } } } }
    expect(asksForProducts({ ...defaultRuleSets.order, rules: [model] })).toBe(false)
  })
})

describe('what a rule that holds an order looked at', () => {
  const lookedAt = (when: Condition, change = {}) => {
    const order = { ...defaultRuleSets.order, review: [{ when, reason: 'By hand.' }] }
    const mapped = mapFixture('guest', change, { ...usd, ruleSets: { ...defaultRuleSets, order } })
    const outcome = mapped.ok ? undefined : mapped.outcome
    return outcome?.kind === 'review' ? outcome.facts.looked_at : undefined
  }
  const abroad: Condition = { not: { path: 'shippingAddress.country', in: ['CA'] } }

  it('is shown to the person, so that another value is another question', () => {
    expect(lookedAt(abroad)).toEqual([{ field: '/shippingAddress/country', value: 'US' }])
    const { order } = orderFixture('guest')
    const moved = { shippingAddress: { ...order.shippingAddress, country: 'MX', region: null } }
    expect(lookedAt(abroad, moved)).toEqual([{ field: '/shippingAddress/country', value: 'MX' }])
  })

  it('is of lists what the rule is about, and of a choice what held', () => {
    const { order } = orderFixture('guest')
    const big: Condition = { some: { in: 'items', where: { path: 'unitPrice', greater: '0' } } }
    expect(lookedAt(big)).toEqual(
      order.items.map(({ unitPrice }, index) => ({ field: `/items/${index}/unitPrice`, value: unitPrice })),
    )
    expect(lookedAt({ or: [{ path: 'currency', equals: 'XXX' }, abroad] })).toEqual(lookedAt(abroad))
    expect(lookedAt({ and: [abroad, { path: '$company.currency', equals: 'USD' }] })).toEqual(lookedAt(abroad))
  })
})

describe('the level of a customer, new or not', () => {
  const levels = { 'orders:1': 'New', 'orders:10': 'Regular', 'value:1000': 'Big', 'orders:ten': 'never' }
  const profileOf = (history: OrderContext['history'], entries: Record<string, Json> = levels, change = {}) => {
    const context = { ...withTables({ customer_level: entries }), ...(history !== undefined && { history }) }
    return operationsOf('guest', change, context).find(({ kind }) => kind === 'profile')
  }
  const tagsOf = (operation: ReturnType<typeof profileOf>) => {
    const { $set, $add = $set } = JSON.parse(JSON.stringify(operation?.values.category_id))
    return $add.map((tag: unknown) =>
      typeof tag === 'number' ? tag : JSON.stringify(tag).match(/"name":"(.*?)"/)?.[1],
    )
  }

  it('counts the order at hand, and is written to the one record that is the customer', () => {
    const profile = profileOf(null)
    expect(tagsOf(profile)).toEqual(['New'])
    expect(profile?.match).toEqual({ id: { $ref: `customer:${profile?.ref}` } })
    expect(profile?.ensure?.map(({ kind }) => kind)).toEqual(['customer'])
    expect(tagsOf(profileOf({ orders: 9, value: '0', tags: [] }))).toEqual(['Regular'])
    expect(tagsOf(profileOf({ orders: 9, value: '999', tags: [] }))).toEqual(['Regular', 'Big'])
    expect(tagsOf(profileOf({ orders: 0, value: '999', tags: [] }, { 'value:1000': 'Big' }))).toEqual(['Big'])
  })

  it('takes the tag of an earlier level off, and leaves every other one', () => {
    const tags = [
      { id: 3, name: 'New' },
      { id: 4, name: 'Lives nearby' },
    ]
    expect(tagsOf(profileOf({ orders: 9, value: '0', tags }))).toEqual([4, 'Regular'])
  })

  it('takes no tag off a customer that Odoo may have under another reference', () => {
    expect(profileOf(null)?.values.category_id).toEqual({ $add: [expect.anything()] })
    expect(profileOf({ orders: 0, value: '0', tags: [] })?.values.category_id).toEqual({ $set: [expect.anything()] })
  })

  it('says nothing where no entry is reached, of a cancelled order, and where nothing asks', () => {
    expect(profileOf(null, { 'orders:2': 'Twice' })).toBeUndefined()
    expect(profileOf(null, levels, { status: 'cancelled' })).toBeUndefined()
    expect(profileOf(undefined)).toBeUndefined()
    const sets = [defaultRuleSets.profile, defaultRuleSets.order]
    expect(asksForHistory(sets, defaultLookups)).toBe(false)
    expect(asksForHistory(sets, withTables({ customer_level: levels }).lookups)).toBe(true)
    const counting: Rule = { to: 'x_studio_orders', from: 'history.orders' }
    const own = { ...defaultRuleSets.profile, rules: [...defaultRuleSets.profile.rules, counting] }
    expect(asksForHistory([own], defaultLookups)).toBe(true)
    const written = operationsOf(
      'guest',
      {},
      {
        ...usd,
        ruleSets: { ...defaultRuleSets, profile: own },
        history: { orders: 4, value: '10', tags: [] },
      },
    )
    expect(written.at(-1)?.values).toEqual({ x_studio_orders: '5' })
  })

  it('can be asked by what holds an order: the first one of a customer, say', () => {
    const order = {
      ...defaultRuleSets.order,
      review: [{ when: { path: 'history.orders', equals: '0' }, reason: 'Look at first orders.' }],
    }
    const context = (orders: number): OrderContext => ({
      ...usd,
      ruleSets: { ...defaultRuleSets, order },
      history: { orders, value: '0', tags: [] },
    })
    expect(mapFixture('guest', {}, context(0))).toMatchObject({ outcome: { cause: 'rule' } })
    expect(mapFixture('guest', {}, context(1)).ok).toBe(true)
  })
})

describe('the profile of a new customer', () => {
  it('is left alone while the tables are empty', () => {
    for (const field of ['lang', 'user_id', 'category_id', 'property_account_position_id'])
      expect(customerOf('guest')).not.toHaveProperty(field)
  })

  it('takes language, salesperson of the region before the country, fiscal position and tag from the tables', () => {
    const context = withTables({
      language: { us: 'en_US' },
      salesperson: { us: 'ada', 'us/il': 'bob' },
      fiscal_position: { us: 'Domestic' },
      customer_tag: { guest: 'Webshop' },
    })
    expect(customerOf('guest', context)).toMatchObject({
      lang: 'en_US',
      property_account_position_id: { $find: { model: 'account.fiscal.position', by: { name: 'Domestic' } } },
      category_id: { $set: [{ $find: { model: 'res.partner.category', by: { name: 'Webshop' } } }] },
    })
    const { login } = JSON.parse(JSON.stringify(customerOf('guest', context).user_id)).$find.by
    expect(['ada', 'bob']).toContain(login)
    expect(customerOf('guest', withTables({ salesperson: { us: 'ada' } })).user_id).toEqual({
      $find: { model: 'res.users', by: { login: 'ada' } },
    })
  })

  it('a country that the storefront writes in its own way is read by the table', () => {
    const context = withTables({ country: { US: 'CA' } })
    expect(JSON.stringify(customerOf('guest', context).country_id)).toContain('"CA"')
  })
})
