import type { RuleSet } from '../rules.ts'

/** `title`, `variantOf`, `forSale` and `tax` are derived (mapping/product-to-clarity.ts). */
export const productToClarity: RuleSet = {
  name: 'product-to-clarity',
  description: 'A product of Odoo becomes a product of the storefront under its internal reference.',
  entity: 'product',
  direction: 'toClarity',
  version: 1,
  rules: [
    { to: 'externalKey', from: 'sku', required: true },
    { to: 'sku', from: 'sku', required: true },
    { to: 'name', group: 'content', from: 'title', required: true },
    { to: 'description', group: 'content', from: 'description', default: null },
    { to: 'categoryPath', group: 'content', from: 'category' },
    {
      to: 'uom',
      group: 'content',
      from: 'uom',
      lookup: { table: 'unit_to_clarity', missing: 'pass' },
    },
    { to: 'barcode', group: 'content', from: 'barcode', default: null },
    { to: 'weight', group: 'content', from: 'weight' },
    {
      to: 'variantOf',
      group: 'content',
      about: 'Variants of one product share its name.',
      from: 'variantOf',
      default: null,
    },
    { to: 'options', group: 'content', from: 'options' },
    {
      to: 'taxCode',
      group: 'content',
      about: 'Without an entry the storefront keeps its own.',
      from: 'tax',
      lookup: { table: 'tax_to_clarity', missing: 'next' },
    },
    { to: 'active', group: 'content', about: 'Active and for sale in Odoo.', from: 'forSale' },
    { to: 'attributes.stockable', group: 'content', from: 'storable' },
    { to: 'prices.base', group: 'price', from: 'price', required: true },
    { to: 'currency', group: 'price', from: 'currency', required: true },
  ],
}
