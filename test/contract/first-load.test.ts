import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { catalogue } from '../../clarity-extension/sandbox/catalogue.ts'
import { createOdooStandIn } from '../../clarity-extension/sandbox/odoo/stand-in.ts'
import { type Bridge, startBridge } from '../support/bridge.ts'
import { panelOf } from '../support/panel.ts'
import { openShop, type Shop } from '../support/shop.ts'
import { until } from '../support/until.ts'

/** The bridge as a merchant runs it, between the sandbox storefront and the stand-in; the real Odoo's turn is in test/real/cases-masters. */
let folder: string
let shop: Shop
let odoo: ReturnType<typeof createOdooStandIn>
let bridge: Bridge
let panel: ReturnType<typeof panelOf>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clarity-first-load-'))
  const apiKey = 'first-load-key'
  odoo = createOdooStandIn({ dataDir: ':memory:', apiKey, seed: catalogue })
  shop = await openShop(join(folder, 'shop'))
  bridge = await startBridge({
    ...shop.env,
    DATA_DIR: join(folder, 'bridge'),
    ODOO_URL: await odoo.start(0),
    ODOO_DB: odoo.database,
    ODOO_LOGIN: 'clarity_bridge',
    ODOO_API_KEY: apiKey,
    ODOO_WEBHOOK_SECRET: shop.secret,
  })
  panel = panelOf(bridge)
})
afterAll(async () => {
  await bridge?.stop()
  await shop?.stop()
  await odoo?.stop()
  rmSync(folder, { recursive: true, force: true })
})

interface Load {
  id: string
  state: string
  message: string | null
  counts: Record<'new' | 'linked' | 'conflict' | 'skipped', number>
  progress: { total: number; done: number; left: number; failed: number }
}
interface Row {
  id: string
  verdict: string
  why: string | null
  target: string | null
  source: { id: string; label: string; keys: Record<string, string> } | null
  candidates: { id: string }[]
}

const reaches = (entity: string, state: string) =>
  until(
    `a load of ${entity} that is ${state}`,
    async () => {
      const { items } = await panel<{ items: { entity: string; load: Load | null }[] }>('GET', '/loads')
      const load = items.find((one) => one.entity === entity)?.load
      if (load?.state === 'failed') throw new Error(load.message ?? 'it failed')
      return load?.state === state && load
    },
    { everyMs: 200 },
  )
async function dryRun(entity: string): Promise<{ load: Load; rows: Row[] }> {
  await panel('POST', '/loads', { entity })
  const load = await reaches(entity, 'planned')
  const { items } = await panel<{ items: Row[] }>('GET', `/loads/${load.id}/rows?limit=200`)
  return { load, rows: items }
}
async function bringOver(entity: string, { id }: Load): Promise<Load> {
  await panel('POST', `/loads/${id}/start`)
  return reaches(entity, 'done')
}
const owners = async (entity: string, change: object) => {
  await panel('PATCH', `/entities/${entity}`, { owners: change })
  // Believed for a second.
  await new Promise((resolve) => setTimeout(resolve, 1_100))
}
const inShop = async (path: string) =>
  ((await shop.call('GET', path)) as { results: Record<string, unknown>[] }).results

