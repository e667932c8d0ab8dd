import { z } from 'zod'
import type { CatalogueProduct, WarehouseCode } from '../../clarity-extension/sandbox/catalogue.ts'
import type { Odoo } from './odoo.ts'

/** Counts every product once per warehouse; what has been counted before keeps its number. */
export async function seedStock(
  odoo: Odoo,
  products: CatalogueProduct[],
  productIds: Map<string, number>,
  locations: Map<WarehouseCode, number>,
): Promise<void> {
  const domain = [
    ['product_id', 'in', [...productIds.values()]],
    ['location_id', 'in', [...locations.values()]],
  ]
  const counted = await odoo.search('stock.quant', domain, { product_id: z.int(), location_id: z.int() })
  const keys = new Set(counted.map(({ product_id, location_id }) => `${product_id} ${location_id}`))
  const values = [...locations].flatMap(([code, location_id]) =>
    products.flatMap((product) => {
      const product_id = productIds.get(product.sku)
      if (!product_id || product.stock[code] === 0 || keys.has(`${product_id} ${location_id}`)) return []
      return [{ product_id, location_id, inventory_quantity_auto_apply: product.stock[code] }]
    }),
  )
  await odoo.create('stock.quant', values, { inventory_mode: true })
}
