import type pg from 'pg'
import type { Order } from '../../shared/entities.ts'
import { newWebhookId, signHeaders } from '../../shared/signature.ts'
import { openStage, type Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'
import { inParallel, median, percentile, seconds, steady } from './figures.ts'
import { type Product, seedProducts } from './products.ts'
import type { Report } from './run.ts'
import { handBatched, oneAtATime, type PlainOdoo, type PlainOrder } from './yardstick.ts'

/**
 * Orders per second from webhook to confirmed sale order, beside the scripts people write by hand, on the same server in the
 * same run: Odoo's default threads, then two workers. The addon's events are off while a yardstick runs.
 */
const PRODUCTS = 1_000
const LINES = 3
const CUSTOMERS = 50
const ORDERS = 100
const ROUNDS = 3
const SINGLE_CONCURRENCIES = [1, 4, 8]
/** A wait without any confirmed order, once the first is. */
const POLL_MS = 20

export async function run(report: Report): Promise<void> {
  const stage = await openOrderStage()
  try {
    const products = await seedProducts(stage, PRODUCTS)
    let rss = 0
    for (const [mode, workers] of [
      ['threads', 0],
      ['workers', 2],
    ] as const) {
      await stage.odoo.restart(workers)
      const figures = await compare(stage, products)
      report(`ratio_to_single_${mode}`, figures.bridge / figures.single, 'ratio')
      report(`ratio_to_batched_${mode}`, figures.bridge / figures.batched, 'ratio')
      report(`per_s_${mode}`, figures.bridge, 'orders/s')
      report(`single_per_s_${mode}`, figures.single, 'orders/s')
      report(`batched_per_s_${mode}`, figures.batched, 'orders/s')
      rss = Math.max(rss, stage.bridge.rss())
    }
    const hot = products.slice(0, 1)
    const few = products.slice(0, 20)
    const one = await throughBridge(stage, plainOrders(ORDERS, hot, 1), products)
    const twenty = await throughBridge(stage, plainOrders(ORDERS, few, 1), products)
    report('hot_sku_per_s', ORDERS / one.seconds, 'orders/s')
    report('twenty_skus_per_s', ORDERS / twenty.seconds, 'orders/s')
    report('hot_sku_max_stall_ms', Math.max(one.stallMs, twenty.stallMs), 'ms')
    await latency(stage, products, report)
    await burst(stage, products, report)
    report('rss_mb', Math.max(rss, stage.bridge.rss()), 'MB')
  } finally {
    await stage.database.end()
    await stage.dispose()
  }
}

/**
 * The storefront tells nobody by itself: an order that travels while others are being placed would be counted before it is sent.
 * Nor is it read: the net would find what was left out of the webhooks, and what is measured would wait for that.
 */
export async function openOrderStage(): Promise<OrderStage> {
  const stage = await openStage({ silent: true })
  const { items } = await stage.panel<{ items: { name: string }[] }>('GET', '/sweeps')
  for (const { name } of items.filter(({ name }) => name.endsWith('toOdoo')))
    await stage.panel('PATCH', `/sweeps/${encodeURIComponent(name)}`, { enabled: false })
  return { ...stage, database: await stage.odoo.database() }
}

/** With a connection to look at Odoo's tables often and at little cost. */
export interface OrderStage extends Stage {
  database: pg.Client
}

async function compare(
  stage: OrderStage,
  products: Product[],
): Promise<{ single: number; batched: number; bridge: number }> {
  const odoo: PlainOdoo = { url: stage.odoo.url, db: stage.odoo.db, apiKey: stage.odoo.adminApiKey }
  const scripts = [
    ...SINGLE_CONCURRENCIES.map((many) => ({
      orders: ORDERS / 2,
      run: (orders: PlainOrder[]) => oneAtATime(odoo, orders, many),
      rates: [] as number[],
    })),
    { orders: ORDERS, run: (orders: PlainOrder[]) => handBatched(odoo, orders, 25, 2), rates: [] as number[] },
  ]
  const bridge: number[] = []
  // A worker that just started, ours and Odoo's, is slow with the first of everything, whoever asks: round 0 does not count.
  for (let round = 0; round <= ROUNDS; round++) {
    // The scripts take twenty times as long as the bridge, whose two seconds would be one moment of a machine that has faster and slower
    // ones: it has its turn after each of them.
    for (const { orders, run, rates } of scripts) {
      await emit(stage, false)
      rates.push(orders / (await seconds(() => run(plainOrders(orders, products)))))
      await emit(stage, true)
      const own = await throughBridge(stage, plainOrders(ORDERS, products), products)
      if (round > 0) bridge.push(ORDERS / own.seconds)
      await through(stage)
    }
  }
  const [batched = Number.NaN, ...single] = scripts.map(({ rates }) => steady(rates)).reverse()
  return { single: Math.max(...single), batched, bridge: median(bridge) }
}

/** What follows from the orders (statuses, stock) would take time from the next script. */
const through = (stage: OrderStage) =>
  until('what followed from the orders', async () => {
    const { waiting, running } = (await stage.panel<{ counts: Record<string, number> }>('GET', '/overview')).counts
    return waiting === 0 && running === 0
  })

/** The orders stand in the storefront already; measured is from the first webhook to the last confirmed order. */
async function throughBridge(
  stage: OrderStage,
  wanted: PlainOrder[],
  products: Product[],
): Promise<{ seconds: number; stallMs: number }> {
  const placed = await place(stage, wanted, products)
  const before = await confirmed(stage)
  const started = performance.now()
  let [count, last, stallMs] = [before, started, 0]
  const sent = inParallel(placed, 50, (order) => deliver(stage, order))
  await until(
    'all orders in Odoo',
    async () => {
      const now = await confirmed(stage)
      if (now > count) {
        if (count > before) stallMs = Math.max(stallMs, performance.now() - last)
        ;[count, last] = [now, performance.now()]
      }
      return now - before >= placed.length
    },
    { limitMs: 300_000, everyMs: POLL_MS },
  )
  await sent
  return { seconds: (last - started) / 1000, stallMs }
}

/** One order after another, nothing else to do: what a single shopper's order takes, beside Odoo's own calls for it. */
async function latency(stage: OrderStage, products: Product[], report: Report): Promise<void> {
  const odoo: PlainOdoo = { url: stage.odoo.url, db: stage.odoo.db, apiKey: stage.odoo.adminApiKey }
  const [own, bare]: [number[], number[]] = [[], []]
  const placed = await place(stage, plainOrders(40, products), products)
  for (const order of placed) {
    const before = await confirmed(stage)
    own.push(
      await seconds(async () => {
        await deliver(stage, order)
        await until('the order', async () => (await confirmed(stage)) > before, { everyMs: 2 })
      }),
    )
    const [plain] = plainOrders(1, products)
    if (plain) bare.push(await seconds(() => oneAtATime(odoo, [plain], 1)))
  }
  report('p50_ms', percentile(own, 50) * 1000, 'ms')
  report('p99_ms', percentile(own, 99) * 1000, 'ms')
  report('odoo_p50_ms', percentile(bare, 50) * 1000, 'ms')
  report('odoo_p99_ms', percentile(bare, 99) * 1000, 'ms')
  await shipmentLatency(stage, placed, report)
}

/** From the answer of Odoo's validation to the shipment in the storefront. */
async function shipmentLatency(stage: OrderStage, placed: Order[], report: Report): Promise<void> {
  const [own, bare]: [number[], number[]] = [[], []]
  for (const order of placed) {
    const [picking] = await stage.odoo.psql<{ id: number }>(
      'select p.id from stock_picking p join sale_order o on o.id = p.sale_id where o.origin = $1',
      [order.number],
    )
    if (!picking) throw new Error(`order ${order.number} has no delivery`)
    bare.push(await seconds(() => stage.admin('stock.picking', 'button_validate', { ids: [picking.id] })))
    const shown = async () => (await stage.shop.shipments(order.id)).length > 0
    own.push(await seconds(() => until('the shipment', shown, { everyMs: 2 })))
  }
  report('shipment_p50_ms', percentile(own, 50) * 1000, 'ms')
  report('shipment_p99_ms', percentile(own, 99) * 1000, 'ms')
  report('validate_p50_ms', percentile(bare, 50) * 1000, 'ms')
}

/** A thousand webhooks at once: none may be lost, and Odoo must not be made to refuse for more than a moment. */
async function burst(stage: OrderStage, products: Product[], report: Report): Promise<void> {
  const placed = await place(stage, plainOrders(1_000, products), products)
  const before = await confirmed(stage)
  const accepted = await seconds(() => inParallel(placed, 50, (order) => deliver(stage, order)))
  await until('all of the burst', async () => (await confirmed(stage)) - before >= placed.length, {
    limitMs: 600_000,
    everyMs: 100,
  })
  const refused = stage.attempts().filter(({ outcome, cause }) => outcome === 'retry' && cause !== 'conflict').length
  report('burst_lost', placed.length - ((await confirmed(stage)) - before), 'orders')
  report('burst_accepted_per_s', placed.length / accepted, 'webhooks/s')
  report('burst_refused_by_odoo', refused, 'attempts')
}

let serial = 0
export function plainOrders(many: number, products: Product[], lines = LINES): PlainOrder[] {
  return Array.from({ length: many }, () => {
    const n = serial++
    const customer = n % CUSTOMERS
    const picked = Array.from(
      { length: lines },
      (_, line) => products[(n * 31 + line * 337) % products.length]?.id ?? 0,
    )
    return {
      customer: {
        name: `Bench ${customer}`,
        email: `bench${customer}@bench.example`,
        street: '1 Main St',
        city: 'Springfield',
      },
      number: `B${n}`,
      lines: picked.map((productId) => ({ productId, quantity: 1, price: 10 })),
    }
  })
}

/** Told to nobody but the bridge, by us, and without the payment of the checkout: the yardsticks register none either. */
export const place = async (stage: Stage, wanted: PlainOrder[], products: Product[]): Promise<Order[]> =>
  (await placePaid(stage, wanted, products)).map((order) => ({ ...order, payments: [] }))

/** As they come from a checkout. */
export async function placePaid({ shop }: Stage, wanted: PlainOrder[], products: Product[]): Promise<Order[]> {
  const skus = new Map(products.map(({ id, sku }) => [id, sku]))
  const placed: Order[] = []
  await inParallel(wanted, 10, async ({ customer, lines }) => {
    const address = { name: customer.name, line1: customer.street, city: customer.city, country: 'US' }
    const order = await shop.place({
      contact: { name: customer.name, email: customer.email },
      items: lines.map(({ productId, quantity }) => ({ sku: skus.get(productId) ?? '', quantity: String(quantity) })),
      shippingLines: [{ method: 'Standard', carrier: 'Post', amount: '5.00' }],
      billingAddress: address,
      shippingAddress: address,
    })
    placed.push(order)
  })
  return placed
}

export async function deliver({ bridge, shop }: OrderStage, order: Order): Promise<void> {
  const envelope = { type: 'order.created', timestamp: new Date().toISOString(), data: order }
  const body = Buffer.from(JSON.stringify(envelope))
  const headers = { ...signHeaders(body, [shop.secret], newWebhookId(), Date.now() / 1000) }
  const response = await fetch(`${bridge.url}/webhooks/clarity`, { method: 'POST', headers, body })
  if (response.status !== 202) throw new Error(`the bridge answered ${response.status}: ${await response.text()}`)
}

async function confirmed({ database }: OrderStage): Promise<number> {
  const { rows } = await database.query<{ n: number }>("select count(*)::int n from sale_order where state = 'sale'")
  return rows[0]?.n ?? 0
}

/** The switches in Odoo's settings, through Odoo: its workers remember parameters. */
export async function emit({ admin }: Stage, on: boolean): Promise<void> {
  for (const what of ['order', 'shipment', 'stock'])
    await admin('ir.config_parameter', 'set_param', { key: `clarity_bridge.emit_${what}`, value: on ? '1' : '0' })
}
