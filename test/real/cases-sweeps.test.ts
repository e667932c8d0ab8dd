import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { causes } from '../../shared/causes.ts'
import { amount, ZERO } from '../../shared/money.ts'
import { checkout } from '../support/shop.ts'
import { openStage, type Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  // What is older than the first reading of all is for the first load.
  await until('the first readings', async () =>
    sweeps
      .parse(await stage.panel('GET', '/sweeps'))
      .items.every(({ name, state }) => !name.includes(' to') || state === 'done'),
  )
})
afterAll(async () => stage?.dispose())

const sweeps = z.object({
  items: z.array(z.object({ name: z.string(), state: z.string(), message: z.string().nullable() })),
})
const drifts = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      key: z.string(),
      clarity: z.string().nullable(),
      odoo: z.string().nullable(),
    }),
  ),
  counts: z.array(z.object({ kind: z.string(), count: z.number() })),
})
const productPage = z.object({ results: z.array(z.object({ sku: z.string(), name: z.string() })) })
const endpoints = z.object({ results: z.array(z.object({ id: z.string(), enabled: z.boolean() })) })

/** Runs it now and waits for its end. @returns what it says it did */
async function sweep(name: string): Promise<string | null> {
  const path = `/sweeps/${encodeURIComponent(name)}/run`
  await until(`${name} to begin`, async () => (await stage.panel<{ began: boolean }>('POST', path)).began)
  return until(`${name} to end`, async () => {
    const { items } = sweeps.parse(await stage.panel('GET', '/sweeps'))
    const row = items.find((one) => one.name === name)
    if (row?.state === 'failed') throw new Error(`${name}: ${row.message}`)
    return row?.state === 'done' && [row.message]
  }).then(([message]) => message ?? null)
}
const inOdoo = async (numbers: string[]) =>
  (
    await stage.odoo.psql<{ origin: string; n: number }>(
      'select origin, count(*)::int n from sale_order where origin = any($1) group by origin',
      [numbers],
    )
  ).map(({ n }) => n)
const differences = async (kind?: string) =>
  drifts.parse(await stage.panel('GET', `/drifts?limit=200${kind ? `&kind=${kind}` : ''}`))

describe('sweeps', () => {
  it('CASES 6: what the storefront no longer told is found, each record once, and the subscription is restored', async () => {
    const {
      results: [endpoint],
    } = endpoints.parse(await stage.shop.call('GET', '/webhook-endpoints'))
    await stage.shop.call('PATCH', `/webhook-endpoints/${endpoint?.id}`, { enabled: false })
    const orders = [
      await stage.shop.place(checkout(1)),
      await stage.shop.place(checkout(2)),
      await stage.shop.place(checkout(3)),
    ]
    const numbers = orders.map(({ number }) => number)
    expect(await inOdoo(numbers)).toEqual([])
    expect(await sweep('webhooks')).toContain('had stopped telling us')
    expect(endpoints.parse(await stage.shop.call('GET', '/webhook-endpoints')).results).toMatchObject([
      { enabled: true },
    ])
    expect(await sweep('order toOdoo')).toMatch(/ 3 missed$/)
    await until('the missed orders in Odoo', async () => (await inOdoo(numbers)).length === 3)
    await until('their status', async () =>
      (await Promise.all(orders.map(({ id }) => stage.shop.order(id)))).every(({ status }) => status === 'processing'),
    )
    await sweep('order toOdoo')
    expect(await inOdoo(numbers)).toEqual([1, 1, 1])
    expect(stage.bridge.log()).toContain('subscription_restored')
  })

  it('finds a delivery of which Odoo wrote no event', async () => {
    const order = await stage.shop.place(checkout(4))
    const [picking] = await until('its delivery', async () => {
      const rows = await stage.odoo.psql<{ id: number }>(
        "select p.id from stock_picking p join sale_order o on o.id = p.sale_id where o.origin = $1 and p.state = 'assigned'",
        [order.number],
      )
      return rows.length === 1 && rows
    })
    const emit = (value: string) =>
      stage.admin('ir.config_parameter', 'set_param', { key: 'clarity_bridge.emit_shipment', value })
    await emit('0')
    await stage.admin('stock.picking', 'button_validate', { ids: [picking?.id], context: { skip_backorder: true } })
    await emit('1')
    expect(await stage.shop.shipments(order.id)).toEqual([])
    expect(await sweep('shipment toClarity')).toMatch(/ [1-9]\d* missed$/)
    const [shipment] = await until('its shipment', async () => {
      const rows = await stage.shop.shipments(order.id)
      return rows.length === 1 && rows
    })
    expect(shipment?.lines).toMatchObject([{ sku: 'TEE-RED-M', quantity: '1' }])
    expect(await sweep('shipment toClarity')).toMatch(/ 0 missed$/)
  })
})

