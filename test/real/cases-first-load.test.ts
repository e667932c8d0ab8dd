import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inParallel } from '../bench/figures.ts'
import { openStage, type Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage({ seeded: true })
})
afterAll(async () => stage?.dispose())

async function register(key: string, body: Record<string, unknown>): Promise<string> {
  const made = (await stage.shop.call('PUT', `/customers/by-key/${key}`, { type: 'person', ...body })) as { id: string }
  return made.id
}
const linked = async (id: string) => {
  const rows = await stage.odoo.psql<{ res_id: number }>(
    "select res_id from clarity_link where kind = 'customer' and clarity_ref = $1",
    [id],
  )
  return rows[0]?.res_id
}

describe('a first load on a real Odoo 19', () => {
  interface Load {
    id: string
    state: string
    message: string | null
    counts: Record<'new' | 'linked' | 'conflict' | 'skipped', number>
    progress: { total: number; done: number; left: number; failed: number }
  }
  interface Row {
    id: string
    why: string
    source: { label: string } | null
    candidates: { id: string; label: string }[]
  }
  const load = async (entity: string): Promise<Load> => {
    const { items } = await stage.panel<{ items: { entity: string; load: Load | null }[] }>('GET', '/loads')
    const found = items.find((one) => one.entity === entity)?.load
    if (!found) throw new Error(`no load of ${entity}`)
    return found
  }
  const reaches = (entity: string, state: string) =>
    until(
      `a load of ${entity} that is ${state}`,
      async () => {
        const now = await load(entity)
        if (now.state === 'failed') throw new Error(now.message ?? 'it failed')
        return now.state === state && now
      },
      { everyMs: 200 },
    )
  const conflicts = async (id: string) =>
    (await stage.panel<{ items: Row[] }>('GET', `/loads/${id}/rows?verdict=conflict&limit=200`)).items
  const switched = async (entity: string, change: object) => {
    await stage.panel('PATCH', `/entities/${entity}`, change)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
  }
  const many = 240
  const partnersNow = async () =>
    (await stage.odoo.psql<{ n: number }>('select count(*)::int n from res_partner'))[0]?.n

  it('of customers links whom Odoo knows, asks where it is not certain, survives kill -9, and makes nobody twice', async () => {
    await switched('customer', { directions: { toOdoo: false } })
    const [known] = await stage.admin<number[]>('res.partner', 'create', {
      vals_list: [{ name: 'Load Known', email: 'Load.Known@shop.example' }],
    })
    const [other] = await stage.admin<number[]>('res.partner', 'create', {
      vals_list: [{ name: 'Another Name', email: 'load-other@shop.example' }],
    })
    await stage.admin('res.partner', 'create', {
      vals_list: [1, 2].map(() => ({ name: 'Load Twice', email: 'load-twice@shop.example' })),
    })
    const knownId = await register('load-known', { name: 'load  known', email: 'load.known@shop.example' })
    const otherId = await register('load-other', { name: 'Load Other', email: 'load-other@shop.example' })
    const twiceId = await register('load-twice', { name: 'Load Twice', email: 'load-twice@shop.example' })
    await inParallel(
      Array.from({ length: many }, (_, n) => n),
      10,
      async (n) => void (await register(`load-${n}`, { name: `Load ${n}`, email: `load-${n}@shop.example` })),
    )
    // Switched on too early, the last of them would come by their own events.
    await until('all of them left alone', async () => {
      const skipped = stage.attempts().filter(({ type, outcome }) => type === 'customer.created' && outcome === 'skip')
      return skipped.length >= many + 3
    })
    await switched('customer', { directions: { toOdoo: true } })

    const before = await partnersNow()
    await stage.panel('POST', '/loads', { entity: 'customer' })
    const planned = await reaches('customer', 'planned')
    expect(planned.counts).toMatchObject({ new: many, conflict: 2 })
    expect(await partnersNow()).toBe(before)
    const rows = await conflicts(planned.id)
    const whyOf = (label: string) => rows.find((row) => row.source?.label === label)
    expect(whyOf('Load Other')).toMatchObject({ why: 'differs:name', candidates: [{ id: String(other) }] })
    expect(whyOf('Load Twice')).toMatchObject({ why: 'several_there:email' })
    const decide = (body: object) => stage.panel('POST', `/loads/${planned.id}/decisions`, body)
    await decide({ row: whyOf('Load Other')?.id, decision: 'link', target: String(other) })
    await decide({ row: whyOf('Load Twice')?.id, decision: 'new' })

    // A new connection per look may take longer than all three calls on a busy machine.
    const watching = await stage.odoo.database()
    const madeNow = async () => {
      const { rows } = await watching.query<{ n: number }>('select count(*)::int n from res_partner')
      return (rows[0]?.n ?? 0) - (before ?? 0)
    }
    await stage.panel('POST', `/loads/${planned.id}/start`)
    await until('some of them in Odoo', async () => (await madeNow()) > 0, { everyMs: 20 })
    await stage.bridge.kill()
    expect(await madeNow(), 'all of them were there before the kill').toBeLessThan(many)
    await watching.end()
    await stage.bridge.start()
    const { progress } = await reaches('customer', 'done')
    expect(progress).toMatchObject({ failed: 0, left: 0 })
    expect(progress.done).toBeGreaterThanOrEqual(many + 3)

    const named = await stage.odoo.psql<{ email: string; n: number }>(
      `select lower(email) email, count(*)::int n from res_partner
          where parent_id is null and email ilike 'load%@shop.example' group by 1`,
    )
    const counts = new Map(named.map(({ email, n }) => [email, n]))
    expect(counts.get('load-twice@shop.example')).toBe(3)
    counts.delete('load-twice@shop.example')
    expect([...counts.values()].filter((n) => n !== 1)).toEqual([])
    expect(counts.size).toBe(many + 2)
    expect([await linked(knownId), await linked(otherId)]).toEqual([known, other])
    expect(await linked(twiceId)).toBeGreaterThan(0)
  })

  it('of products and their stock goes from Odoo to the storefront, and takes one over that another ERP had', async () => {
    await stage.admin('ir.config_parameter', 'set_param', { key: 'clarity_bridge.emit_product', value: '0' })
    const odoo = { side: 'odoo', otherwise: 'ignore' }
    await switched('product', { owners: { content: odoo, price: odoo } })
    const skus = Array.from({ length: 30 }, (_, n) => `LOAD-${n}`)
    await stage.admin('product.product', 'create', {
      vals_list: [...skus, 'LOAD-TWIN', 'LOAD-TWIN'].map((default_code) => ({
        ...{ name: `Product ${default_code}`, default_code, list_price: 7.5 },
        ...{ type: 'consu', is_storable: true },
      })),
    })
    const old = { sku: 'LOAD-7', name: 'Of the ERP before', prices: { base: '1.00' }, currency: 'USD' }
    await stage.shop.call('PUT', '/products/by-key/OLD-ERP-7', old)
    const inShop = async (sku: string) => {
      const page = (await stage.shop.call('GET', `/products?sku=${sku}`)) as {
        results: { externalKey: string | null; name: string; prices: { base: string } }[]
      }
      return page.results
    }

    await stage.panel('POST', '/loads', { entity: 'product' })
    const planned = await reaches('product', 'planned')
    expect(await inShop('LOAD-1')).toEqual([])
    const rows = await conflicts(planned.id)
    const whys = rows.filter(({ source }) => source?.label.includes('LOAD-')).map(({ why }) => why)
    expect(whys.sort()).toEqual(['other_key:sku', 'several_here:sku', 'several_here:sku'])
    await stage.panel('POST', `/loads/${planned.id}/decisions`, { why: 'other_key:sku', decision: 'link' })
    await stage.panel('POST', `/loads/${planned.id}/start`)
    await reaches('product', 'done')
    expect(await inShop('LOAD-7')).toMatchObject([{ externalKey: 'LOAD-7', name: 'Product LOAD-7' }])
    for (const sku of skus) expect(await inShop(sku)).toMatchObject([{ externalKey: sku, prices: { base: '7.5' } }])
    expect(await inShop('LOAD-TWIN')).toEqual([])

    await stage.panel('POST', '/loads', { entity: 'stock' })
    const stock = await reaches('stock', 'planned')
    await stage.panel('POST', `/loads/${stock.id}/start`)
    await reaches('stock', 'done')
    const shown = (await stage.shop.inventory()).filter(({ sku }) => sku === 'LOAD-1')
    expect(shown.map(({ locationKey, quantity }) => `${locationKey} ${quantity}`).sort()).toEqual(['east 0', 'main 0'])
  })

  it('of customers where Odoo is their record makes an account for who buys there, and no second partner for it', async () => {
    const odoo = { side: 'odoo', otherwise: 'ignore' }
    // Addresses stay the storefront's: what it tells of a new account is not left alone.
    await switched('customer', { owners: { content: odoo } })
    const [eve, shop, vendor] = await stage.admin<number[]>('res.partner', 'create', {
      vals_list: [
        { name: 'Eve  Account', email: 'Eve@account.example', customer_rank: 1, phone: '+1 555 0100' },
        { name: 'Account Ltd', email: 'ltd@account.example', is_company: true, customer_rank: 1 },
        { name: 'Vendor', email: 'vendor@account.example' },
      ],
    })
    const partners = await partnersNow()
    await stage.panel('POST', '/loads', { entity: 'customer' })
    const planned = await reaches('customer', 'planned')
    await stage.panel('POST', `/loads/${planned.id}/start`)
    expect((await reaches('customer', 'done')).progress).toMatchObject({ failed: 0 })
    const accounts = async () => {
      const found: { email: string | null; type: string; externalKey: string | null; phone: string | null }[] = []
      for (let index = 0; ; index++) {
        const page = (await stage.shop.call('GET', `/customers?pageSize=200&pageIndex=${index}`)) as {
          results: typeof found
        }
        found.push(...page.results.filter(({ email }) => email?.endsWith('@account.example')))
        if (page.results.length < 200) return found.sort((a, b) => (a.type < b.type ? 1 : -1))
      }
    }
    const made = [
      { type: 'person', email: 'Eve@account.example', externalKey: `partner-${eve}`, phone: '+1 555 0100' },
      { type: 'company', email: 'ltd@account.example', externalKey: `partner-${shop}` },
    ]
    expect(await accounts()).toMatchObject(made)
    await stage.shop.storefront.idle()

    await stage.panel('POST', '/loads', { entity: 'customer' })
    const again = await reaches('customer', 'planned')
    expect(again.counts).toMatchObject({ new: 0 })
    await stage.panel('POST', `/loads/${again.id}/start`)
    await reaches('customer', 'done')
    expect(await accounts()).toMatchObject(made)
    expect(await partnersNow()).toBe(partners)
    const links = await stage.odoo.psql<{ res_id: number }>(
      "select res_id from clarity_link where kind = 'customer' and res_id = any($1) order by res_id",
      [[eve, shop, vendor]],
    )
    expect(links).toEqual([{ res_id: eve }, { res_id: shop }])
  })
})
