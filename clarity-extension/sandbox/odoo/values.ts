import { z } from 'zod'
import { convert } from './convert.ts'
import { beyondStandIn } from './error.ts'
import { findOne, findOptions, type Lookup, xmlid } from './lookup.ts'
import { type FieldDef, fieldsOf } from './models.ts'
import type { Stored, Values } from './records.ts'
import type { Problem } from './refused.ts'

/** Values ready to write, with the lines of a one2many apart. */
export interface Resolved {
  values: Values
  lines: { field: string; key: string; items: Values[] }[]
}

/** Looks up every marker and converts every value by its field's type; all problems are collected, none is guessed away. */
export function resolve(
  lookup: Lookup,
  model: string,
  given: Record<string, unknown>,
  pointer = '',
): { resolved: Resolved; problems: Problem[] } {
  const fields = fieldsOf(model)
  if (!fields) throw beyondStandIn(`has no model ${model}`)
  const resolved: Resolved = { values: {}, lines: [] }
  const problems: Problem[] = []
  for (const [name, value] of Object.entries(given)) {
    const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (!field) problems.push({ code: 'unknown_field', field: at, message: `${model} has no field ${name}.` })
    else if (field.readonly)
      problems.push({ code: 'invalid_value', field: at, message: 'Odoo sets this field itself.' })
    else if (field.type === 'one2many') resolveLines(name, field, value, at)
    else {
      const found = fieldValue(lookup, field, value, at)
      if ('problem' in found) problems.push(found.problem)
      else resolved.values[name] = found.value
    }
  }
  return { resolved, problems }

  function resolveLines(name: string, field: FieldDef, value: unknown, at: string) {
    const parsed = linesMarker.safeParse(value)
    const relation = field.relation ?? ''
    if (!parsed.success) {
      problems.push({ code: 'invalid_value', field: at, message: 'A list of records is given as $lines.' })
      return
    }
    const { key, items } = parsed.data.$lines
    if (!fieldsOf(relation)?.[key]) {
      problems.push({ code: 'unknown_field', field: `${at}/$lines/key`, message: `${relation} has no field ${key}.` })
    }
    const seen = new Set<unknown>()
    const rows = items.map((item, index) => {
      const here = `${at}/$lines/items/${index}`
      const own = item[key]
      if (typeof own !== 'string' || seen.has(own)) {
        problems.push({ code: 'invalid_value', field: here, message: `Each line has its own ${key}.` })
      }
      seen.add(own)
      const line = resolve(lookup, relation, item, here)
      problems.push(...line.problems)
      return line.resolved.values
    })
    resolved.lines.push({ field: name, key, items: rows })
  }
}

/** Fields that must have a value and have none. */
export function missingOf(model: string, values: Values, pointer = ''): Problem[] {
  return Object.entries(fieldsOf(model) ?? {})
    .filter(([name, field]) => field.required && (values[name] ?? null) === null)
    .map(([name, field]) => ({
      code: 'invalid_value',
      field: `${pointer}/${name}`,
      message: `Missing required value for the field '${field.string}' (${name}).`,
    }))
}

export type Found = { value: Stored } | { problem: Problem }

const linesMarker = z.strictObject({
  $lines: z.object({ key: z.string(), items: z.array(z.record(z.string(), z.unknown())) }),
})
const setMarker = z.strictObject({ $set: z.array(z.unknown()) })
const refMarker = z.strictObject({ $ref: z.string() })
const findMarker = z.strictObject({ $find: findOptions })
const htmlMarker = z.strictObject({ $html: z.string() })
const xmlidMarker = z.strictObject({ $xmlid: z.string() })

function fieldValue(lookup: Lookup, field: FieldDef, value: unknown, at: string): Found {
  if (field.type !== 'many2many') return scalar(lookup, field, value, at)
  const set = setMarker.safeParse(value)
  if (!set.success) {
    return { problem: { code: 'invalid_value', field: at, message: 'Several records are given as $set.' } }
  }
  const ids: number[] = []
  for (const [index, item] of set.data.$set.entries()) {
    const found = scalar(lookup, { ...field, type: 'many2one' }, item, `${at}/$set/${index}`)
    if ('problem' in found) return found
    if (typeof found.value === 'number') ids.push(found.value)
  }
  return { value: ids }
}

/** One value, marker or not, in stored form. */
export function scalar(lookup: Lookup, field: FieldDef, value: unknown, at: string): Found {
  const found = marker(lookup, field, value, at)
  if (found && 'problem' in found) return found
  const converted = convert(lookup.records, field, found ? found.value : value)
  if (converted.ok) return { value: converted.value }
  const text = typeof value === 'object' ? {} : { value: String(value).slice(0, 200) }
  return { problem: { code: 'invalid_value', field: at, ...text, message: converted.message } }
}

/** The value a marker stands for; undefined when it is no marker. */
function marker(lookup: Lookup, field: FieldDef, value: unknown, at: string): Found | undefined {
  if (!isMarker(value)) return undefined
  const html = htmlMarker.safeParse(value)
  if (html.success && field.type === 'html') return { value: html.data.$html }
  const ref = refMarker.safeParse(value)
  if (ref.success) return linked(lookup, ref.data.$ref, at)
  const find = findMarker.safeParse(value)
  if (find.success) return findOne(lookup, find.data.$find, at)
  const external = xmlidMarker.safeParse(value)
  if (external.success) return xmlid(lookup, external.data.$xmlid, at)
  const message = `${JSON.stringify(value).slice(0, 80)} does not fit a field of type ${field.type}.`
  return { problem: { code: 'invalid_value', field: at, message } }
}

/** An object with exactly one key that starts with `$`. */
function isMarker(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const [key, second] = Object.keys(value)
  return key?.startsWith('$') === true && second === undefined
}

function linked({ links, store }: Lookup, ref: string, at: string): Found {
  const [kind = '', ...rest] = ref.split(':')
  const link = links.get(store, kind, rest.join(':'))
  if (link) return { value: link.res_id }
  return {
    problem: {
      code: 'unknown_reference',
      field: at,
      value: ref,
      message: `${ref} is not linked to an Odoo record yet.`,
    },
  }
}
