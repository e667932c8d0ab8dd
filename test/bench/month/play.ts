import { z } from 'zod'
import { createOdooClient } from '../../../odoo-bridge/client/client.ts'
import type { Order } from '../../../shared/entities.ts'
import { type Amount, amount, ZERO } from '../../../shared/money.ts'
import { chance } from '../../support/chance.ts'
import type { Stage } from '../../support/stage.ts'
import { until } from '../../support/until.ts'
import { inParallel } from '../figures.ts'
import { bookedIn, changeThings, creditByHand, invoice, prepare, ship, shipPart } from './odoo.ts'
import { type Planned, planOf, type Size } from './plan.ts'
import { cancel, goodsOf, moveReturn, place, register, sendBack, takenIn } from './shop.ts'

/** How a month ended. */
export interface Month {
  drifts: z.infer<typeof driftPage>['items']
  /** Dead letters and what waits for a person. */
  unsettled: string[]
  /** Largest difference of any currency: the report's two columns, the storefront's own records, Odoo's own table. */
  takingsDifference: string
  unmatched: unknown[]
  orders: number
  /** Records of the storefront that were written once more when all was told once more. */
  rewritten: string[]
  mischief: { lost: number; doubled: number; delayed: number }
}

interface Live {
  plan: Planned
  order: Order
  returned?: { id: string; refund: string }
}

const MINUTES = 60_000
const DAYS = 28
const DAY_MS = 24 * 3_600_000

/** Weeks of a shop on both systems; each round ends with a night, in which the sweeps find what was lost. */
export async function playMonth(stage: Stage, size: Size, say: (line: string) => void = () => {}): Promise<Month> {
  const { shop } = stage
  const random = chance(4)
  const plan = planOf(size, 4)
  const customers: string[] = []
  const live: Live[] = []
  await prepare(stage, size)
  await night(stage)
  say('the catalogue is on both sides')

  for (let round = 0; round < size.rounds + LAST_AGE; round++) {
    const isOpen = round < size.rounds
    if (isOpen) {
      const more = Math.ceil((size.customers * (round + 1)) / size.rounds) - customers.length
      for (let n = 0; n < more; n++) customers.push(await register(shop, customers.length))
      await changeThings(stage, random)
      const goods = (await goodsOf(shop)).filter(({ sku }) => !SCARCE.has(sku))
      const at = new Date(Date.now() - DAYS * DAY_MS * (1 - round / size.rounds)).toISOString()
      await inParallel(
        plan.filter((one) => one.round === round),
        4,
        async (one) => {
          live.push({ plan: one, order: await place(shop, one, { goods, customers, at, random }) })
        },
      )
    }
    const aged = (age: number, ...fates: Planned['fate'][]) =>
      live.filter(({ plan: one }) => one.round === round - age && fates.includes(one.fate))
    await workday(stage, aged)
    await night(stage)
    say(`round ${round + 1}: ${live.length} orders`)
  }
  // Whatever the last night brought about was told, or lost, too.
  await night(stage)
  const before = await everything(stage)
  await night(stage)
  const after = await everything(stage)
  const rewritten = [...after].filter(([record, hash]) => before.get(record) !== hash).map(([record]) => record)
  return { ...(await verdict(stage, live.length)), rewritten }
}

/** Rounds from an order's placing to the last that is done with it. */
const LAST_AGE = 4

/** Few of them are there. */
const SCARCE = new Set(['LAMP-BRS', 'BLANKET'])

/** What people do with orders of so many rounds ago. */
async function workday(stage: Stage, aged: (age: number, ...fates: Planned['fate'][]) => Live[]): Promise<void> {
  const { shop } = stage
  const numbers = (some: Live[]) => some.map(({ order }) => order.number)
  for (const { order } of aged(1, 'cancelled')) await cancel(shop, order)
  await ship(stage, numbers(aged(1, 'delivered', 'returned')))
  await shipPart(stage, numbers(aged(1, 'partial')))
  await invoice(stage, numbers(aged(2, 'delivered', 'returned', 'partial')))
  await ship(stage, numbers(aged(3, 'partial').filter(({ plan }) => plan.index % 2 === 0)))
  for (const one of aged(3, 'returned')) {
    one.returned = await sendBack(shop, one.order, one.plan)
    await moveReturn(shop, one.returned.id, 'approved')
  }
  for (const { order, plan, returned } of aged(4, 'returned')) {
    if (!returned) continue
    if (plan.byHand) {
      await creditByHand(stage, order.number, returned.refund)
      continue
    }
    if (plan.restock) await moveReturn(shop, returned.id, 'received')
    await moveReturn(shop, returned.id, 'refunded')
  }
}

