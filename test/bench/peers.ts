import { openStage, type Stage } from '../support/stage.ts'
import { inParallel, until } from './figures.ts'
import { emit, type Placed, place, plainOrders } from './orders.ts'
import { n8n } from './peers/n8n.ts'
import { nodeRed } from './peers/node-red.ts'
import { NotToBeHad, type Peer } from './peers/peer.ts'
import { type Product, seedProducts } from './products.ts'
import type { Report } from './run.ts'

/**
 * The same orders through n8n, through Node-RED and through the bridge, into one Odoo with two workers: a workflow as a merchant's developer
 * builds it (webhook, partner looked up or made, sale order, confirmed). First each order once, for its speed; then each three times,
 * as a storefront delivers what must not be lost, with a kill -9 in the middle; then while Odoo is away. What is answered with 2xx is taken:
 * whoever delivers repeats the rest. A peer that cannot be installed here is said to be so, with the reason.
 */
const ORDERS = 60
const AT_A_TIME = 10
const DELIVERIES = 3
const AWAY_MS = 20_000
const MINUTES = 60_000
/** Nothing has come for so long: nothing more will. */
const QUIET_MS = 15_000

/** What brings orders to Odoo. */
export interface Side extends Omit<Peer, 'dispose'> {
  name: string
  /** @returns the status of the answer @throws where there is none */
  tell(order: Placed): Promise<number>
  /** Where it writes an order's number. */
  column: 'origin' | 'client_order_ref'
}

export async function run(report: Report): Promise<void> {
  const stage = await openStage({ silent: true, workers: 2 })
  try {
    const products = await seedProducts(stage, 50)
    const odoo = { url: stage.odoo.url, db: stage.odoo.db, apiKey: stage.odoo.adminApiKey }
    for (const [name, start] of [
      ['n8n', n8n],
      ['node_red', nodeRed],
    ] as const) {
      try {
        await emit(stage, false)
        const peer = await start(odoo)
        const tell = ({ plain }: Placed) => told(peer.url, plain)
        await measure(stage, { ...peer, name, tell, column: 'client_order_ref' }, products, report).finally(
          peer.dispose,
        )
      } catch (error) {
        if (!(error instanceof NotToBeHad)) throw error
        console.log(`bench peers ${name} not measured: ${error.message}`)
      }
    }
    await emit(stage, true)
    const { kill, start, url } = stage.bridge
    const tell = ({ order }: Placed) => stage.deliver({ type: 'order.created', data: order }, `msg_${order.id}`)
    await measure(stage, { url, kill, start, name: 'bridge', tell, column: 'origin' }, products, report)
  } finally {
    await stage.dispose()
  }
}

async function measure(stage: Stage, side: Side, products: Product[], report: Report): Promise<void> {
  const some = async () => place(stage, plainOrders(ORDERS, products), products)
  const warm = (await some()).slice(0, 5)
  await inParallel(warm, 1, (order) => untilTaken(side, order))
  await settled(stage, side, warm)

  const once = await some()
  const began = performance.now()
  await inParallel(once, AT_A_TIME, (order) => untilTaken(side, order))
  const { last } = await settled(stage, side, once)
  report(`${side.name}_orders_per_s`, ORDERS / ((last - began) / 1000), 'orders/s')

  const thrice = await some()
  let taken = 0
  const killed = until('a third to be taken', 5 * MINUTES, async () => taken >= ORDERS, 5).then(async () => {
    await side.kill()
    await side.start()
  })
  await inParallel(thrice, AT_A_TIME, async (order) => {
    for (let time = 0; time < DELIVERIES; time++) {
      await untilTaken(side, order)
      taken++
    }
  })
  await killed
  const after = await settled(stage, side, thrice)
  report(`${side.name}_lost`, after.lost, 'orders')
  report(`${side.name}_doubled`, after.doubled, 'orders')

  const meanwhile = await some()
  await stage.odoo.stop()
  const back = new Promise((resolve) => setTimeout(resolve, AWAY_MS)).then(() => stage.odoo.start(2))
  await inParallel(meanwhile, AT_A_TIME, (order) => untilTaken(side, order))
  await back
  report(`${side.name}_lost_while_odoo_is_away`, (await settled(stage, side, meanwhile)).lost, 'orders')
}

/** Again and again until it is acknowledged. */
async function untilTaken(side: Side, order: Placed): Promise<void> {
  await until(`${side.name} to take an order`, 5 * MINUTES, async () => {
    const status = await side.tell(order).catch(() => 0)
    return status >= 200 && status < 300
  })
}

/** Waits until nothing more comes. @returns when the last order was confirmed, and what is missing or there more than once */
async function settled({ odoo }: Stage, { column }: Side, orders: Placed[]) {
  const numbers = orders.map(({ plain, order }) => (column === 'origin' ? order.number : plain.number))
  let [count, last] = [-1, performance.now()]
  let rows: { number: string; n: number }[] = []
  await until(
    'the last of the orders',
    20 * MINUTES,
    async () => {
      const sql = `select ${column} number, count(*)::int n from sale_order where state = 'sale' and ${column} = any($1) group by 1`
      rows = await odoo.psql<{ number: string; n: number }>(sql, [numbers])
      const now = rows.reduce((sum, { n }) => sum + n, 0)
      if (now !== count) [count, last] = [now, performance.now()]
      return performance.now() - last > QUIET_MS
    },
    100,
  )
  return { last, lost: numbers.length - rows.length, doubled: rows.filter(({ n }) => n > 1).length }
}

async function told(url: string, order: unknown): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const signal = AbortSignal.timeout(30_000)
  const { status } = await fetch(url, { method: 'POST', headers, body: JSON.stringify(order), signal })
  return status
}
