import { createClarityClient } from '../../clarity-extension/clarity/client.ts'
import { answerOf } from '../../clarity-extension/reconcile/answer.ts'
import { compareStock } from '../../clarity-extension/reconcile/stock.ts'
import { createOdooClient } from '../../odoo-bridge/client/client.ts'
import { openStage, type Stage } from '../support/stage.ts'
import { seconds, until } from './figures.ts'
import { seedProducts } from './products.ts'
import type { Report } from './run.ts'

/** A reconciliation of many SKUs: how often each is read of each side, and how long it takes. DRIFT_SKUS makes it smaller. */
const SKUS = Number(process.env.DRIFT_SKUS ?? 20_000)
const BULK = 500
/** The warehouse of the sample catalogue that sells online from `main`. */
const LOCATIONS: Record<string, string> = { WH: 'main', EAST: 'east' }

export async function run(report: Report): Promise<void> {
  const stage = await openStage()
  try {
    const products = await seedProducts(stage, SKUS)
    await shown(stage, SKUS)
    const { clarity, odoo } = clientsOf(stage)
    const reads = { clarity: new Map<string, number>(), odoo: new Map<string, number>() }
    const count = (side: Map<string, number>, key: string) => side.set(key, (side.get(key) ?? 0) + 1)
    const comparison = compareStock({
      settings: { location: (code) => LOCATIONS[code], margin: 0, defaultLocation: 'main' },
      demand: async () => [],
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
    const own = new Set(products.map(({ sku }) => sku))
    let drifts = 0
    const took = await seconds(async () => {
      const compared = await comparison.compare(new AbortController().signal)
      drifts = compared.drifts.filter(({ subject }) => own.has(subject)).length
    })
    report('reads_per_sku', Math.max(...reads.clarity.values(), ...reads.odoo.values()), 'reads')
    report('rows', drifts, 'differences')
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

/** The bridge has told the storefront of all of them. */
const shown = ({ shop }: Stage, wanted: number) =>
  until(
    'every number in the storefront',
    30 * 60_000,
    async () => {
      const rows = (await shop.inventory()).filter(
        ({ sku, locationKey }) => sku.startsWith('BENCH') && locationKey === 'main',
      )
      return rows.length === wanted && rows.every(({ quantity }) => Number(quantity) > 0)
    },
    BULK,
  )
