import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClarityClient } from '../../clarity-extension/clarity/client.ts'
import { answerOf } from '../../clarity-extension/reconcile/answer.ts'
import { createPiles } from '../../clarity-extension/reconcile/piles.ts'
import { compareStock } from '../../clarity-extension/reconcile/stock.ts'
import { openStore } from '../../clarity-extension/store/store.ts'
import { createOdooClient } from '../../odoo-bridge/client/client.ts'
import { openStage, type Stage } from '../support/stage.ts'
import { seconds } from './figures.ts'
import type { Report } from './run.ts'

/**
 * A reconciliation of many SKUs over a real Odoo: how often each is read of each side, how long it takes, and that it finds
 * just the numbers that were made to differ. DRIFT_SKUS makes it smaller.
 */
const SKUS = Number(process.env.DRIFT_SKUS ?? 20_000)
/** Rows per write on either side. */
const CHUNK = 500
/** Every so manieth SKU shows a number that is not Odoo's. */
const WRONG = 1_000
const PIECES = 40
/** The warehouses of the sample catalogue and where they sell online. */
const LOCATIONS: Record<string, string> = { WH: 'main', EAST: 'east' }

export async function run(report: Report): Promise<void> {
  const stage = await openStage({ silent: true })
  try {
    const skus = Array.from({ length: SKUS }, (_, n) => `DRIFT${n}`)
    await stage.bridge.stop()
    await inOdoo(stage, skus)
    await inShop(stage, skus)
    const { clarity, odoo } = clientsOf(stage)
    const reads = { clarity: new Map<string, number>(), odoo: new Map<string, number>() }
    const count = (side: Map<string, number>, key: string) => side.set(key, (side.get(key) ?? 0) + 1)
    const folder = mkdtempSync(join(tmpdir(), 'clarity-drift-'))
    const store = await openStore({ dataDir: folder })
    const comparison = compareStock({
      piles: createPiles(store),
      settings: { location: (code) => LOCATIONS[code], margin: 0, defaultLocation: 'main' },
      demand: async () => [],
      release: async () => undefined,
      async *shown() {
        for await (const reply of clarity.listInventory()) {
          const { records } = answerOf(reply)
          for (const { sku, locationKey } of records) count(reads.clarity, `${sku} ${locationKey}`)
          yield records
        }
      },
      async page(after, pendingOrders) {
        const page = answerOf(await odoo.readPage('default', 'stock', { after, limit: 1_000, pendingOrders }))
        for (const { sku, warehouse } of page.stock) count(reads.odoo, `${sku} ${warehouse}`)
        return page
      },
    })
    const found: string[] = []
    const took = await seconds(async () => {
      const { drifts } = await comparison.compare(new AbortController().signal)
      found.push(...drifts.map(({ key }) => key).filter((key) => key.startsWith('DRIFT')))
    })
    const wrong = skus.filter((_, n) => n % WRONG === 0).map((sku) => `${sku} main`)
    if (found.sort().join() !== wrong.sort().join())
      throw new Error(`${found.length} differences found, ${wrong.length} made: ${found.slice(0, 5)}`)
    await store.close()
    rmSync(folder, { recursive: true, force: true })
    report('reads_per_sku', Math.max(...reads.clarity.values(), ...reads.odoo.values()), 'reads')
    report('rows', found.length, 'differences')
    report('skus_per_s', SKUS / took, 'skus/s')
  } finally {
    await stage.dispose()
  }
}

function clientsOf({ shop, odoo }: Stage) {
  const { env } = shop
  return {
    clarity: createClarityClient({
      baseUrl: env.CLARITY_BASE_URL,
      tokenUrl: env.CLARITY_TOKEN_URL,
      clientId: env.CLARITY_CLIENT_ID,
      clientSecret: env.CLARITY_CLIENT_SECRET,
    }),
    odoo: createOdooClient({ url: odoo.url, db: odoo.db, apiKey: odoo.apiKey }),
  }
}

async function inOdoo({ admin, odoo }: Stage, skus: string[]): Promise<void> {
  await admin('ir.config_parameter', 'set_param', { key: 'clarity_bridge.emit_stock', value: '0' })
  const [stock] = await odoo.psql<{ id: number }>("select lot_stock_id id from stock_warehouse where code = 'WH'")
  const context = { inventory_mode: true }
  for (let from = 0; from < skus.length; from += CHUNK) {
    const rows = skus.slice(from, from + CHUNK).map((sku) => ({ name: sku, default_code: sku, is_storable: true }))
    const ids = await admin<number[]>('product.product', 'create', { vals_list: rows })
    const vals_list = ids.map((id) => ({ product_id: id, location_id: stock?.id, inventory_quantity: PIECES }))
    const quants = await admin<number[]>('stock.quant', 'create', { vals_list, context })
    await admin('stock.quant', 'action_apply_inventory', { ids: quants, context })
  }
}

async function inShop({ shop }: Stage, skus: string[]): Promise<void> {
  const asOf = new Date().toISOString()
  for (let from = 0; from < skus.length; from += CHUNK) {
    const part = skus.slice(from, from + CHUNK)
    const products = part.map((sku) => ({
      externalKey: sku,
      sku,
      name: sku,
      prices: { base: '10.00' },
      currency: 'USD',
    }))
    await shop.call('PUT', '/products', { rows: products })
    const rows = part.flatMap((sku, n) => {
      const quantity = `${(from + n) % WRONG === 0 ? PIECES - 1 : PIECES}`
      return [
        { sku, locationKey: 'main', quantity, asOf },
        { sku, locationKey: 'east', quantity: '0', asOf },
      ]
    })
    for (let row = 0; row < rows.length; row += CHUNK)
      await shop.call('PUT', '/inventory', { rows: rows.slice(row, row + CHUNK) })
  }
}
