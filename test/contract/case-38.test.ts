import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { inParallel } from '../bench/figures.ts'
import { FIRST_KEY, openSandboxStage, type SandboxStage } from '../support/sandbox-stage.ts'
import { checkout } from '../support/shop.ts'
import { until } from '../support/until.ts'

/**
 * CASES 38 with 500 orders, on the sandbox's storefront and its stand-in for Odoo; with fewer orders a real Odoo 19 goes the
 * same way in test/real/cases-sweeps.test.ts.
 */
const ORDERS = 500
/** Enough to be under way while something is refused. */
const SOME = 150
let stage: SandboxStage
let shop: SandboxStage['shop']
let odoo: SandboxStage['odoo']
let panel: SandboxStage['panel']
let placed = 0

beforeAll(async () => {
  stage = await openSandboxStage()
  shop = stage.shop
  odoo = stage.odoo
  panel = stage.panel
})
afterAll(async () => stage?.dispose())

const place = async (count: number) => {
  const numbers = Array.from({ length: count }, (_, index) => placed + index)
  placed += count
  await inParallel(numbers, 10, async (n) => {
    await shop.place(checkout(n))
  })
}

const alerts = z.object({
  active: z.array(z.object({ id: z.string(), rule: z.string(), title: z.string() })),
  recent: z.array(z.object({ id: z.string(), rule: z.string() })),
})
const alertsOf = async (rule: string) => {
  const { active, recent } = alerts.parse(await panel('GET', '/alerts'))
  const of = (all: { rule: string; id: string }[]) => all.filter((one) => one.rule === rule).map(({ id }) => id)
  return { active: of(active), all: [...of(active), ...of(recent)] }
}
const connections = z.object({
  items: z.array(z.object({ name: z.string(), state: z.string(), cause: z.string().nullable() })),
})
const stateOf = async (name: string) =>
  connections.parse(await panel('GET', '/connections')).items.find((one) => one.name === name)

const page = z.object({
  items: z.array(z.object({ state: z.string(), type: z.string(), attempts: z.number() })),
  nextCursor: z.string().nullable(),
})
async function orderEvents() {
  const all: z.infer<typeof page>['items'] = []
  for (let cursor = ''; ; ) {
    const found = page.parse(await panel('GET', `/events?type=order.created&limit=200${cursor && `&cursor=${cursor}`}`))
    all.push(...found.items)
    if (found.nextCursor === null) return all
    cursor = encodeURIComponent(found.nextCursor)
  }
}
const inOdoo = () => odoo.person.count('sale.order', {})
const quiet = async () => {
  const { counts } = z
    .object({ counts: z.object({ waiting: z.number(), running: z.number() }) })
    .parse(await panel('GET', '/overview'))
  return counts.waiting === 0 && counts.running === 0
}

/** Every order is in Odoo once and told to the storefront. @param most attempts that one took */
async function allDelivered(most = 1) {
  await until('every order in Odoo', async () => inOdoo() === placed)
  await until('everything delivered', quiet)
  const events = await orderEvents()
  expect(events).toHaveLength(placed)
  // What Odoo had taken before the storefront refused the rest is found unchanged.
  const well = (state: string) => state === 'done' || state === 'skipped'
  expect(events.filter(({ state, attempts }) => !well(state) || attempts > most)).toEqual([])
  expect(inOdoo()).toBe(placed)
  const keys = (await shop.orders()).map(({ externalKey }) => externalKey)
  expect(new Set(keys).size).toBe(placed)
}

