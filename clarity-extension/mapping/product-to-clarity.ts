import { z } from 'zod'
import type { components } from '../../odoo-bridge/client/schema.d.ts'
import { decimal } from '../../shared/entities.ts'
import { type FieldGroup, fieldGroups } from '../../shared/switches.ts'
import { productToClarity } from './defaults/product-to-clarity.ts'
import type { MasterContext } from './masters/context.ts'
import { ruleSetOf } from './masters/mapped.ts'
import { type Body, bodyOf } from './masters/to-clarity.ts'
import { type MappedBy, mappedBy } from './rule-sets.ts'

export type ProductState = components['schemas']['ProductState']

export const productRow = z.object({
  externalKey: z.string().min(1),
  sku: z.string().optional(),
  name: z.string().optional(),
  description: z.string().nullish(),
  categoryPath: z.array(z.string()).optional(),
  uom: z.string().optional(),
  prices: z.object({ base: decimal, sale: decimal.nullish() }).optional(),
  currency: z.string().optional(),
  taxCode: z.string().nullish(),
  barcode: z.string().nullish(),
  weight: decimal.nullish(),
  imageUrl: z.string().nullish(),
  variantOf: z.string().nullish(),
  options: z.record(z.string(), z.string()).optional(),
  allowBackorder: z.boolean().optional(),
  active: z.boolean().optional(),
  attributes: z.record(z.string(), z.unknown()).optional(),
})
export type ProductRow = z.infer<typeof productRow>
export interface ProductMapped {
  row: ProductRow
  by: MappedBy
}

/** A product of Odoo as the storefront's row. @param isNew it takes every group, for a product has a name and a price */
export function productToRow(
  product: ProductState,
  written: ReadonlySet<FieldGroup>,
  isNew: boolean,
  context: MasterContext,
): Body<ProductMapped> {
  const { name, options, taxes, active, for_sale } = product
  const values = Object.values(options)
  const source = {
    ...product,
    title: values.length > 0 ? `${name} (${values.join(', ')})` : name,
    variantOf: values.length > 0 ? name : undefined,
    tax: taxes[0],
    forSale: active && for_sale,
  }
  const groups = isNew ? new Set(fieldGroups) : written
  const set = ruleSetOf(productToClarity, context)
  const body = bodyOf(set, source, productRow, context, groups)
  return body.ok ? { ok: true, value: { row: body.value, by: mappedBy([set]) } } : body
}
