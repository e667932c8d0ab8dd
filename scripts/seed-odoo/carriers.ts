import { z } from 'zod'
import type { Catalogue, TaxCode } from '../../clarity-extension/sandbox/catalogue.ts'
import type { Odoo } from './odoo.ts'

/** Delivery methods under the storefront's names, each with its product. */
export async function seedCarriers(
  odoo: Odoo,
  carriers: Catalogue['carriers'],
  taxes: Map<TaxCode, number>,
): Promise<void> {
  const names = carriers.map(({ method }) => method)
  const present = await odoo.search('delivery.carrier', [['name', 'in', names]], { name: z.string() })
  const missing = carriers.filter(({ method }) => !present.some(({ name }) => name === method))
  const products = await odoo.create(
    'product.product',
    missing.map(({ method, sku, taxCode }) => {
      const tax = taxes.get(taxCode)
      return {
        name: `${method} delivery`,
        default_code: sku,
        type: 'service',
        invoice_policy: 'order',
        list_price: 0,
        sale_ok: false,
        taxes_id: [[6, 0, tax ? [tax] : []]],
      }
    }),
  )
  await odoo.create(
    'delivery.carrier',
    missing.map(({ method, price }, index) => ({
      name: method,
      delivery_type: 'fixed',
      fixed_price: Number(price),
      product_id: products[index],
    })),
  )
}
