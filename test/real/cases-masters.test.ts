import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkout, springfield } from '../support/shop.ts'
import { openStage, type Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage({ seeded: true })
  for (const name of ['product', 'price', 'customer']) {
    await stage.admin('ir.config_parameter', 'set_param', { key: `clarity_bridge.emit_${name}`, value: '1' })
  }
})
afterAll(async () => stage?.dispose())

interface Account {
  id: string
  externalKey: string | null
  phone: string | null
  creditLimit: string | null
  onHold: boolean
  priceList: string | null
}
const account = async (id: string) => (await stage.shop.call('GET', `/customers/${id}`)) as Account
async function register(key: string, body: Record<string, unknown>): Promise<string> {
  const made = (await stage.shop.call('PUT', `/customers/by-key/${key}`, { type: 'person', ...body })) as Account
  return made.id
}
const partners = (sql: string, values: unknown[]) =>
  stage.odoo.psql<{ id: number; name: string; street: string; type: string }>(
    `select id, name, street, type from res_partner where ${sql} order by id`,
    values,
  )
const linked = async (id: string) => {
  const rows = await stage.odoo.psql<{ res_id: number }>(
    "select res_id from clarity_link where kind = 'customer' and clarity_ref = $1",
    [id],
  )
  return rows[0]?.res_id
}
const attemptsOn = (lane: string) => stage.attempts().filter((attempt) => attempt.lane === lane)
/** Every event of the lane has come and been dealt with. */
const quiet = async (lane: string, events: number) => {
  await until(`${events} events on ${lane}`, async () => attemptsOn(lane).length >= events)
  await new Promise((resolve) => setTimeout(resolve, 3_000))
}
const sold = (name: string, street: string) => ({ ...springfield, name, line1: street })

