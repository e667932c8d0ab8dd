import { z } from 'zod'
import type { CatalogueProduct, TaxCode } from '../../clarity-extension/sandbox/catalogue.ts'
import { amount } from '../../shared/money.ts'
import { type Attributes, seedAttributes } from './attributes.ts'
import { type Odoo, text } from './odoo.ts'

/** Templates whose variants are real: Odoo makes them from the attributes, we give each its reference. @returns ids by SKU */
export async function seedProducts(
  odoo: Odoo,
  products: CatalogueProduct[],
  taxes: Map<TaxCode, number>,
): Promise<Map<string, number>> {
  const present = await variantsBySku(odoo, products)
  const missing = products.filter(({ sku }) => !present.has(sku))
  const templates = [...Map.groupBy(missing, ({ templateName }) => templateName).values()]
  if (templates.length === 0) return present

  const attributes = await seedAttributes(odoo, missing)
  const values = templates.map((variants) => templateOf(variants, attributes, taxes))
  const ids = await odoo.create('product.template', values)
  await priceOptions(odoo, ids, templates)
  await nameVariants(odoo, ids, templates)
  return variantsBySku(odoo, products)
}

async function variantsBySku(odoo: Odoo, products: CatalogueProduct[]): Promise<Map<string, number>> {
  const domain = [['default_code', 'in', products.map(({ sku }) => sku)]]
  const rows = await odoo.search('product.product', domain, { default_code: z.string() })
  return new Map(rows.map(({ id, default_code }) => [default_code, id]))
}

function templateOf(variants: CatalogueProduct[], attributes: Attributes, taxes: Map<TaxCode, number>) {
  const [first] = variants
  if (!first) throw new Error('a template has at least one variant')
  const tax = taxes.get(first.taxCode)
  const options = Object.keys(first.options).map((option) => {
    const names = [...new Set(variants.map((variant) => variant.options[option]))]
    const value_ids = names.map((name) => attributes.valueOf(option, name ?? ''))
    return [0, 0, { attribute_id: attributes.idOf(option), value_ids: [[6, 0, value_ids]] }]
  })
  return {
    name: first.templateName,
    type: 'consu',
    is_storable: true,
    invoice_policy: 'order',
    list_price: Number(first.price),
    taxes_id: [[6, 0, tax ? [tax] : []]],
    description_sale: first.description,
    attribute_line_ids: options,
  }
}

const optionRow = { name: z.string(), product_tmpl_id: z.int() }

/** What an option costs more: the price of a variant that differs from the first only in that option. */
async function priceOptions(odoo: Odoo, templateIds: number[], templates: CatalogueProduct[][]): Promise<void> {
  const options = await odoo.search(
    'product.template.attribute.value',
    [['product_tmpl_id', 'in', templateIds]],
    optionRow,
  )
  for (const { id, name, product_tmpl_id } of options) {
    const variants = templates[templateIds.indexOf(product_tmpl_id)] ?? []
    const [first] = variants
    const sibling = variants.find((variant) => isSibling(first, variant, name))
    if (!first || !sibling || sibling.price === first.price) continue
    const price_extra = amount(sibling.price).minus(first.price).toNumber()
    await odoo.write('product.template.attribute.value', [id], { price_extra })
  }
}

function isSibling(first: CatalogueProduct | undefined, variant: CatalogueProduct, name: string): boolean {
  const differing = Object.entries(variant.options).filter(([option, value]) => first?.options[option] !== value)
  return differing.length === 1 && differing[0]?.[1] === name
}

/** Each variant gets the reference, barcode and weight of the catalogue's product with the same options; all in one call. */
async function nameVariants(odoo: Odoo, templateIds: number[], templates: CatalogueProduct[][]): Promise<void> {
  const made = await odoo.search('product.product', [['product_tmpl_id', 'in', templateIds]], {
    product_tmpl_id: z.int(),
    default_code: text,
    product_template_attribute_value_ids: z.array(z.int()),
  })
  const optionIds = made.flatMap((variant) => variant.product_template_attribute_value_ids)
  const options = await odoo.search('product.template.attribute.value', [['id', 'in', optionIds]], optionRow)
  const nameOf = new Map(options.map(({ id, name }) => [id, name]))

  const rows = made.map((variant) => {
    const names = variant.product_template_attribute_value_ids.map((id) => nameOf.get(id)).sort()
    const product = templates[templateIds.indexOf(variant.product_tmpl_id)]?.find(
      ({ options }) => Object.values(options).sort().join() === names.join(),
    )
    if (!product) throw new Error(`Odoo made a variant the catalogue does not have: ${names.join(', ')}`)
    return [String(variant.id), product.sku, product.barcode, product.weight]
  })
  const fields = ['.id', 'default_code', 'barcode', 'weight']
  const answer = await odoo.call('product.product', 'load', { fields, data: rows })
  const { ids, messages } = z.object({ ids: z.unknown(), messages: z.array(z.unknown()) }).parse(answer)
  if (!ids) throw new Error(`product.product.load: ${JSON.stringify(messages)}`)
}
