import type { RuleSet } from '../rules.ts'

/** What Odoo says about a product that an order names: for conditions, e.g. `items.0.product.category` or, inside `some`, `product.tags`. */
export interface ProductFacts {
  /** `consu`, `service` or `combo`. */
  type: string
  /** The whole path, e.g. `All / Saleable / Bikes`. */
  category: string
  /** Every category it lies in, from the root. */
  categories: string[]
  tags: string[]
  /** Whether Odoo keeps stock of it. */
  storable: boolean
}

/** By SKU; a product that Odoo does not know, or knows twice, is missing. */
export type Products = ReadonlyMap<string, ProductFacts>

const known = new WeakMap<RuleSet, boolean>()
const fact = /(["./[\] ])product\.(type|category|categories|tags|storable)\b/

/** Whether rules look at products: only then is Odoo asked about them. */
export function asksForProducts(set: RuleSet): boolean {
  const before = known.get(set)
  if (before !== undefined) return before
  // `product.category` is a model of Odoo, too.
  const text = JSON.stringify(set, (key, value) => (key === 'model' ? undefined : value))
  const asks = fact.test(text)
  known.set(set, asks)
  return asks
}
