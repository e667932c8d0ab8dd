import { openStage, type Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'
import { seconds, steady } from './figures.ts'
import { seedProducts } from './products.ts'
import type { Report } from './run.ts'

/** A thousand changed SKUs from Odoo to the storefront, beside one read of their numbers and the bulk writes alone. */
const PRODUCTS = 1_000
const ROUNDS = 10
const BULK = 500

export async function run(report: Report): Promise<void> {
  const stage = await openStage()
  try {
    const products = await seedProducts(stage, PRODUCTS)
    const skus = products.map(({ sku }) => sku)
    const [bridge, plain]: [number[], number[]] = [[], []]
    for (let round = 1; round <= ROUNDS; round++) {
      const quantity = 1_000_000 - round
      await count(
        stage,
        products.map(({ id }) => id),
        quantity,
      )
      bridge.push(await seconds(() => publishedAll(stage, quantity)))
      plain.push(await seconds(() => readAndPut(stage, skus, quantity)))
    }
    report('ratio_to_read_and_put', steady(bridge) / steady(plain), 'ratio')
    report('read_and_put_s', steady(plain), 's')
    report('updates_per_burst', await burst(stage, products[0]?.id ?? 0, skus[0] ?? ''), 'updates')
    report('rss_mb', stage.bridge.rss(), 'MB')
  } finally {
    await stage.dispose()
  }
}

/** Counts every product in one transaction of the server, as a person's inventory adjustment does. */
async function count({ admin }: Stage, ids: number[], quantity: number): Promise<void> {
  const domain = [
    ['location_id.usage', '=', 'internal'],
    ['quantity', '>', 0],
    ['product_id', 'in', ids],
  ]
  const context = { inventory_mode: true }
  const quants = await admin<number[]>('stock.quant', 'search', { domain, context })
  await admin('stock.quant', 'write', { ids: quants, vals: { inventory_quantity: quantity }, context })
  await admin('stock.quant', 'action_apply_inventory', { ids: quants, context })
}

/** Watched in the storefront's own file, as its API would be asked for a thousand rows at the cost of what is measured. */
async function publishedAll({ shop }: Stage, quantity: number): Promise<void> {
  await until(`${quantity} everywhere`, async () => shop.stocked('main', quantity) >= PRODUCTS, {
    limitMs: 300_000,
    everyMs: 10,
  })
}

/** The least that anybody can do: one read of all numbers, then the bulk writes. */
async function readAndPut({ odoo, shop }: Stage, skus: string[], quantity: number): Promise<void> {
  const response = await fetch(`${odoo.url}/json/2/clarity.bridge/read_state`, {
    method: 'POST',
    headers: { authorization: `bearer ${odoo.apiKey}`, 'x-odoo-database': odoo.db, 'content-type': 'application/json' },
    body: JSON.stringify({ store: 'default', kind: 'stock', refs: skus }),
  })
  if (!response.ok) throw new Error(`read_state ${response.status}: ${await response.text()}`)
  await response.json()
  const asOf = new Date().toISOString()
  for (let start = 0; start < skus.length; start += BULK) {
    const rows = skus
      .slice(start, start + BULK)
      .map((sku) => ({ sku, locationKey: 'main', quantity: String(quantity), asOf }))
    await shop.call('PUT', '/inventory', { rows })
  }
}

/** Twenty changes of one SKU, one transaction each: how many updates reach the storefront. */
async function burst(stage: Stage, productId: number, sku: string): Promise<number> {
  const done = () =>
    stage
      .attempts()
      .filter(({ type, lane, outcome }) => type === 'stock.changed' && lane === `stock:${sku}` && outcome === 'done')
      .map(({ event }) => event)
  const before = new Set(done())
  const last = 500_000
  await stage.odoo.shell(`
location = env['stock.warehouse'].search([('code', '=', 'WH')]).lot_stock_id
quant = env['stock.quant'].with_context(inventory_mode=True).search([('location_id', '=', location.id), ('product_id', '=', ${productId})])
for n in range(20):
    quant.write({'inventory_quantity': ${last} + 19 - n})
    quant.action_apply_inventory()
    env.cr.commit()
`)
  await until('the last number', async () =>
    (await stage.shop.inventory()).some(
      (row) => row.sku === sku && row.locationKey === 'main' && Number(row.quantity) === last,
    ),
  )
  return done().filter((event) => !before.has(event)).length
}
