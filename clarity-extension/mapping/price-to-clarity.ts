import { z } from 'zod'
import type { components } from '../../odoo-bridge/client/schema.d.ts'
import { decimal, instant } from '../../shared/entities.ts'
import { amount } from '../../shared/money.ts'
import { priceToClarity } from './defaults/price-to-clarity.ts'
import type { MasterContext } from './masters/context.ts'
import { ruleSetOf } from './masters/mapped.ts'
import { type Body, bodyOf } from './masters/to-clarity.ts'
import { type MappedBy, mappedBy } from './rule-sets.ts'

export type PriceState = components['schemas']['PriceState']

export const priceRuleRow = z.object({
  externalKey: z.string().min(1),
  customerKeys: z.array(z.string()).optional(),
  priceList: z.string().nullish(),
  sku: z.string().optional(),
  minQuantity: decimal.optional(),
  price: decimal.nullish(),
  percent: decimal.nullish(),
  currency: z.string().optional(),
  from: instant.nullish(),
  to: instant.nullish(),
  attributes: z.record(z.string(), z.unknown()).optional(),
})
export type PriceRuleRow = z.infer<typeof priceRuleRow>
export interface PriceMapped {
  rows: PriceRuleRow[]
  by: MappedBy
}

/** A rule of a price list as the storefront's rules: one per product that it names. */
export function priceToRows(price: PriceState, context: MasterContext): Body<PriceMapped> {
  const set = ruleSetOf(priceToClarity, context)
  const minQuantity = amount(price.min_quantity).gt(0) ? price.min_quantity : '1'
  const bodies = price.skus.map((sku) =>
    bodyOf(set, { ...price, sku, minQuantity, key: `price-${price.id}:${sku}` }, priceRuleRow, context, new Set()),
  )
  const [first, ...others] = bodies.flatMap((body) => (body.ok ? [] : body.problems))
  if (first) return { ok: false, problems: [first, ...others] }
  return { ok: true, value: { rows: bodies.flatMap((body) => (body.ok ? [body.value] : [])), by: mappedBy([set]) } }
}
