import type { Rule, RuleSet } from '../rules.ts'

/** `title`, `categoryText`, `categoryRef` and `isVariant` are derived (product.ts). What belongs to all variants of a product alike: */
const common: Rule[] = [
  { to: 'name', group: 'content', from: 'title', convert: ['clean', 'collapse'], required: true },
  { to: 'description_sale', group: 'content', from: 'description', convert: ['clean', 'trim'], default: false },
  {
    to: 'categ_id',
    group: 'content',
    from: 'categoryText',
    lookup: { table: 'category', missing: 'next' },
    record: { model: 'product.category', field: 'complete_name' },
  },
  { to: 'categ_id', group: 'content', about: 'Found or made by its path.', from: 'categoryRef', ref: 'category' },
  { to: 'clarity_image_url', group: 'content', from: 'imageUrl', convert: ['clean', 'trim'], default: false },
  {
    to: 'taxes_id',
    group: 'content',
    about: "Without an entry a new product has Odoo's default taxes.",
    set: [
      {
        from: 'taxCode',
        lookup: { table: 'tax', missing: 'next' },
        record: { model: 'account.tax', field: 'name', by: { type_tax_use: 'sale' } },
      },
    ],
  },
  {
    to: 'uom_id',
    once: true,
    about: 'Odoo allows no other unit once it has been moved.',
    from: 'uom',
    lookup: { table: 'unit', missing: 'pass' },
    record: { model: 'uom.uom', field: 'name' },
  },
  { to: 'type', once: true, const: 'consu' },
  { to: 'is_storable', once: true, const: true },
]

/** Another variant must not undo what the merchant made of the product since. */
const ofVariant = common.map((rule) => (rule.once ? { ...rule, when: { path: 'isVariant', equals: false } } : rule))

/** The product that is sold. A merchant's own fields are rules like `{to: 'x_studio_material', from: 'attributes.material'}`. */
export const productToOdoo: RuleSet = {
  name: 'product-to-odoo',
  description: 'A product of the storefront becomes a product of Odoo with its SKU as internal reference.',
  entity: 'product',
  direction: 'toOdoo',
  version: 1,
  model: 'product.product',
  rules: [
    { to: 'default_code', from: 'sku', required: true },
    {
      to: 'product_tmpl_id',
      when: { path: 'isVariant', equals: true },
      from: 'variantOf',
      ref: 'product_template',
    },
    ...ofVariant,
    {
      to: 'barcode',
      group: 'content',
      about: 'Unique in Odoo.',
      from: 'barcode',
      convert: ['clean', 'trim'],
      default: false,
    },
    { to: 'weight', group: 'content', from: 'weight' },
    { to: 'active', group: 'content', from: 'active' },
    {
      to: 'list_price',
      group: 'price',
      about: 'Variants share the price that their product was made with; Odoo knows price extras of options only.',
      when: { path: 'isVariant', equals: false },
      from: 'prices.base',
    },
  ],
  match: [{ by: { default_code: { from: 'sku' } } }],
}

/** Made by its first variant, changed by each. */
export const templateToOdoo: RuleSet = {
  name: 'product-template-to-odoo',
  description: 'What the variants of a product share.',
  entity: 'product_template',
  direction: 'toOdoo',
  version: 1,
  model: 'product.template',
  rules: [...common, { to: 'list_price', group: 'price', from: 'prices.base' }],
  match: [{ by: { name: { from: 'title' } } }],
}

/** One per step of the path; `parent` is the path above. */
export const categoryToOdoo: RuleSet = {
  name: 'category-to-odoo',
  description: 'A category of the storefront, found or made by its path.',
  entity: 'category',
  direction: 'toOdoo',
  version: 1,
  model: 'product.category',
  rules: [
    { to: 'name', from: 'name', convert: ['clean', 'collapse'], required: true },
    { to: 'parent_id', from: 'parent', ref: 'category' },
  ],
  match: [
    {
      when: { path: 'parent', exists: true },
      by: { name: { from: 'name', convert: ['clean', 'collapse'] }, parent_id: { from: 'parent', ref: 'category' } },
    },
    { by: { name: { from: 'name', convert: ['clean', 'collapse'] }, parent_id: { const: false } } },
  ],
}
