import { z } from 'zod'
import { convert } from './convert.ts'
import type { Links } from './links.ts'
import { type FieldDef, fieldsOf } from './models.ts'
import type { Records, Row, Stored, Values } from './records.ts'
import type { Problem } from './refused.ts'

/** What markers are looked up in. */
export interface Lookup {
  records: Records
  links: Links
  store: string
}

export const findOptions = z.strictObject({
  model: z.string(),
  by: z.record(z.string(), z.unknown()),
  take: z.string().default('id'),
  optional: z.boolean().default(false),
})

type Found = { value: Stored } | { problem: Problem }

/** The one record whose fields equal `by`: none, several and an archived one are problems of their own. */
export function findOne(
  { records }: Lookup,
  { model, by, take, optional }: z.infer<typeof findOptions>,
  at: string,
): Found {
  const words = Object.entries(by)
    .map(([field, value]) => `${field} = ${value}`)
    .join(', ')
  const value = Object.values(by).map(String).join(', ')
  const problem = (code: Problem['code'], message: string, rows: Row[] = []): Found => ({
    problem: { code, field: at, value, message, ...(rows.length > 0 ? { candidates: rows.map(labelOf) } : {}) },
  })
  if (!fieldsOf(model)) return problem('invalid_value', `The Odoo stand-in has no model ${model}.`)
  const unknown = [...Object.keys(by), take].find((path) => !fieldAt(model, path.split('.')))
  if (unknown) return problem('unknown_field', `${model} has no field ${unknown}.`)

  const wanted = criteria(records, model, by)
  const rows = wanted ? records.find(model, wanted) : []
  const [row] = rows
  if (rows.length > 1)
    return problem('ambiguous_match', `Several ${model} match ${words}. Make the value unique.`, rows)
  if (row) return { value: take === 'id' ? row.id : (row[take] ?? null) }
  const archived = wanted ? records.find(model, wanted, { archived: true }) : []
  if (archived.length > 0) return problem('archived', `The ${model} with ${words} is archived in Odoo.`, archived)
  return optional ? { value: null } : problem('not_found', `Odoo has no ${model} with ${words}.`)
}

/** Active records that equal all of `by`. */
export function matching({ records }: Lookup, model: string, by: Values): Row[] {
  return records.find(model, by)
}

/** A record by external id. */
export function xmlid(lookup: Lookup, id: string, at: string): Found {
  const known = Object.hasOwn(EXTERNAL, id) ? EXTERNAL[id] : undefined
  if (known) return findOne(lookup, { ...known, take: 'id', optional: false }, at)
  const message = `The Odoo stand-in has no record with the external id ${id}.`
  return { problem: { code: 'not_found', field: at, value: id, message } }
}

export const labelOf = (row: Row): string => `${row.name ?? row.code ?? 'record'} (id ${row.id})`

/** The field at the end of a dotted path. */
export function fieldAt(model: string, [name = '', ...rest]: string[]): FieldDef | undefined {
  if (name === 'id') return { string: 'ID', type: 'integer' }
  const fields = fieldsOf(model)
  const field = fields && Object.hasOwn(fields, name) ? fields[name] : undefined
  if (rest.length === 0 || !field) return field
  return field.relation ? fieldAt(field.relation, rest) : undefined
}

const EXTERNAL: Record<string, { model: string; by: Record<string, string> }> = {
  'clarity_bridge.product_shipping': { model: 'product.product', by: { default_code: 'CLARITY-SHIPPING' } },
  'clarity_bridge.product_discount': { model: 'product.product', by: { default_code: 'CLARITY-DISCOUNT' } },
  'clarity_bridge.product_gift_card': { model: 'product.product', by: { default_code: 'CLARITY-GIFT-CARD' } },
  'clarity_bridge.product_rounding': { model: 'product.product', by: { default_code: 'CLARITY-ROUNDING' } },
}

/** `by` in stored form; undefined when a value can never match. */
export function criteria(records: Records, model: string, by: Record<string, unknown>): Values | undefined {
  const wanted: Values = {}
  for (const [path, value] of Object.entries(by)) {
    const field = fieldAt(model, path.split('.'))
    const converted = field && convert(records, field, value)
    if (!converted?.ok) return undefined
    wanted[path] = converted.value
  }
  return wanted
}
