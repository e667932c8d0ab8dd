import { openStage, type Stage } from '../support/stage.ts'
import { seconds } from './figures.ts'
import { emit, place, plainOrders } from './orders.ts'
import { measure, type Side } from './peers/measure.ts'
import { n8n } from './peers/n8n.ts'
import { nodeRed } from './peers/node-red.ts'
import { NotToBeHad, type Peer } from './peers/peer.ts'
import { type Product, seedProducts } from './products.ts'
import type { Report } from './run.ts'
import { handBatched, oneAtATime, type PlainOdoo } from './yardstick.ts'

/**
 * The same orders into one Odoo with two workers: through bare scripts, through n8n and Node-RED, and through the bridge. Each peer twice:
 * with the workflow that its documentation leads to, and with a careful one, that answers only when the order is confirmed and looks
 * for it before it makes it. A peer that cannot be installed here is said to be so, with the reason.
 */
const PRODUCTS = 50
const SCRIPTED = 40

export async function run(report: Report): Promise<void> {
  const stage = await openStage({ silent: true, workers: 2 })
  const odoo: PlainOdoo = { url: stage.odoo.url, db: stage.odoo.db, apiKey: stage.odoo.adminApiKey }
  try {
    const products = await seedProducts(stage, PRODUCTS)
    const order = (many: number) => plainOrders(many, products)
    await emit(stage, false)
    await oneAtATime(odoo, order(10), 2)
    const script = async () => SCRIPTED / (await seconds(() => oneAtATime(odoo, order(SCRIPTED), 4)))
    report('script_orders_per_s', await script(), 'orders/s')
    report(
      'batches_orders_per_s',
      SCRIPTED / (await seconds(() => handBatched(odoo, order(SCRIPTED), 25, 2))),
      'orders/s',
    )
    // Odoo tells the bridge of what changed, but not of the script's orders.
    const beside = async () => {
      await emit(stage, false)
      return script().finally(() => emit(stage, true))
    }
    await emit(stage, true)
    await measure(stage.odoo, throughBridge(stage, products), beside, report)
    await emit(stage, false)
    for (const [name, open] of [
      ['n8n', n8n],
      ['node_red', nodeRed],
    ] as const)
      for (const workflow of ['documented', 'careful'] as const) {
        const side = `${name}${workflow === 'careful' ? '_careful' : ''}`
        try {
          const peer = await open(odoo, workflow)
          await measure(stage.odoo, through(peer, side, products), script, report).finally(peer.dispose)
        } catch (error) {
          if (!(error instanceof NotToBeHad)) throw error
          console.log(`bench peers ${side} not measured: ${error.message}`)
        }
      }
  } finally {
    await stage.dispose()
  }
}

function through(peer: Peer, name: string, products: Product[]): Side {
  return {
    name,
    column: 'client_order_ref',
    kill: peer.kill,
    start: peer.start,
    orders: async (many) =>
      plainOrders(many, products).map((order) => ({ number: order.number, tell: () => told(peer.url, order) })),
  }
}

/** The storefront has the orders already; it is we who tell of them. */
function throughBridge(stage: Stage, products: Product[]): Side {
  return {
    name: 'bridge',
    column: 'origin',
    kill: stage.bridge.kill,
    start: stage.bridge.start,
    orders: async (many) =>
      (await place(stage, plainOrders(many, products), products)).map((order) => ({
        number: order.number,
        tell: () => stage.deliver({ type: 'order.created', data: order }, `msg_${order.id}`),
      })),
  }
}

async function told(url: string, order: unknown): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const signal = AbortSignal.timeout(30_000)
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(order), signal })
  await response.arrayBuffer()
  return response.status
}
