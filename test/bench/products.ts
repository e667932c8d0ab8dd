import type { Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'
import { inParallel } from './figures.ts'

export interface Product {
  id: number
  sku: string
}

const PIECES = 1_000_000

/** Stocked products in both systems, a million pieces of each, which the storefront knows of when this returns. */
export async function seedProducts({ admin, odoo, shop }: Stage, many: number): Promise<Product[]> {
  const skus = Array.from({ length: many }, (_, n) => `BENCH${String(n).padStart(4, '0')}`)
  await inParallel(skus, 10, async (sku) => {
    const body = { sku, name: sku, prices: { base: '10.00' }, currency: 'USD', taxCode: 'standard' }
    await shop.call('PUT', `/products/by-key/${sku}`, body)
  })
  const vals = skus.map((sku) => ({ name: sku, default_code: sku, type: 'consu', is_storable: true, list_price: 10 }))
  const ids = await admin<number[]>('product.product', 'create', { vals_list: vals })
  const [stock] = await odoo.psql<{ id: number }>("select lot_stock_id id from stock_warehouse where code = 'WH'")
  const context = { inventory_mode: true }
  const quants = await admin<number[]>('stock.quant', 'create', {
    vals_list: ids.map((id) => ({ product_id: id, location_id: stock?.id, inventory_quantity: PIECES })),
    context,
  })
  await admin('stock.quant', 'action_apply_inventory', { ids: quants, context })
  await until('the stock in the storefront', async () => {
    const shown = (await shop.inventory()).filter(
      ({ sku, quantity }) => sku.startsWith('BENCH') && Number(quantity) > 0,
    )
    return shown.length >= many
  })
  return ids.map((id, n) => ({ id, sku: skus[n] ?? '' }))
}