describe('CASES 38: while orders are queued', () => {
  it('an expired Odoo key during 500 orders: one alert, no attempt burnt, everything delivered after it is replaced, nothing twice', async () => {
    const placing = place(ORDERS)
    await until('the first orders in Odoo', async () => inOdoo() > 20)
    odoo.replaceKey('the-second-key')
    await placing
    await until('the pause', async () => (await stateOf('odoo'))?.state === 'paused')
    expect(await stateOf('odoo')).toMatchObject({ cause: 'unauthorized' })
    const [alert] = await until('the alert', async () => (await alertsOf('authentication')).active)
    expect((await orderEvents()).filter(({ state, attempts }) => state === 'ready' && attempts > 0)).toEqual([])

    await expect(panel('PATCH', '/connections/odoo', { settings: { apiKey: 'no-such-key' } })).rejects.toThrow(/422/)
    const began = performance.now()
    await panel('PATCH', '/connections/odoo', { settings: { apiKey: 'the-second-key' } })
    await allDelivered()
    console.log(
      `case 38: an Odoo key replaced, all delivered after ${Math.round((performance.now() - began) / 1000)} s`,
    )
    await until('the end of the alert', async () => (await alertsOf('authentication')).active.length === 0)
    expect((await alertsOf('authentication')).all).toEqual([alert])
  })

  it('a revoked Clarity client: the same', async () => {
    const before = (await alertsOf('authentication')).all.length
    await panel('POST', '/connections/odoo/pause')
    await place(SOME)
    await inShop('/client', { secret: 'another-secret' })
    await inShop('/tokens/revoke', {})
    await panel('POST', '/connections/odoo/resume')
    await until('the pause', async () => (await stateOf('clarity'))?.state === 'paused')
    await until('the alert', async () => (await alertsOf('authentication')).active.length === 1)

    await panel('PATCH', '/connections/clarity', { settings: { clientSecret: 'another-secret' } })
    // This helper is a client of the storefront too.
    await inShop('/client', { secret: 'sandbox-secret' })
    await panel('PATCH', '/connections/clarity', { settings: { clientSecret: 'sandbox-secret' } })
    shop.signOut()
    await allDelivered()
    await until('the end of the alert', async () => (await alertsOf('authentication')).active.length === 0)
    expect((await alertsOf('authentication')).all).toHaveLength(before + 1)
  })

  it('a storefront that signs with another secret: one alert, and everything refused comes again once it is entered', async () => {
    const endpoints = z.object({
      results: z.array(z.object({ id: z.string(), url: z.string(), events: z.array(z.string()) })),
    })
    const [there] = endpoints.parse(await shop.call('GET', '/webhook-endpoints')).results
    if (!there) throw new Error('the storefront has a subscription')
    await shop.call('DELETE', `/webhook-endpoints/${there.id}`)
    const made = await shop.call('POST', '/webhook-endpoints', {
      url: there.url,
      events: there.events,
      enabled: true,
    })
    const { secret } = z.object({ secret: z.string() }).parse(made)
    await place(SOME)
    await until('the alert', async () => (await alertsOf('subscription')).active.length === 1)

    await panel('PATCH', '/connections/clarity', { webhookSecret: secret })
    await allDelivered()
    await until('the end of the alert', async () => (await alertsOf('subscription')).active.length === 0)
    expect((await alertsOf('subscription')).all).toHaveLength(1)
  })

  it('a key and both webhook secrets that are rotated with overlap: no failed call, no refused event', async () => {
    const began = Date.now()
    await panel('POST', '/connections/odoo/pause')
    await place(SOME)
    await panel('POST', '/connections/odoo/resume')
    const first = await panel<{ key: { previousUntil: string | null } }>('POST', '/connections/odoo/rotate-key')
    expect(first.key.previousUntil).not.toBeNull()
    await panel('POST', '/connections/odoo/rotate-secret')
    await panel('POST', '/connections/clarity/rotate-secret')
    await allDelivered()
    expect(await stateOf('odoo')).toMatchObject({ state: 'up' })
    expect(stage.bridge.logged('webhook refused', began)).toEqual([])
    const ofKey = z.object({ key: z.object({ previousUntil: z.string().nullable() }) })
    await until('the end of the old key', async () => {
      const { key } = ofKey.parse(await panel('GET', '/connections/odoo'))
      return key.previousUntil === null
    })
    expect([FIRST_KEY, 'the-second-key'].filter((key) => odoo.isKey(key))).toEqual([])
    await place(1)
    await allDelivered()
    expect(stage.bridge.log()).not.toMatch(/the-(first|second)-key|whsec_/)
  })

  it('an Odoo that answers nobody: the circuit opens, one alert, hardly an attempt burnt, everything delivered, nothing twice', async () => {
    const before = (await alertsOf('authentication')).all.length
    stage.proxy.lose('/json/2/', Number.POSITIVE_INFINITY)
    await place(SOME)
    await until('the open circuit', async () => (await stateOf('odoo'))?.cause === 'circuit_open')
    await until('the alert', async () => (await alertsOf('authentication')).active.length === 1)
    stage.proxy.lose('/json/2/', 0)
    // What was tried before the circuit opened has one attempt behind it, or two.
    await allDelivered(3)
    await until('the end of the pause', async () => (await stateOf('odoo'))?.state === 'up')
    await until('the end of the alert', async () => (await alertsOf('authentication')).active.length === 0)
    expect((await alertsOf('authentication')).all).toHaveLength(before + 1)
  })
})

/** A control door of the sandbox that asks for no token. */
async function inShop(path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${shop.url}/sandbox${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${path} ${response.status}`)
}
