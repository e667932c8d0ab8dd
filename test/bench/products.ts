import type { Stage } from '../support/stage.ts'
import { inParallel } from './figures.ts'

export interface Product {
  id: number
  sku: string
}

/** Stocked products in both systems, a million pieces of each. */
export async function seedProducts({ odoo, shop }: Stage, many: number): Promise<Product[]> {
  const printed = await odoo.shell(`
products = env['product.product'].create([{'name': 'Bench %d' % n, 'default_code': 'BENCH%04d' % n, 'type': 'consu',
    'is_storable': True, 'list_price': 10} for n in range(${many})])
location = env['stock.warehouse'].search([('code', '=', 'WH')]).lot_stock_id
env['stock.quant'].with_context(inventory_mode=True).create([{'product_id': p.id, 'location_id': location.id,
    'inventory_quantity': 1000000} for p in products]).action_apply_inventory()
env.cr.commit()
print('IDS ' + ' '.join(str(p.id) for p in products))
`)
  const ids = /IDS ([\d ]+)/.exec(printed)?.[1]?.split(' ').map(Number) ?? []
  const products = ids.map((id, n) => ({ id, sku: `BENCH${String(n).padStart(4, '0')}` }))
  await inParallel(products, 10, async ({ sku }) => {
    const body = { sku, name: sku, prices: { base: '10.00' }, currency: 'USD', taxCode: 'standard' }
    await shop.call('PUT', `/products/by-key/${sku}`, body)
  })
  return products
}
