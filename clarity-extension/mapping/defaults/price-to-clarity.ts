import type { RuleSet } from '../rules.ts'

/** One record per product that the rule names; `key`, `sku` and `minQuantity` are derived (mapping/price-to-clarity.ts). */
export const priceToClarity: RuleSet = {
  name: 'price-rules-to-clarity',
  description: 'A rule of a price list in Odoo becomes a price rule of the storefront for each product it names.',
  entity: 'price',
  direction: 'toClarity',
  version: 1,
  rules: [
    { to: 'externalKey', from: 'key', required: true },
    {
      to: 'priceList',
      from: 'price_list.name',
      lookup: { table: 'price_list_to_clarity', missing: 'pass' },
      required: true,
    },
    { to: 'sku', from: 'sku', required: true },
    { to: 'minQuantity', about: 'None in Odoo is one.', from: 'minQuantity' },
    { to: 'price', from: 'price', default: null },
    { to: 'percent', about: 'Taken off the price.', from: 'percent', default: null },
    { to: 'currency', from: 'currency', required: true },
    { to: 'from', from: 'from', default: null },
    { to: 'to', from: 'to', default: null },
  ],
}