describe('reconciliation', () => {
  it('names a number that somebody changed behind our back, mends it, and then both sides agree', async () => {
    // Again where the bridge's own first publication of this number came after it, which is not behind its back.
    const found = await until('the difference to be named', async () => {
      await stage.shop.call('PUT', '/inventory', {
        rows: [{ sku: 'MUG-WHT', locationKey: 'main', quantity: '7777', asOf: new Date().toISOString() }],
      })
      await sweep('reconciliation')
      const { items } = await differences('stock')
      return items.find(({ key }) => key === 'MUG-WHT main')
    })
    expect(found).toMatchObject({ clarity: '7777', odoo: expect.stringMatching(/^\d+$/) })
    await stage.panel('POST', `/drifts/${found.id}/repair`, { way: 'toClarity' })
    await until('the right number', async () => {
      const level = (await stage.shop.inventory()).find((row) => row.sku === 'MUG-WHT' && row.locationKey === 'main')
      return Number(level?.quantity) === Number(found.odoo)
    })
    await sweep('reconciliation')
    const { items: left, counts } = await differences()
    expect(left.map(({ key }) => key)).not.toContain('MUG-WHT main')
    expect(counts.filter(({ kind }) => kind !== 'stock')).toEqual([])
  })

  it('has takings that are those of the storefront to the cent', async () => {
    const today = new Date().toISOString().slice(0, 10)
    const takings = z
      .object({
        totals: z.array(z.object({ clarity: z.string(), difference: z.string() })),
        unmatched: z.array(z.unknown()),
      })
      .parse(await stage.panel('GET', `/takings?from=${today.slice(0, 8)}01&to=${today}`))
    const payments = (await stage.shop.orders()).flatMap((order) => order.payments)
    const captured = payments.filter(({ state }) => state === 'captured')
    const independent = captured.reduce((sum, payment) => sum.plus(payment.amount), ZERO)
    const reported = takings.totals.reduce((sum, { clarity }) => sum.plus(amount(clarity)), ZERO)
    expect(captured.length).toBeGreaterThan(0)
    expect(reported.toFixed(2)).toBe(independent.toFixed(2))
    expect(takings.unmatched).toEqual([])
    expect(new Set(takings.totals.map(({ difference }) => difference))).toEqual(new Set(['0.00']))
  })
})

