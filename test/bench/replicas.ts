import { type Bridge, startBridge } from '../support/bridge.ts'
import { freePort } from '../support/ports.ts'
import { privateCluster } from '../support/postgres.ts'
import { openSandboxStage, PLENTY, type SandboxStage } from '../support/sandbox-stage.ts'
import { checkout } from '../support/shop.ts'
import { inParallel, median, ratio, until } from './figures.ts'

const ROUNDS = 6
const ORDERS = 300
const MINUTES = 60_000

/**
 * Orders per second into the sandbox Odoo with two replicas on one PostgreSQL, beside one alone, in interleaved rounds. The
 * storefront's webhooks come to the first; the second finds its work in the store. All of it shares this machine's processors.
 */
export async function run(report: (metric: string, value: number, unit: string) => void): Promise<void> {
  const cluster = await privateCluster({ durable: true })
  const database = await cluster.database()
  const stage = await openSandboxStage({ env: { DATABASE_URL: database.url } })
  let placed = 0
  try {
    const second = await replica(stage)
    const perSecond = { one: [] as number[], two: [] as number[] }
    for (let round = -1; round < ROUNDS; round++)
      for (const which of ['two', 'one'] as const) {
        await (which === 'two' ? second.start() : second.stop())
        const took = await across(stage)
        if (round >= 0) perSecond[which].push(ORDERS / took)
      }
    await second.stop()
    report('one_per_s', median(perSecond.one), 'orders/s')
    report('two_per_s', median(perSecond.two), 'orders/s')
    report('ratio', ratio(perSecond.two, perSecond.one), 'ratio')
  } finally {
    await stage.dispose()
    await database.drop()
    await cluster.dispose()
  }

  /** @returns seconds */
  async function across({ shop, odoo }: SandboxStage): Promise<number> {
    const numbers = Array.from({ length: ORDERS }, (_, n) => placed + n + 1)
    placed += ORDERS
    const began = performance.now()
    await inParallel(numbers, 20, async (n) => {
      await shop.place(checkout(n, { items: [{ sku: PLENTY, quantity: '1' }] }))
    })
    await until(
      'the orders in Odoo',
      10 * MINUTES,
      async () => odoo.person.count('sale.order', { state: 'sale' }) >= placed,
      10,
    )
    return (performance.now() - began) / 1000
  }
}

/** Another process of the same installation. */
async function replica(stage: SandboxStage): Promise<Bridge> {
  const bridge = await startBridge({ ...stage.env, PORT: String(await freePort()) })
  await bridge.stop()
  return bridge
}
