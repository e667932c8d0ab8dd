import { catalogue } from '../clarity-extension/sandbox/catalogue.ts'
import { seedCarriers } from './seed-odoo/carriers.ts'
import { type Odoo, odooAsAdmin } from './seed-odoo/odoo.ts'
import { seedProducts } from './seed-odoo/products.ts'
import { seedSettings } from './seed-odoo/settings.ts'
import { seedStock } from './seed-odoo/stock.ts'
import { seedTaxes } from './seed-odoo/taxes.ts'
import { seedWarehouses } from './seed-odoo/warehouses.ts'

export interface SeedOptions {
  url: string
  db: string
  /** An administrator's. */
  apiKey: string
  /** Where the addon sends its events; without it the addon keeps them. */
  webhook?: { url: string; secret: string }
}

/**
 * Fills a real Odoo 19 with the sandbox's catalogue: taxes, warehouses, products with variants, stock, delivery methods, and
 * the addon's settings. What is there already is left as it is, so that it can be run again.
 */
export async function seedOdoo(options: SeedOptions): Promise<void> {
  const odoo: Odoo = odooAsAdmin(options)
  await seedSettings(odoo, options.webhook)
  const [taxes, warehouses] = await Promise.all([
    seedTaxes(odoo, catalogue.taxes),
    seedWarehouses(odoo, catalogue.warehouses),
  ])
  const products = await seedProducts(odoo, catalogue.products, taxes)
  await seedStock(odoo, catalogue.products, products, warehouses)
  await seedCarriers(odoo, catalogue.carriers, taxes)
}

if (import.meta.main) {
  const { ODOO_URL, ODOO_DB, ODOO_ADMIN_API_KEY, ODOO_WEBHOOK_SECRET, ODOO_WEBHOOK_URL, PORT = '4000' } = process.env
  if (!ODOO_URL || !ODOO_DB || !ODOO_ADMIN_API_KEY) {
    console.error('Set ODOO_URL, ODOO_DB and ODOO_ADMIN_API_KEY (npm run odoo -- up prints them).')
    process.exit(1)
  }
  const url = ODOO_WEBHOOK_URL ?? `http://127.0.0.1:${PORT}/webhooks/odoo`
  await seedOdoo({
    url: ODOO_URL,
    db: ODOO_DB,
    apiKey: ODOO_ADMIN_API_KEY,
    ...(ODOO_WEBHOOK_SECRET ? { webhook: { url, secret: ODOO_WEBHOOK_SECRET } } : {}),
  })
}