describe('keys and secrets', () => {
  it('CASES 38: an expired Odoo key: one alert, no attempt burnt, everything delivered once it is replaced, none twice', async () => {
    const { login } = stage.odoo
    const alerted = await alertsOf('authentication')
    await stage.odoo.psql(
      "update res_users_apikeys set expiration_date = now() at time zone 'utc' - interval '1 minute' where user_id = (select id from res_users where login = $1)",
      [login],
    )
    const numbers: string[] = []
    for (let n = 40; n < 52; n++) numbers.push((await stage.shop.place(checkout(n))).number)
    const state = async () =>
      connections.parse(await stage.panel('GET', '/connections')).items.find(({ name }) => name === 'odoo')
    await until('the pause', async () => (await state())?.state === 'paused')
    expect(await state()).toMatchObject({ cause: 'unauthorized' })
    await until('the alert', async () => (await alertsOf('authentication')).length === alerted.length + 1)
    const waiting = events.parse(await stage.panel('GET', '/events?state=ready&limit=200')).items
    expect(waiting.filter(({ attempts }) => attempts > 0)).toEqual([])

    const fresh = await stage.odoo.shell(`
user = env['res.users'].search([('login', '=', '${login}')])
print('FRESH=' + env(user=user)['res.users.apikeys'].sudo()._generate(None, 'by hand', None))
env.cr.commit()
`)
    const apiKey = /FRESH=(\w+)/.exec(fresh)?.[1]
    await stage.panel('PATCH', '/connections/odoo', { settings: { apiKey } })
    await until('all of them in Odoo', async () => (await inOdoo(numbers)).length === numbers.length)
    await until('nothing left to do', quiet)
    expect(await inOdoo(numbers)).toEqual(numbers.map(() => 1))
    expect(await alertsOf('authentication')).toHaveLength(alerted.length + 1)
  })

  it('CASES 38: a key and both webhook secrets are rotated with overlap: no failed call, no lost event', async () => {
    const began = Date.now()
    const keys = async () =>
      (
        await stage.odoo.psql<{ name: string }>(
          'select k.name from res_users_apikeys k join res_users u on u.id = k.user_id where u.login = $1',
          [stage.odoo.login],
        )
      ).map(({ name }) => name)
    expect(await keys()).toContain('by hand')
    const numbers: string[] = []
    const place = async (n: number) => void numbers.push((await stage.shop.place(checkout(n))).number)
    for (let n = 60; n < 64; n++) await place(n)
    await stage.panel('POST', '/connections/odoo/rotate-key')
    await place(64)
    await stage.panel('POST', '/connections/odoo/rotate-secret')
    await stage.panel('POST', '/connections/clarity/rotate-secret')
    await place(65)
    await until('all of them in Odoo', async () => (await inOdoo(numbers)).length === numbers.length)
    await until('the end of the key before', async () => !(await keys()).includes('by hand'))
    expect(await keys()).toContain('Clarity Bridge (rotated)')
    // What Odoo tells now is signed with a secret that the bridge has made, and called for with a key that Odoo has made.
    const delivery = () =>
      stage.odoo.psql<{ id: number }>(
        "select p.id from stock_picking p join sale_order o on o.id = p.sale_id where o.origin = $1 and p.state = 'assigned'",
        [numbers.at(-1)],
      )
    await until('its delivery', async () => (await delivery()).length === 1)
    const ids = (await delivery()).map(({ id }) => id)
    await stage.admin('stock.picking', 'button_validate', { ids, context: { skip_backorder: true } })
    const order = (await stage.shop.orders()).find(({ number }) => number === numbers.at(-1))
    await until('its shipment', async () => (await stage.shop.shipments(order?.id ?? '')).length === 1)
    await until('nothing left to do', quiet)
    expect(stage.bridge.logged('webhook refused', began)).toEqual([])
    const attempts = z.array(z.looseObject({ outcome: z.string() })).parse(stage.bridge.logged('attempt', began))
    expect(attempts.filter(({ outcome }) => outcome === 'refused')).toEqual([])
    expect(await inOdoo(numbers)).toEqual(numbers.map(() => 1))
  })
})

describe('rights', () => {
  it('missing_right: one that is taken off the service user pauses Odoo with its name, burns nothing, and everything follows once it is given back', async () => {
    const alerted = await alertsOf('authentication')
    const rights = await stage.odoo.psql<{ id: number }>(
      "select a.id from ir_model_access a join ir_model m on m.id = a.model_id where m.model = 'sale.order' and a.perm_create and a.active",
    )
    const ids = rights.map(({ id }) => id)
    const allow = (perm_create: boolean) => stage.admin('ir.model.access', 'write', { ids, vals: { perm_create } })
    await allow(false)
    const { number } = await stage.shop.place(checkout(80))
    const paused = await until('the pause', async () => {
      const odoo = connections.parse(await stage.panel('GET', '/connections')).items.find(({ name }) => name === 'odoo')
      return odoo?.state === 'paused' && odoo
    })
    expect(paused).toMatchObject({
      cause: 'missing_right',
      message: expect.stringContaining('Sales Order'),
      remedy: causes.missing_right.remedy,
    })
    const [alert, ...others] = await until('the alert', async () => {
      const now = await alertsOf('authentication')
      return now.length > alerted.length && now.filter(({ id }) => !alerted.some((one) => one.id === id))
    })
    expect(others).toEqual([])
    expect(alert).toMatchObject({ text: expect.stringContaining(causes.missing_right.remedy) })
    expect(await inOdoo([number])).toEqual([])
    const waiting = events.parse(await stage.panel('GET', '/events?state=ready&limit=200')).items
    expect(waiting.filter(({ attempts }) => attempts > 0)).toEqual([])

    await allow(true)
    // The probe asks Odoo which rights are missing.
    await until('the order in Odoo', async () => (await inOdoo([number])).length === 1)
    await until('nothing left to do', quiet)
    expect(await inOdoo([number])).toEqual([1])
  })
})

