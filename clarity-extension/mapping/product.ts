import type { Product } from '../../shared/entities.ts'
import type { Problem } from '../../shared/outcome.ts'
import { categoryToOdoo, productToOdoo, templateToOdoo } from './defaults/product-to-odoo.ts'
import { map } from './engine.ts'
import { lookUp } from './lookups.ts'
import type { MasterContext } from './masters/context.ts'
import { type MasterMapped, type MasterPart, masterMapped, ruleSetOf } from './masters/mapped.ts'
import { mapShared, type Written } from './masters/shared.ts'
import { digest } from './order/digest.ts'
import { type EnsuredRecord, type Operation, version } from './order/operation.ts'

/**
 * A product of the storefront as an operation for the addon, with the categories above it. A variant is the one of its template
 * that has its options; the addon makes attributes and values where they are missing. An existing product is recognised by its
 * SKU. Pure.
 */
export function productToOperations(product: Product, written: Written, context: MasterContext): MasterMapped {
  const { id, sku, updatedAt, options, variantOf, categoryPath } = product
  const isVariant = Object.keys(options).length > 0
  const faults = isVariant && !variantOf ? [noTemplate] : []
  const at = version(updatedAt)
  const named = categoryPath.map((name) => name.trim()).filter((name) => name !== '')
  const categoryText = named.join(' / ')
  // What the merchant's table names is there already.
  const path = lookUp(context.lookups, 'category', categoryText) ? [] : named
  const source = {
    ...product,
    isVariant,
    title: isVariant && variantOf ? variantOf : product.name,
    categoryText,
    ...(path.length > 0 && { categoryRef: refOf(path) }),
  }
  const set = ruleSetOf(productToOdoo, context)
  const mapped = mapShared(set, source, context, written)
  const categories = path.map((name, depth) => category(name, path.slice(0, depth), at, context))
  const template = isVariant && variantOf ? templateOf(product, source, at, path.length, written, context) : undefined
  const ensured = [...categories, ...(template ? [template] : [])]
  const parts: MasterPart[] = [{ mapped, set }, ...ensured.map(({ part }) => part)]
  if (!mapped.ok) return masterMapped([], parts, faults)

  const { values, initial, match } = mapped
  const ensure = ensured.flatMap(({ record }) => record ?? [])
  const operation: Operation = {
    id: `product:${id}`,
    kind: 'product',
    ref: id,
    version: at,
    hash: digest({ model: PRODUCT, sku, values, ...(isVariant && { options }) }),
    model: PRODUCT,
    values,
    initial,
    ...(match && { match }),
    ...(isVariant && { options }),
    ensure,
    accept_difference: false,
  }
  return masterMapped([operation], parts, faults)
}

const PRODUCT = 'product.product'

/** Of a category: its path, short enough for a reference however deep it is. */
function refOf(path: readonly string[]): string {
  const text = path.join(' / ')
  return text.length <= 150 ? text : `…${digest(path)}`
}

interface Ensured {
  part: MasterPart
  record?: EnsuredRecord
}

function category(name: string, above: readonly string[], at: string, context: MasterContext): Ensured {
  const source = { name, ...(above.length > 0 && { parent: refOf(above) }) }
  const set = ruleSetOf(categoryToOdoo, context)
  const mapped = map(set, source, context, '/categoryPath')
  const { length: depth } = above
  const derived = ['/categoryPath/name', `/categoryPath/${depth}`] as const
  const part = { mapped, set, at: `/ensure/${depth}/values`, derived }
  if (!mapped.ok) return { part }
  const { values, match } = mapped
  const record = { kind: 'category', ref: refOf([...above, name]), version: at, model: 'product.category', values }
  return { part, record: { ...record, ...(match && { match }) } }
}

function templateOf(
  { variantOf }: Product,
  source: object,
  at: string,
  position: number,
  written: Written,
  context: MasterContext,
): Ensured {
  const set = ruleSetOf(templateToOdoo, context)
  const mapped = mapShared(set, source, context, written)
  const part = { mapped, set, at: `/ensure/${position}/values` }
  if (!mapped.ok) return { part }
  const { values, initial, match } = mapped
  const record: EnsuredRecord = {
    kind: 'product_template',
    ref: variantOf ?? '',
    version: at,
    model: 'product.template',
    values: { ...initial, ...values },
    ...(match && { match }),
  }
  return { part, record }
}

const noTemplate: Problem = {
  code: 'required',
  field: '/variantOf',
  target: '/product_tmpl_id',
  message: 'The product has options and does not say which product it is a variant of.',
  remedy: 'Fill in variantOf in the storefront, or here, and replay.',
}
