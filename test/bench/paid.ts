import { until } from '../support/until.ts'
import { inParallel, percentile, seconds, steady } from './figures.ts'
import { deliver, emit, type OrderStage, openOrderStage, placePaid, plainOrders } from './orders.ts'
import { type Product, seedProducts } from './products.ts'
import type { Report } from './run.ts'
import { oneAtATime, type PlainOdoo, type PlainOrder, registerPayment } from './yardstick.ts'

/**
 * The same as `orders` with two workers, as most orders come: paid by card. From the first webhook to the last registered
 * payment, beside the best one-at-a-time script that registers them, too.
 */
const PRODUCTS = 200
const ORDERS = 100
const ROUNDS = 3
const CONCURRENCIES = [1, 4, 8]

export async function run(report: Report): Promise<void> {
  const stage = await openOrderStage()
  try {
    const products = await seedProducts(stage, PRODUCTS)
    await stage.odoo.restart(2)
    const odoo: PlainOdoo = { url: stage.odoo.url, db: stage.odoo.db, apiKey: stage.odoo.adminApiKey }
    const journal = await stage.admin<number[]>('account.journal', 'search', {
      domain: [['type', '=', 'bank']],
      limit: 1,
    })
    const pay = (order: PlainOrder, partnerId: number) => registerPayment(odoo, journal[0] ?? 0, order, partnerId)
    const single = new Map(CONCURRENCIES.map((many) => [many, [] as number[]]))
    const own: number[] = []
    // Round 0 is everybody's warm-up.
    for (let round = 0; round <= ROUNDS; round++) {
      await emit(stage, false)
      for (const [many, rates] of single) {
        const orders = plainOrders(ORDERS / 2, products)
        rates.push(orders.length / (await seconds(() => oneAtATime(odoo, orders, many, pay))))
      }
      await emit(stage, true)
      own.push(ORDERS / (await throughBridge(stage, products)))
    }
    const best = Math.max(...[...single.values()].map(steady))
    report('ratio_to_single', steady(own) / best, 'ratio')
    report('per_s', steady(own), 'orders/s')
    report('single_per_s', best, 'orders/s')
    report('slowest_round_per_s', percentile(own.slice(1), 0), 'orders/s')
    report('rss_mb', stage.bridge.rss(), 'MB')
  } finally {
    await stage.database.end()
    await stage.dispose()
  }
}

/** @returns seconds */
async function throughBridge(stage: OrderStage, products: Product[]): Promise<number> {
  const placed = await placePaid(stage, plainOrders(ORDERS, products), products)
  const before = await registered(stage)
  return seconds(async () => {
    const sent = inParallel(placed, 50, (order) => deliver(stage, order))
    await until('all payments in Odoo', async () => (await registered(stage)) - before >= placed.length, {
      everyMs: 20,
    })
    await sent
  })
}

async function registered({ database }: OrderStage): Promise<number> {
  const { rows } = await database.query<{ n: number }>(
    "select count(*)::int n from account_payment where state in ('in_process', 'paid')",
  )
  return rows[0]?.n ?? 0
}
