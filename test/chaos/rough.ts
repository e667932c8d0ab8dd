import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../support/until.ts'
import type { Fault } from './faults.ts'
import {
  both,
  clean,
  judgeLanes,
  judgeOrders,
  judgeShipments,
  judgeStock,
  keyOf,
  say,
  type Verdict,
} from './verdict.ts'
import { openWorld, type Wishes, type World } from './world.ts'

/** Then the next fault strikes; what is still on its way is looked at again at the end. */
const SETTLE_MS = 20_000
const END_MS = 15 * 60_000

interface Told {
  fault: Fault
  injected: number
  orders: Set<string>
  shipments: Set<string>
  /** What only the fault itself can judge. */
  own(): Promise<Verdict>
}

/** One fault after another on one store. @returns whether nothing was lost or doubled */
export async function rough(
  faults: Fault[],
  { orders, outage, ...wishes }: Omit<Wishes, 'replicas'> & { orders: number; outage: number },
): Promise<boolean> {
  const began = performance.now()
  const world = await openWorld({ ...wishes, replicas: wishes.store === 'postgres' ? 2 : 1 })
  try {
    say(`${wishes.store}, Odoo ${wishes.odoo}, seed ${wishes.seed}, ${world.bridges.length} bridge(s)`)
    const told: Told[] = []
    const offClock: { from: number; to: number }[] = []
    for (const fault of faults) {
      const impossible = fault.impossible?.(world)
      if (impossible !== undefined) {
        say(`${fault.name}: not here, ${impossible}`)
        continue
      }
      const from = await lastAttempt(world)
      const one = await strike(world, fault, orders, outage)
      told.push(one)
      if (fault.name === 'clock') offClock.push({ from, to: await lastAttempt(world) })
      const left = await settle(world, [one], SETTLE_MS)
      const open = left.lost.length > 0 ? `, ${left.lost.length} still on their way` : ''
      say(`${fault.name} (${fault.what}): ${one.injected} injected, ${one.orders.size} orders${open}`)
    }
    await settle(world, told, END_MS)
    await until('the stock to agree', async () => clean(await judgeStock(world)), {
      limitMs: END_MS,
      everyMs: 1_000,
    }).catch(() => undefined)

    const name = (what: string) => `${wishes.store}:${what}`
    const lines: [string, number, Verdict][] = []
    for (const one of told) lines.push([name(one.fault.name), one.injected, await judge(world, one)])
    const struck = told.reduce((sum, { injected }) => sum + injected, 0)
    lines.push([name('stock'), struck, await judgeStock(world)])
    lines.push([name('one-at-a-time'), struck, await judgeLanes(world, offClock)])
    const ok = lines.every(([, , verdict]) => clean(verdict)) && world.crashes.length === 0
    report(lines)
    await explain(world, ok)
    const all = told.reduce((sum, one) => sum + one.orders.size, 0)
    const shipped = told.reduce((sum, one) => sum + one.shipments.size, 0)
    say(`${wishes.store}: ${all} orders, ${shipped} shipped lines, ${Math.round((performance.now() - began) / 1000)} s`)
    return ok
  } finally {
    await world.dispose()
  }
}

async function strike(world: World, fault: Fault, many: number, outage: number): Promise<Told> {
  const shippedBefore = new Set((await patiently(() => world.odoo.shipped())).map(keyOf))
  const orders = new Set<string>()
  const load = loaded(world, many, orders)
  const { injected, own = async () => fine } = await fault.strike(world, { outage, load })
  await load
  const shipments = (await patiently(() => world.odoo.shipped())).map(keyOf).filter((key) => !shippedBefore.has(key))
  return { fault, injected, orders, shipments: new Set(shipments), own }
}

/** Shoppers order, people in Odoo ship and count: whatever else happens. */
async function loaded(world: World, many: number, orders: Set<string>): Promise<void> {
  for (let n = 0; n < many; n++) {
    orders.add(await world.place())
    // Odoo may be away just now: then nobody can work in it.
    if (n % 4 === 3) await world.odoo.ship(1).catch(() => undefined)
    if (n % 10 === 9) await world.odoo.count('TEE-RED-S', 90_000 + world.random(1_000)).catch(() => undefined)
    await sleep(6_000 / many)
  }
}

const judge = async (world: World, { orders, shipments, own }: Told): Promise<Verdict> =>
  both(await own(), await judgeOrders(world, orders), await judgeShipments(world, shipments))

async function settle(world: World, told: Told[], limitMs: number): Promise<Verdict> {
  const all: Told | undefined = told[0] && {
    ...told[0],
    own: async () => both(...(await Promise.all(told.map(({ own }) => own())))),
    orders: new Set(told.flatMap(({ orders }) => [...orders])),
    shipments: new Set(told.flatMap(({ shipments }) => [...shipments])),
  }
  if (!all) return fine
  const ask = () => patiently(() => judge(world, all))
  return until('both sides to agree', async () => clean(await ask()), { limitMs, everyMs: 1_000 }).then(() => fine, ask)
}

/** A side may just be starting. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask()
    } catch (error) {
      if (attempt === 60) throw error
      await sleep(500)
    }
  }
}

async function lastAttempt({ ask }: World): Promise<number> {
  const [row] = await patiently(() => ask<{ id: number | null }>('select max(id) as id from attempts'))
  return Number(row?.id ?? 0)
}

export function report(lines: [string, number, Verdict][]): void {
  for (const [name, injected, { lost, doubled }] of lines) {
    console.log(`chaos ${name} injected ${injected} lost ${lost.length} doubled ${doubled.length}`)
    for (const line of [...lost, ...doubled].slice(0, 20)) console.log(`    ${line}`)
  }
}

/** What the bridge itself says of what did not go through; and whether it ended by itself. */
export async function explain(world: World, ok: boolean): Promise<void> {
  const { ask, crashes, bridges, odoo } = world
  const parked = await ask<{ type: string; state: string; cause: string; message: string; many: number }>(
    `select type, state, cause, min(message) as message, count(*) as many from events
     where state in ('dead', 'held', 'ready', 'running') group by 1, 2, 3`,
  )
  for (const { type, state, cause, message, many } of parked)
    say(`in the bridge: ${many} ${type} ${state}${cause ? ` (${cause}: ${message})` : ''}`)
  for (const log of crashes) say(`a bridge ended by itself and was started again:\n${log}`)
  if (ok) return
  say(`what all parties have stored and said is kept in ${await world.keep()}`)
  for (const line of await odoo.unreserved()) say(`in Odoo: ${line}`)
  const pending = await ask<{ order_id: string; items: string }>(
    `select order_id, items from demand_arrived
     union all select order_id, sku || ' ' || quantity as items from demand order by order_id`,
  )
  for (const { order_id, items } of pending) say(`in the bridge: not yet in Odoo, of order ${order_id}: ${items}`)
  const said = bridges.flatMap((bridge) =>
    bridge
      .log()
      .split('\n')
      .filter((line) => /"level":[56]0/.test(line)),
  )
  for (const line of said.slice(-20)) say(line.slice(0, 600))
}

const fine: Verdict = { lost: [], doubled: [] }
