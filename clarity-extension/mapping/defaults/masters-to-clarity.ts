import type { RuleSet } from '../rules.ts'

/** `title`, `variantOf`, `forSale` and `tax` are derived (product-to-clarity.ts), so are the other sets' `key` and `sku`. */
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

export const customerToClarity: RuleSet = {
  name: 'customer-to-clarity',
  description:
    'What Odoo knows better of a registered customer: its terms, and its contact data where Odoo is their record.',
  entity: 'customer',
  direction: 'toClarity',
  version: 1,
  rules: [
    { to: 'externalKey', from: 'key', required: true },
    {
      to: 'companyName',
      group: 'content',
      about: "A company's own name; its account keeps the name of who registered it.",
      when: { path: 'company', equals: true },
      from: 'name',
    },
    { to: 'name', group: 'content', when: { path: 'company', equals: false }, from: 'name' },
    { to: 'email', group: 'content', from: 'email' },
    { to: 'phone', group: 'content', from: 'phone', default: null },
    { to: 'vatNumber', group: 'content', from: 'vat', default: null },
    { to: 'active', group: 'content', from: 'active' },
    {
      to: 'priceList',
      group: 'terms',
      from: 'price_list',
      default: null,
      lookup: { table: 'price_list_to_clarity', missing: 'pass' },
    },
    {
      to: 'creditLimit',
      group: 'terms',
      about: 'None in Odoo is none in the storefront.',
      when: { path: 'mayReadCredit', equals: true },
      from: 'credit_limit',
      default: null,
    },
    { to: 'onHold', group: 'terms', from: 'on_hold' },
  ],
}

/** One record per product that the rule names. */
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