const connections = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      cause: z.string().nullable(),
      message: z.string().nullable(),
      remedy: z.string().nullable(),
    }),
  ),
})
const events = z.object({ items: z.array(z.object({ attempts: z.number() })) })
const alert = z.object({ rule: z.string(), id: z.string(), text: z.string() })
const alertsOf = async (rule: string) => {
  const { active, recent } = z
    .object({ active: z.array(alert), recent: z.array(alert) })
    .parse(await stage.panel('GET', '/alerts'))
  return [...active, ...recent].filter((one) => one.rule === rule)
}
const quiet = async () => {
  const { counts } = z
    .object({ counts: z.object({ waiting: z.number(), running: z.number() }) })
    .parse(await stage.panel('GET', '/overview'))
  return counts.waiting === 0 && counts.running === 0
}

describe('the net under the events of Odoo', () => {
  const skus = async (prefix: string) => {
    const found: string[] = []
    for (let index = 0; ; index++) {
      const { results } = productPage.parse(await stage.shop.call('GET', `/products?pageSize=200&pageIndex=${index}`))
      found.push(...results.filter(({ sku }) => sku.startsWith(prefix)).map(({ sku, name }) => `${sku} ${name}`))
      if (results.length < 200) return found.sort()
    }
  }

  /** Odoo writes no event of what is done meanwhile. */
  const unseen = async <T>(work: () => Promise<T>): Promise<T> => {
    const emit = (value: string) =>
      stage.admin('ir.config_parameter', 'set_param', { key: 'clarity_bridge.emit_product', value })
    await emit('0')
    const done = await work()
    await emit('1')
    return done
  }

  it('CASES 10: of 450 products of one instant none is skipped, nor what commits behind the cursor', async () => {
    const names = Array.from({ length: 450 }, (_, n) => `CASE10-${String(n).padStart(3, '0')}`)
    // One transaction, one write_date.
    const ids = await unseen(() =>
      stage.admin<number[]>('product.product', 'create', {
        vals_list: names.map((name) => ({ name, default_code: name, list_price: 5, type: 'consu' })),
      }),
    )
    const instants = await stage.odoo.psql('select distinct write_date from product_product where id = any($1)', [ids])
    expect(instants).toHaveLength(1)
    expect(await sweep('product toClarity')).toContain(' 450 missed')
    const all = names.map((name) => `${name} ${name}`)
    await until('all of them in the storefront', async () => (await skus('CASE10-')).length === 450)
    expect(await skus('CASE10-')).toEqual(all)

    const late = await stage.odoo.database()
    try {
      // It begins before the cursor moves on, and ends behind it, as a long transaction of Odoo does.
      await late.query('begin')
      await late.query(
        `update product_template set name = '{"en_US": "Late"}', write_date = now() at time zone 'utc'
            where id = (select product_tmpl_id from product_product where id = $1)`,
        [ids[7]],
      )
      await unseen(() => stage.admin('product.product', 'write', { ids: [ids[8]], vals: { name: 'Early' } }))
      expect(await sweep('product toClarity')).toContain(' 1 missed')
      await late.query('commit')
    } finally {
      await late.end()
    }
    expect(await sweep('product toClarity')).toContain(' 1 missed')
    const changed = all.with(7, `${names[7]} Late`).with(8, `${names[8]} Early`)
    await until('both names in the storefront', async () =>
      (await skus('CASE10-')).every((one, n) => one === changed[n]),
    )
  })
})
