import type { Catalogue } from '../catalogue.ts'
import type { Shop } from './shop.ts'
import { levelId } from './stock.ts'

/** Fills an empty shop. No events: nobody listens yet, and a first load is the bridge's own job. */
export function seed(shop: Shop, catalogue: Catalogue): void {
  if (shop.settings.get('seeded') !== undefined) return
  shop.settings.set('currency', catalogue.currency)
  shop.settings.set('taxes', JSON.stringify(catalogue.taxes))
  shop.settings.set('carriers', JSON.stringify(catalogue.carriers))
  catalogue.warehouses.forEach(({ name, location }, index) => {
    shop.locations.insert({ id: `loc_${index + 1}`, externalKey: location, name, active: true })
  })
  const asOf = new Date(shop.clock()).toISOString()
  for (const product of catalogue.products) {
    const { sku, name, options, price, taxCode, barcode, weight, category, description, templateName, stock } = product
    shop.products.insert(
      {
        id: `prd_${sku.toLowerCase()}`,
        sku,
        name,
        description,
        categoryPath: category.split(' / '),
        prices: { base: price },
        currency: catalogue.currency,
        taxCode,
        barcode,
        weight,
        variantOf: Object.keys(options).length > 0 ? templateName : null,
        options,
      },
      sku,
    )
    for (const { code, location } of catalogue.warehouses) {
      const id = levelId(sku, location)
      shop.inventory.insert({ id, sku, locationKey: location, quantity: String(stock[code]), asOf }, sku)
    }
  }
  shop.settings.set('seeded', asOf)
}
