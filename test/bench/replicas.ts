import pg from 'pg'
import { type Bridge, startBridge } from '../support/bridge.ts'
import { freePort } from '../support/ports.ts'
import { privateCluster } from '../support/postgres.ts'
import { openSandboxStage, PLENTY, type SandboxStage } from '../support/sandbox-stage.ts'
import { checkout } from '../support/shop.ts'
import { until } from '../support/until.ts'
import { errorOfMedian, inParallel, median } from './figures.ts'

const ROUNDS = 12
const ORDERS = 400
const WARM_UP = 1_200
const MINUTES = 60_000

/**
 * Orders per second into the sandbox Odoo with two replicas on one PostgreSQL, beside one alone: each round with two is
 * compared with the rounds of one right before and after it. The storefront's webhooks come to the first; the second finds its work
 * in the store. All of it shares this machine's processors, whose speed moves from round to round: `ratio_error` says how far the
 * ratio would be from run to run.
 */
export async function run(report: (metric: string, value: number, unit: string) => void): Promise<void> {
  const cluster = await privateCluster({ durable: true })
  const database = await cluster.database()
  const stage = await openSandboxStage({ env: { DATABASE_URL: database.url } })
  const store = new pg.Client(database.url)
  await store.connect()
  const through = () =>
    until('what followed from the orders before', async () => {
      const { rows } = await store.query("select 1 from events where state in ('ready', 'running') limit 1")
      return rows.length === 0
    })
  let placed = 0
  let second: Bridge | undefined
  try {
    second = await replica(stage)
    const perSecond = { one: [] as number[], two: [] as number[] }
    // A process is compiled while it first runs, and that is not what a second one costs: it is paused for a round, not ended.
    await across(stage, WARM_UP)
    for (let round = 0; round <= 2 * ROUNDS; round++) {
      const replicas = round % 2 === 0 ? 'one' : 'two'
      // With lanes of its own it would keep them from the other.
      await through()
      process.kill(second.pid, replicas === 'one' ? 'SIGSTOP' : 'SIGCONT')
      perSecond[replicas].push(ORDERS / (await across(stage, ORDERS)))
    }
    const { one, two } = perSecond
    report('one_per_s', median(one), 'orders/s')
    report('two_per_s', median(two), 'orders/s')
    const ratios = two.map((rate, n) => (2 * rate) / ((one[n] ?? rate) + (one[n + 1] ?? rate)))
    report('ratio', median(ratios), 'ratio')
    report('ratio_error', errorOfMedian(ratios), 'ratio')
  } finally {
    await second?.kill()
    await store.end()
    await stage.dispose()
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

/** Another process of the same installation. */
const replica = async (stage: SandboxStage): Promise<Bridge> =>
  startBridge({ ...stage.env, PORT: String(await freePort()) })
