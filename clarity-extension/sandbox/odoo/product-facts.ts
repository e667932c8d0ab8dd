import type { components } from '../../../odoo-bridge/client/schema.d.ts'
import type { Records } from './records.ts'
import { all } from './rows.ts'

type Facts = components['schemas']['ProductFacts']

/** The stand-in's products lie in no category and bear no tags. */
export function productFacts(records: Records, skus: readonly string[]): Facts[] {
  return [...new Set(skus)].flatMap((sku) => {
    const active = new Set(records.find('product.product', { default_code: sku }).map(({ id }) => id))
    const products = all(records, 'product.product', { default_code: sku }).filter(({ id }) => active.has(id))
    const [product] = products
    if (!product || products.length > 1) return []
    return { sku, type: typeOf(product.type), category: '', categories: [], tags: [], storable: product.is_storable }
  })
}

const typeOf = (type: string): Facts['type'] => (type === 'service' || type === 'combo' ? type : 'consu')