describe('a first load', () => {
  it('of products takes over what the storefront has, makes the rest, and leaves out what is not for it', async () => {
    const create = (values: Record<string, string | boolean>) =>
      odoo.person.create('product.product', { type: 'consu', is_storable: true, list_price: '7.50', ...values })
    create({ name: 'Fresh', default_code: 'FL-1' })
    create({ name: 'Of the ERP before', default_code: 'FL-2' })
    create({ name: 'Other barcode', default_code: 'FL-3', barcode: '111' })
    create({ name: 'Archived', default_code: 'FL-4', active: false })
    create({ name: 'Nameless' })
    const shopProduct = { prices: { base: '1.00' }, currency: 'USD', name: 'In the shop' }
    await shop.call('PUT', '/products/by-key/ERP-2', { ...shopProduct, sku: 'FL-2' })
    await shop.call('PUT', '/products/by-key/FL-3', { ...shopProduct, sku: 'FL-3', barcode: '222' })

    const { load, rows } = await dryRun('product')
    const of = (label: string) => rows.find(({ source }) => source?.label === label)
    expect(of('Fresh')).toMatchObject({ verdict: 'new' })
    expect(of('Of the ERP before')).toMatchObject({ verdict: 'conflict', why: 'other_key:sku' })
    expect(of('Other barcode')).toMatchObject({ verdict: 'conflict', why: 'differs:barcode' })
    expect(of('Archived')).toMatchObject({ verdict: 'skipped', why: 'inactive' })
    expect(of('Nameless')).toMatchObject({ verdict: 'skipped', why: 'no_key' })
    expect(await inShop('/products?sku=FL-1')).toEqual([])

    await panel('POST', `/loads/${load.id}/decisions`, { why: 'other_key:sku', decision: 'link' })
    const done = await bringOver('product', load)
    expect(done.progress.failed).toBe(0)
    expect(await inShop('/products?sku=FL-1')).toMatchObject([{ externalKey: 'FL-1', prices: { base: '7.5' } }])
    expect(await inShop('/products?sku=FL-2')).toMatchObject([{ externalKey: 'FL-2', name: 'Of the ERP before' }])
    expect(await inShop('/products?sku=FL-3')).toMatchObject([{ name: 'In the shop' }])

    // Decided after its end, brought over by itself; everything else is known by its link in the next dry run.
    await panel('POST', `/loads/${load.id}/decisions`, { why: 'differs:barcode', decision: 'link' })
    await bringOver('product', load)
    expect(await inShop('/products?sku=FL-3')).toMatchObject([{ name: 'Other barcode', barcode: '111' }])
    const again = await dryRun('product')
    expect(again.load.counts).toMatchObject({ new: 0, conflict: 0 })
    expect(again.rows.find(({ source }) => source?.label === 'Fresh')).toMatchObject({ verdict: 'linked', why: 'link' })
  })

  it('of stock shows every product that the storefront has', async () => {
    const { load } = await dryRun('stock')
    const done = await bringOver('stock', load)
    expect(done.progress).toMatchObject({ failed: 0 })
    const shown = (await shop.inventory()).map(({ sku }) => sku)
    expect(shown).toContain('FL-1')
  })

  it('of customers links by VAT number and e-mail address, and makes whom a person says to be new', async () => {
    const partner = (values: Record<string, string | boolean>) => odoo.person.create('res.partner', values)
    const company = partner({ name: 'ACME Ltd', vat: 'DE 136695976', is_company: true })
    const ann = partner({ name: 'Ann Load', email: 'ann@load.example', email_normalized: 'ann@load.example' })
    partner({ name: 'Somebody', email: 'bob@load.example', email_normalized: 'bob@load.example' })
    const put = async (key: string, body: object) =>
      ((await shop.call('PUT', `/customers/by-key/${key}`, { type: 'person', ...body })) as { id: string }).id
    await put('fl-acme', { type: 'company', name: 'A Buyer', companyName: 'Acme Ltd', vatNumber: 'DE136695976' })
    await put('fl-ann', { name: 'ann load', email: 'Ann@Load.example' })
    await put('fl-bob', { name: 'Bob', email: 'bob@load.example' })

    const { load, rows } = await dryRun('customer')
    const of = (label: string) => rows.find(({ source }) => source?.label === label)
    expect(of('Acme Ltd')).toMatchObject({ verdict: 'linked', why: 'vat', target: String(company) })
    expect(of('ann load')).toMatchObject({ verdict: 'linked', why: 'email', target: String(ann) })
    expect(of('Bob')).toMatchObject({ verdict: 'conflict', why: 'differs:name' })
    await panel('POST', `/loads/${load.id}/decisions`, { row: of('Bob')?.id, decision: 'new' })
    const done = await bringOver('customer', load)
    expect(done.progress).toMatchObject({ failed: 0 })
    expect(odoo.person.count('res.partner', { email_normalized: 'bob@load.example' })).toBe(2)
    expect(odoo.person.count('res.partner', { email_normalized: 'ann@load.example' })).toBe(1)
    // The company's partner has the name that its account has, and its buyer is a contact.
    expect(odoo.person.count('res.partner', { id: company, name: 'Acme Ltd' })).toBe(1)
  })

  it('of customers where Odoo is their record links them, and makes an account for who buys and has none, once', async () => {
    const kate = odoo.person.create('res.partner', {
      ...{ name: 'Kate Load', email: 'kate@load.example', email_normalized: 'kate@load.example', phone: '123' },
    })
    odoo.person.create('res.partner', { name: 'Sells to us', email: 'nobody@load.example' })
    const buyer = (name: string, values: Record<string, string | boolean>) => {
      const partner_id = odoo.person.create('res.partner', { name, ...values })
      odoo.person.create('sale.order', { partner_id })
      return partner_id
    }
    const ben = buyer('Ben  Buyer', { email: 'Ben@load.example', email_normalized: 'ben@load.example', phone: '9' })
    const firm = buyer('Firm Ltd', { email: 'firm@load.example', vat: 'DE 115235681', is_company: true })
    buyer('No address', {})
    const account = { type: 'person', name: 'Kate Load', email: 'kate@load.example' }
    await shop.call('PUT', '/customers/by-key/fl-kate', account)
    const odooOwns = { side: 'odoo', otherwise: 'ignore' }
    // Addresses stay the storefront's: what it tells of a new account is not left alone.
    await owners('customer', { content: odooOwns })

    const { load, rows } = await dryRun('customer')
    const of = (label: string) => rows.find(({ source }) => source?.label === label)
    expect(of('Kate Load')).toMatchObject({ verdict: 'linked', why: 'email', source: { id: String(kate) } })
    expect(of('Sells to us')).toMatchObject({ verdict: 'skipped', why: 'not_there' })
    expect(of('No address')).toMatchObject({ verdict: 'skipped', why: 'no_key' })
    expect([of('Ben  Buyer'), of('Firm Ltd')]).toMatchObject([{ verdict: 'new' }, { verdict: 'new' }])
    // The storefront tells of every account at once: also of one that is not linked yet.
    shop.enable(bridge.url)
    const partners = odoo.person.count('res.partner', {})
    const done = await bringOver('customer', load)
    expect(done.progress).toMatchObject({ failed: 0 })
    await shop.storefront.idle()
    const accounts = async (email: string) =>
      (await inShop('/customers?pageSize=200')).filter((one) => String(one.email).toLowerCase() === email)
    expect(await accounts('ben@load.example')).toMatchObject([
      { type: 'person', name: 'Ben  Buyer', phone: '9', externalKey: `partner-${ben}` },
    ])
    expect(await accounts('firm@load.example')).toMatchObject([
      { type: 'company', companyName: 'Firm Ltd', vatNumber: 'DE 115235681', externalKey: `partner-${firm}` },
    ])
    const again = await dryRun('customer')
    expect(again.load.counts).toMatchObject({ new: 0 })
    expect((await bringOver('customer', again.load)).progress).toMatchObject({ failed: 0 })
    expect(await accounts('ben@load.example')).toHaveLength(1)
    expect(odoo.person.count('res.partner', {})).toBe(partners)
    const [told] = (await inShop('/customers?pageSize=200')).filter(({ email }) => email === 'kate@load.example')
    expect(told).toMatchObject({ phone: '123', externalKey: `partner-${kate}` })
  })

  it('says what it cannot do: a stand-in keeps no price rules, an entity without a first load has none', async () => {
    await panel('POST', '/loads', { entity: 'price' })
    await expect(reaches('price', 'planned')).rejects.toThrow('keeps no rules of price lists')
    await expect(panel('POST', '/loads', { entity: 'invoice' })).rejects.toThrow('not_loadable')
  })
})