/** Hash by record, of all that the bridge writes to the storefront. */
async function everything({ shop }: Stage): Promise<Map<string, string>> {
  const digest = z.array(z.object({ id: z.string(), hash: z.string() }))
  const all = new Map<string, string>()
  for (const resource of ['orders', 'products', 'inventory', 'customers', 'price-rules', 'invoices', 'returns'])
    for (const { id, hash } of digest.parse(await shop.call('GET', `/${resource}/digest`)))
      all.set(`${resource} ${id}`, hash)
  return all
}

/** Both sides come to rest, everything that changed is read, and they come to rest again. */
async function night(stage: Stage): Promise<void> {
  await quiet(stage)
  const reading = (await sweepsOf(stage)).filter((one) => / to(Odoo|Clarity)$/.test(one.name))
  await Promise.all(reading.map(({ name }) => sweep(stage, name)))
  await quiet(stage)
}

async function quiet(stage: Stage): Promise<void> {
  const { shop, odoo, relays } = stage
  const client = createOdooClient({ url: odoo.url, db: odoo.db, apiKey: odoo.apiKey })
  let times = 0
  await until(
    'both systems to come to rest',
    async () => {
      const { counts } = overview.parse(await stage.panel('GET', '/overview'))
      const sent = z.record(z.string(), z.number()).parse(await shop.control('GET', '/deliveries'))
      const ping = await client.ping()
      const left =
        counts.waiting +
        counts.running +
        (sent.pending ?? 0) +
        (sent.sending ?? 0) +
        relays.reduce((sum, { held }) => sum + held, 0) +
        (ping.ok ? ping.value.outbox.pending : 1)
      times = left === 0 ? times + 1 : 0
      return times === 3
    },
    { limitMs: 15 * MINUTES, everyMs: 200 },
  )
}

async function sweep(stage: Stage, name: string): Promise<void> {
  const path = `/sweeps/${encodeURIComponent(name)}/run`
  const began = z.object({ began: z.boolean() })
  await until(`${name} to begin`, async () => began.parse(await stage.panel('POST', path)).began)
  await until(
    `${name} to end`,
    async () => {
      const row = (await sweepsOf(stage)).find((one) => one.name === name)
      if (row?.state === 'failed') throw new Error(`${name}: ${row.message}`)
      return row?.state === 'done'
    },
    { limitMs: 10 * MINUTES, everyMs: 100 },
  )
}

async function verdict(stage: Stage, orders: number): Promise<Omit<Month, 'rewritten'>> {
  await sweep(stage, 'reconciliation')
  const drifts = driftPage.parse(await stage.panel('GET', '/drifts?limit=200')).items
  const page = eventPage.parse(await stage.panel('GET', '/events?state=dead,held&limit=200'))
  const [from, to] = [Date.now() - (DAYS + 2) * DAY_MS, Date.now()].map((at) => new Date(at).toISOString().slice(0, 10))
  const report = takingsShape.parse(await stage.panel('GET', `/takings?from=${from}&to=${to}`))
  const shown = await takenIn(stage.shop)
  const booked = await bookedIn(stage)
  const difference = [...new Set([...shown.keys(), ...booked.keys()])].map((currency) => {
    const of = (side: 'clarity' | 'odoo') =>
      report.totals.filter((row) => row.currency === currency).reduce((total, row) => total.plus(row[side]), ZERO)
    const sums = [of('clarity'), of('odoo'), shown.get(currency) ?? ZERO, amount(booked.get(currency) ?? '0')]
    return most(sums).minus(least(sums))
  })
  const counts = stage.relays.map((one) => one.counts)
  const total = (key: 'lost' | 'doubled' | 'delayed') => counts.reduce((sum, one) => sum + one[key], 0)
  return {
    drifts,
    unsettled: page.items.map((one) => `${one.type} ${one.subject}: ${one.cause}, ${one.message}`),
    takingsDifference: most(difference).toFixed(2),
    unmatched: report.unmatched,
    orders,
    mischief: { lost: total('lost'), doubled: total('doubled'), delayed: total('delayed') },
  }
}

const most = (values: Amount[]): Amount =>
  values.reduce((one, other) => (other.gt(one) ? other : one), values[0] ?? ZERO)
const least = (values: Amount[]): Amount =>
  values.reduce((one, other) => (other.lt(one) ? other : one), values[0] ?? ZERO)

const sweepsOf = async (stage: Stage) => sweepPage.parse(await stage.panel('GET', '/sweeps')).items

const text = z.string().nullable()
const overview = z.object({ counts: z.object({ waiting: z.number(), running: z.number() }) })
const sweepPage = z.object({ items: z.array(z.object({ name: z.string(), state: z.string(), message: text })) })
const driftPage = z.object({
  items: z.array(z.object({ kind: z.string(), key: z.string(), subject: z.string(), clarity: text, odoo: text })),
})
const eventPage = z.object({
  items: z.array(z.object({ type: z.string(), subject: z.string(), cause: text, message: text })),
})
const takingsShape = z.object({
  totals: z.array(z.object({ currency: z.string(), clarity: z.string(), odoo: z.string() })),
  unmatched: z.array(z.unknown()),
})
