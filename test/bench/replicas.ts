import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Bridge, startBridge } from '../support/bridge.ts'
import { openFront } from '../support/front.ts'
import { freePort } from '../support/ports.ts'
import { privateCluster } from '../support/postgres.ts'
import { openSandboxStage, PLENTY, type SandboxStage } from '../support/sandbox-stage.ts'
import { checkout } from '../support/shop.ts'
import { until } from '../support/until.ts'
import { errorOfMedian, inParallel, median } from './figures.ts'

const ROUNDS = 8
/** Long enough that the last orders' way, some tenths of a second, counts for little. */
const ORDERS = 1_000
const WARM_UP = 1_200
const MINUTES = 60_000
/** A session of PostgreSQL that was ended meanwhile is made again after a second. */
const AWAKE_MS = 2_500

/**
 * Orders per second into the sandbox Odoo with two replicas on one PostgreSQL, beside one alone: each round with two is
 * compared with the rounds of one right before and after it. The storefront's webhooks come through a balancer, which gives them to the replicas
 * in turn (`ratio`), or to the first one only (`ratio_one_door`: what a second one costs that is only there). All of it shares this machine's
 * processors, whose speed moves from round to round: `ratio_error` says how far a ratio would be from run to run.
 */
export async function run(report: (metric: string, value: number, unit: string) => void): Promise<void> {
  const cluster = await privateCluster({ durable: true })
  const database = await cluster.database()
  let doors: string[] = []
  let turn = 0
  const balancer = await openFront(() => doors[turn++ % doors.length] ?? '')
  const stage = await openSandboxStage({
    env: { DATABASE_URL: database.url },
    async before(side, url) {
      if (side === 'bridge') doors = [url]
      return side === 'bridge' ? balancer.url : url
    },
  })
  const store = new pg.Client(database.url)
  await store.connect()
  const through = () =>
    until('what followed from the orders before', async () => {
      const { rows } = await store.query(
        "select from events where state in ('ready', 'running') union all select from arrivals limit 1",
      )
      return rows.length === 0
    })
  let placed = 0
  let second: Bridge | undefined
  try {
    second = await replica(stage)
    const doorsOf = { ratio: [stage.bridge.url, second.url], ratio_one_door: [stage.bridge.url] }
    const perSecond = { one: [] as number[], ratio: [] as number[], ratio_one_door: [] as number[] }
    // A process is compiled while it first runs, and that is not what a second one costs: it is paused for a round, not ended.
    await across(stage, WARM_UP)
    for (let round = 0; round <= 2 * ROUNDS; round++) {
      const kind = round % 2 === 0 ? 'one' : round % 4 === 1 ? 'ratio' : 'ratio_one_door'
      doors = [stage.bridge.url]
      // With lanes of its own it would keep them from the other.
      await through()
      process.kill(second.pid, kind === 'one' ? 'SIGSTOP' : 'SIGCONT')
      if (kind !== 'one') {
        await replicaIsBack(second)
        doors = doorsOf[kind]
      }
      perSecond[kind].push(ORDERS / (await across(stage, ORDERS)))
    }
    const { one } = perSecond
    report('one_per_s', median(one), 'orders/s')
    for (const [door, kind] of (['ratio', 'ratio_one_door'] as const).entries()) {
      const two = perSecond[kind]
      report(kind === 'ratio' ? 'two_per_s' : 'two_one_door_per_s', median(two), 'orders/s')
      const ratios = two.map((rate, n) => (2 * rate) / ((one[2 * n + door] ?? rate) + (one[2 * n + door + 1] ?? rate)))
      report(kind, median(ratios), 'ratio')
      report(`${kind}_error`, errorOfMedian(ratios), 'ratio')
    }
  } finally {
    await second?.kill()
    await store.end()
    await stage.dispose()
    await balancer.stop()
    await database.drop()
    await cluster.dispose()
  }

  /** @returns seconds, once what followed from the orders before is through */
  async function across({ shop, odoo }: SandboxStage, orders: number): Promise<number> {
    await through()
    const numbers = Array.from({ length: orders }, (_, n) => placed + n + 1)
    placed += orders
    const began = performance.now()
    await inParallel(numbers, 20, async (n) => {
      await shop.place(checkout(n, { items: [{ sku: PLENTY, quantity: '1' }] }))
    })
    await until('the orders in Odoo', async () => odoo.person.count('sale.order', { state: 'sale' }) >= placed, {
      limitMs: 10 * MINUTES,
      everyMs: 20,
    })
    return (performance.now() - began) / 1000
  }
}

/** It was paused: what it was connected to may have given it up meanwhile. */
async function replicaIsBack(replica: Bridge): Promise<void> {
  await sleep(AWAKE_MS)
  await until('the second replica', async () => (await fetch(`${replica.url}/health/ready`)).ok)
}

/** Another process of the same installation. */
const replica = async (stage: SandboxStage): Promise<Bridge> =>
  startBridge({ ...stage.env, PORT: String(await freePort()) })
