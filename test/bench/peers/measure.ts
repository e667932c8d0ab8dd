import type { RealOdoo } from '../../real/support.ts'
import { until } from '../../support/until.ts'
import { inParallel, percentile, seconds } from '../figures.ts'
import type { Report } from '../run.ts'

const ORDERS = 60
const AT_A_TIME = 10
/** Slow enough for all of them: what is measured is how long an order takes, not how long it queues. */
const STEADY = { orders: 100, everyMs: 500 }
const AWAY_MS = 20_000
const MINUTES = 60_000
/** Nothing has come for so long: nothing more will. With all of them there, only what is there twice could. */
const QUIET_MS = 60_000
const QUIET_WHEN_COMPLETE_MS = 10_000
/** Between two looks. */
const FEW_MS = 20
/** Whoever got no 2xx tells it again after so long. */
const AGAIN_MS = 500

/** What brings orders to Odoo, as its own process. */
export interface Side {
  name: string
  /** Such orders as the yardsticks have, ready to be told. */
  orders(many: number): Promise<Telling[]>
  /** Where it writes an order's number. */
  column: 'origin' | 'client_order_ref'
  /** SIGKILL. */
  kill(): Promise<void>
  /** On the data that it had. */
  start(): Promise<void>
}

/** One webhook. */
export interface Telling {
  number: string
  /** @returns the status of the answer @throws where there is none */
  tell(): Promise<number>
}

/**
 * What a storefront that delivers at least once meets: each order once, for the speed; at a steady rate, for the time that one takes;
 * twice at the same moment and once more, as after an answer that was late; with a kill -9 in the middle; with Odoo away. What was
 * answered with 2xx is taken and not told again; anything else is, until it is taken.
 * @param script orders per second of the bare script: asked for right before and after, so that a slow moment of the machine counts for both
 */
export async function measure(
  odoo: RealOdoo,
  side: Side,
  script: () => Promise<number>,
  report: Report,
): Promise<void> {
  const say = (metric: string, value: number, unit: string) => report(`${side.name}_${metric}`, value, unit)
  const give = (orders: Telling[]) => inParallel(orders, AT_A_TIME, (order) => untilTaken(side, order))
  const warm = await side.orders(10)
  await give(warm)
  await arrived(odoo, side, warm)

  const once = await side.orders(ORDERS)
  const before = await script()
  let missing = 0
  const took = await seconds(async () => {
    ;[missing] = await Promise.all([arrived(odoo, side, once), give(once)])
  })
  const beside = (before + (await script())) / 2
  if (missing === 0) {
    say('orders_per_s', ORDERS / took, 'orders/s')
    say('ratio_to_script', ORDERS / took / beside, 'ratio')
  }
  say('p99_ms', percentile(await steadily(odoo, side), 99), 'ms')

  const thrice = await side.orders(ORDERS)
  await inParallel(thrice, AT_A_TIME / 2, async (order) => {
    await Promise.all([untilTaken(side, order), untilTaken(side, order)])
    await untilTaken(side, order)
  })
  const repeated = await settled(odoo, side, thrice)

  const survivors = await side.orders(ORDERS)
  let taken = 0
  const third = until('a third to be taken', async () => taken >= ORDERS / 3, { limitMs: 5 * MINUTES, everyMs: 5 })
  const killed = third.then(side.kill).then(side.start)
  await inParallel(survivors, AT_A_TIME, async (order) => {
    await untilTaken(side, order)
    taken++
  })
  await killed
  const afterKill = await settled(odoo, side, survivors)
  say('lost_on_kill', afterKill.lost, 'orders')

  const meanwhile = await side.orders(ORDERS)
  await odoo.stop()
  const back = new Promise((resolve) => setTimeout(resolve, AWAY_MS)).then(() => odoo.start(2))
  await Promise.all([give(meanwhile), back])
  const afterAway = await settled(odoo, side, meanwhile)
  say('lost_while_odoo_is_away', afterAway.lost, 'orders')
  say('lost', missing + repeated.lost + afterKill.lost + afterAway.lost, 'orders')
  say('doubled', repeated.doubled + afterKill.doubled + afterAway.doubled, 'orders')
}

async function untilTaken(side: Side, { tell }: Telling): Promise<void> {
  const taken = async () => {
    const status = await tell().catch(() => 0)
    return status >= 200 && status < 300
  }
  await until(`${side.name} to take an order`, taken, { limitMs: 10 * MINUTES, everyMs: AGAIN_MS })
}

/** @returns how long each took from its webhook until Odoo had it confirmed, in ms */
async function steadily(odoo: RealOdoo, side: Side): Promise<number[]> {
  const orders = await side.orders(STEADY.orders)
  const told = new Map<string, number>()
  const took = new Map<string, number>()
  const telling = orders.map(async (order, n) => {
    await new Promise((resolve) => setTimeout(resolve, n * STEADY.everyMs))
    told.set(order.number, performance.now())
    await untilTaken(side, order)
  })
  const seen = watched(odoo, side, orders, FEW_MS, (rows, quietMs) => {
    for (const { number, confirmed } of rows)
      if (confirmed > 0 && !took.has(number)) took.set(number, performance.now() - (told.get(number) ?? 0))
    return took.size === orders.length || quietMs > QUIET_MS
  })
  await Promise.all([seen, ...telling])
  return [...took.values()]
}

/** Waits until all of them are confirmed. @returns how many never were */
async function arrived(odoo: RealOdoo, side: Side, orders: Telling[]): Promise<number> {
  const enough = (rows: Found[], quietMs: number) => lost(orders, rows) === 0 || quietMs > QUIET_MS
  const rows = await watched(odoo, side, orders, FEW_MS, enough)
  return lost(orders, rows)
}

/** Waits until nothing more comes. @returns how many are not there confirmed, and how many are there more than once */
async function settled(odoo: RealOdoo, side: Side, orders: Telling[]): Promise<{ lost: number; doubled: number }> {
  const rows = await watched(
    odoo,
    side,
    orders,
    FEW_MS * 10,
    (rows, quietMs) => quietMs > (lost(orders, rows) === 0 ? QUIET_WHEN_COMPLETE_MS : QUIET_MS),
  )
  return { lost: lost(orders, rows), doubled: rows.filter(({ there }) => there > 1).length }
}

const lost = (orders: Telling[], rows: Found[]) => orders.length - rows.filter(({ confirmed }) => confirmed > 0).length

/** Looks at Odoo's table until it is enough. @param enough is also told for how long nothing has changed */
async function watched(
  odoo: RealOdoo,
  { column, name }: Side,
  orders: Telling[],
  everyMs: number,
  enough: (rows: Found[], quietMs: number) => boolean,
): Promise<Found[]> {
  const sql = `select ${column} as number, count(*)::int as there, (count(*) filter (where state = 'sale'))::int as confirmed
    from sale_order where ${column} = any($1) group by 1 order by 1`
  const database = await odoo.database()
  let [seen, last] = ['', performance.now()]
  const look = async () => {
    const { rows } = await database.query<Found>(sql, [orders.map(({ number }) => number)])
    const now = JSON.stringify(rows)
    if (now !== seen) [seen, last] = [now, performance.now()]
    return enough(rows, performance.now() - last) && rows
  }
  return until(`the orders of ${name}`, look, { limitMs: 20 * MINUTES, everyMs }).finally(() => database.end())
}

interface Found {
  number: string
  there: number
  confirmed: number
}
