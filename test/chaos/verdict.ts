import { amount } from '../../shared/money.ts'
import { inParallel } from '../bench/figures.ts'
import type { World } from './world.ts'

/** What is not as it must be, a line for each: compared between what both sides truly hold. */
export interface Verdict {
  lost: string[]
  doubled: string[]
}

/** @param numbers orders that were placed */
export async function judgeOrders({ shop, odoo }: World, numbers: ReadonlySet<string>): Promise<Verdict> {
  const [placed, held] = await Promise.all([shop.orders(), odoo.orders()])
  const byNumber = Map.groupBy(held, ({ number }) => number)
  const lost: string[] = []
  const doubled: string[] = []
  for (const order of placed) {
    if (!numbers.has(order.number)) continue
    const [row, ...others] = byNumber.get(order.number) ?? []
    if (others.length > 0) doubled.push(`order ${order.number}: ${others.length + 1} times in Odoo`)
    if (!row) lost.push(`order ${order.number}: not in Odoo`)
    else if (row.state !== 'sale') lost.push(`order ${order.number}: ${row.state} in Odoo`)
    else if (!amount(row.total).eq(order.total))
      lost.push(`order ${order.number}: ${row.total} in Odoo, ${order.total}`)
    else if (order.externalKey !== row.name)
      lost.push(`order ${order.number}: the storefront does not know it is ${row.name}`)
  }
  const known = new Set(placed.map(({ number }) => number))
  for (const number of numbers) if (!known.has(number)) lost.push(`order ${number}: not in the storefront`)
  return { lost, doubled }
}

/** @param wanted keys of `shippedIn` */
export async function judgeShipments({ shop, odoo }: World, wanted: ReadonlySet<string>): Promise<Verdict> {
  const truth = new Map((await odoo.shipped()).map((one) => [keyOf(one), one.quantity]))
  const orders = new Set([...wanted].map((key) => key.split(' ')[0]))
  const told = new Map<string, number>()
  const doubled: string[] = []
  const placed = (await shop.orders()).filter(({ number }) => orders.has(number))
  await inParallel(placed, 8, async ({ id, number }) => {
    const keys = new Set<string>()
    for (const { externalKey, lines } of await shop.shipments(id)) {
      const picking = externalKey ?? ''
      if (keys.has(picking)) doubled.push(`shipment ${picking} of ${number}: told twice`)
      keys.add(picking)
      for (const { lineId, quantity } of lines) {
        const key = keyOf({ order: number, picking, line: lineId })
        told.set(key, (told.get(key) ?? 0) + Number(quantity))
      }
    }
  })
  const lost: string[] = []
  for (const key of wanted) {
    const quantity = truth.get(key) ?? 0
    const said = told.get(key) ?? 0
    if (said < quantity) lost.push(`shipment ${key}: ${said} of ${quantity} told`)
    if (said > quantity) doubled.push(`shipment ${key}: ${said} told, ${quantity} shipped`)
  }
  return { lost, doubled }
}

export const keyOf = ({ order, picking, line }: { order: string; picking: string; line: string }): string =>
  `${order} ${picking} ${line}`

/** Numbers that differ from what Odoo could sell. */
export async function judgeStock({ shop, odoo }: World): Promise<Verdict> {
  const truth = await odoo.sellable()
  const rows = await shop.inventory()
  return {
    lost: rows.flatMap(({ sku, locationKey, quantity }) => {
      const sellable = truth.get(`${sku} ${locationKey}`) ?? 0
      return Number(quantity) === sellable ? [] : [`stock ${sku} ${locationKey}: ${quantity}, Odoo ${sellable}`]
    }),
    doubled: [],
  }
}

/** So far the clocks of two replicas may be apart, each of which asks PostgreSQL for the time now and then. */
const APART_MS = 250

/**
 * A lane's attempts that overlap in time.
 * @param spans ids of attempts that are left out, because clocks were off meanwhile
 */
export async function judgeLanes({ ask }: World, spans: { from: number; to: number }[]): Promise<Verdict> {
  const rows = await ask<{
    id: number
    lane: string
    started_at: string | number
    duration_ms: number
    outcome: string
  }>(
    `select a.id, e.lane, a.started_at, a.duration_ms, a.outcome from attempts a join events e on e.id = a.event_id
     where a.outcome <> 'lease_lost' order by e.lane, a.started_at, a.id`,
  )
  const doubled: string[] = []
  let last: { lane: string; until: number } | undefined
  for (const { id, lane, started_at, duration_ms } of rows) {
    if (spans.some(({ from, to }) => Number(id) > from && Number(id) <= to)) continue
    const began = Number(started_at)
    if (last?.lane === lane && began < last.until - APART_MS)
      doubled.push(`lane ${lane}: two attempts at once for ${last.until - began} ms (attempt ${id})`)
    last = { lane, until: began + Number(duration_ms) }
  }
  return { lost: [], doubled }
}

export const both = (...verdicts: Verdict[]): Verdict => ({
  lost: verdicts.flatMap(({ lost }) => lost),
  doubled: verdicts.flatMap(({ doubled }) => doubled),
})

export const clean = ({ lost, doubled }: Verdict): boolean => lost.length === 0 && doubled.length === 0

/** With the seconds since the start. */
export const say = (text: string): void => console.log(`  ${Math.round(performance.now() / 1_000)} s: ${text}`)