describe('master data', () => {
  it('CASES 28: a guest who registers is the partner of her orders; an old order keeps the address it was placed with', async () => {
    const contact = { name: 'Ann Case', email: 'ann@case28.example' }
    const address = sold('Ann Case', '1 Old St')
    const order = await stage.shop.place(checkout(1, { contact, billingAddress: address, shippingAddress: address }))
    await until('the order', async () => (await stage.shop.order(order.id)).externalKey)

    const addresses = [{ ...address, kind: 'billing' }]
    const id = await register('ann', { ...contact, phone: '+1 217 555 0100', addresses })
    await until('her partner', () => linked(id))
    expect(await partners('email_normalized = $1 and parent_id is null', [contact.email])).toHaveLength(1)

    const moved = [{ ...address, kind: 'billing', line1: '9 New St' }]
    await stage.shop.call('PATCH', `/customers/${id}`, { addresses: moved })
    await until('her new address', async () => {
      const [found] = await partners("street = '9 New St' and parent_id = $1", [await linked(id)])
      return found
    })
    const [placed] = await stage.odoo.psql<{ street: string }>(
      'select p.street from sale_order o join res_partner p on p.id = o.partner_invoice_id where o.origin = $1',
      [order.number],
    )
    expect(placed?.street).toBe('1 Old St')
  })

  it('CASES 7: our own write makes the other side tell of it once, and nothing is written again', async () => {
    const id = await register('echo', { name: 'Eva Echo', email: 'eva@case7.example', phone: '1' })
    const partner = await until('her partner', () => linked(id))
    await stage.admin('res.partner', 'write', { ids: [partner], vals: { clarity_on_hold: true } })
    await until('her hold', async () => (await account(id)).onHold)
    // customer.created, partner.changed, and the storefront's word about what we wrote.
    await quiet(`customer:${id}`, 3)
    const outcomes = attemptsOn(`customer:${id}`).map(({ type, outcome }) => `${type} ${outcome}`)
    expect(outcomes).toEqual(['customer.created done', 'partner.changed done', 'customer.updated skip'])
    expect(await account(id)).toMatchObject({ externalKey: `partner-${partner}`, phone: '1' })
  })

  it('a company arrives with its contacts and addresses, and a tax number that Odoo refuses is named', async () => {
    await stage.odoo.install('base_vat')
    const company = {
      type: 'company',
      name: 'Cora Buyer',
      companyName: 'Case Works',
      email: 'office@works.example',
      vatNumber: 'BE0477472701',
      contacts: [{ id: 'c1', name: 'Bob Foreman', email: 'bob@works.example' }],
      addresses: [
        { ...sold('Case Works', 'Rue 1'), country: 'BE', region: null, kind: 'billing' },
        { ...sold('Depot', 'Rue 2'), country: 'BE', region: null, kind: 'shipping' },
      ],
    }
    const id = await register('works', company)
    const partner = await until('the company', () => linked(id))
    await until('its contacts', async () => {
      const children = await partners('parent_id = $1', [partner])
      const there = children.map(({ name, type }) => `${type} ${name}`)
      return ['contact Bob Foreman', 'contact Cora Buyer', 'delivery Depot'].every((one) => there.includes(one))
    })
    const bad = await register('bad-vat', { ...company, companyName: 'Bad Works', vatNumber: 'BE0000000001' })
    const parked = await until('the refusal', async () => {
      const { items } = await stage.panel<{ items: { id: number; state: string; cause: string }[] }>(
        'GET',
        `/events?q=${bad}`,
      )
      return items.find(({ state }) => state === 'dead')
    })
    expect(parked).toMatchObject({ cause: 'business_rule' })
    const detail = await stage.panel<{ problems: { field: string }[] }>('GET', `/events/${parked.id}`)
    expect(JSON.stringify(detail)).toContain('"/vatNumber"')
  })

  it('a product, its variants and a price rule of Odoo appear in the storefront, change there and end there', async () => {
    const [id] = await stage.admin<number[]>('product.product', 'create', {
      vals_list: [{ name: 'Lamp', default_code: 'LAMP-1', list_price: 30, is_storable: true, sale_ok: true }],
    })
    const lamp = () =>
      stage.shop.call('GET', '/products/by-key/LAMP-1').catch(() => undefined) as Promise<
        { name: string; prices: { base: string }; active: boolean } | undefined
      >
    await until('the lamp', lamp)
    await stage.admin('product.product', 'write', { ids: [id], vals: { list_price: 32.5, name: 'Desk lamp' } })
    await until('its new price', async () => (await lamp())?.prices.base === '32.5')
    expect(await lamp()).toMatchObject({ name: 'Desk lamp', active: true })

    const [list] = await stage.admin<number[]>('product.pricelist', 'create', { vals_list: [{ name: 'Wholesale' }] })
    const [item] = await stage.admin<number[]>('product.pricelist.item', 'create', {
      vals_list: [
        {
          ...{ pricelist_id: list, applied_on: '0_product_variant', product_id: id },
          ...{ compute_price: 'percentage', percent_price: 15, min_quantity: 5 },
        },
      ],
    })
    const rule = () =>
      stage.shop
        .call('GET', `/price-rules/by-key/${encodeURIComponent(`price-${item}:LAMP-1`)}`)
        .catch(() => undefined) as Promise<
        { percent: string; minQuantity: string; priceList: string; to: string | null } | undefined
      >
    await until('the rule', rule)
    expect(await rule()).toMatchObject({ priceList: 'Wholesale', percent: '15', minQuantity: '5', to: null })
    await stage.admin('product.pricelist.item', 'unlink', { ids: [item] })
    await until('its end', async () => (await rule())?.to)
    await stage.admin('product.product', 'action_archive', { ids: [id] })
    await until('the lamp to end', async () => (await lamp())?.active === false)
  })

  it('where the storefront is the record of products they come to Odoo, a missing right is one refusal', async () => {
    await stage.panel('PATCH', '/entities/product', {
      owners: {
        content: { side: 'clarity', otherwise: 'ignore' },
        price: { side: 'clarity', otherwise: 'ignore' },
      },
    })
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    const put = (sku: string, more: object = {}) =>
      stage.shop.call('PUT', `/products/by-key/${sku}`, {
        ...{ sku, name: sku, prices: { base: '9.90' }, currency: 'USD', categoryPath: ['Case', 'Own'] },
        ...more,
      })
    await put('OWN-1')
    await put('OWN-2')
    await until('the pause', async () => {
      const { items } = await stage.panel<{ items: { name: string; state: string; cause: string }[] }>(
        'GET',
        '/connections',
      )
      return items.find(({ name, state }) => name === 'odoo' && state === 'paused')
    })
    // Through the server: a shell does not tell it that rights have changed.
    const [granted] = await stage.odoo.psql<{ user: number; group: number }>(
      `select u.id "user", d.res_id "group" from res_users u, ir_model_data d
          where u.login = $1 and d.module = 'clarity_bridge' and d.name = 'group_service_products'`,
      [stage.odoo.login],
    )
    await stage.admin('res.users', 'write', { ids: [granted?.user], vals: { group_ids: [[4, granted?.group]] } })
    await stage.panel('POST', '/connections/odoo/resume')
    const shape = { variantOf: 'Own shirt', uom: 'unit' }
    await put('OWN-S', { ...shape, options: { Fit: 'S' }, name: 'Own shirt (S)' })
    await put('OWN-L', { ...shape, options: { Fit: 'L' }, name: 'Own shirt (L)' })
    await until('four products', async () => {
      const rows = await stage.odoo.psql(
        "select 1 from product_product where default_code in ('OWN-1', 'OWN-2', 'OWN-S', 'OWN-L') and active",
      )
      return rows.length === 4
    })
    const templates = await stage.odoo.psql<{ n: number }>(
      `select count(distinct product_tmpl_id)::int n from product_product where default_code in ('OWN-S', 'OWN-L')`,
    )
    expect(templates[0]?.n).toBe(1)
    const dead = await stage.panel<{ items: { state: string }[] }>('GET', '/events?q=OWN-')
    expect(dead.items.filter(({ state }) => state === 'dead')).toEqual([])
  })
})
