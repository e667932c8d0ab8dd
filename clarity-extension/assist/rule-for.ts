import type { Json } from '../mapping/json.ts'
import type { LookupTable } from '../mapping/lookups.ts'
import type { Rule, Step, Value } from '../mapping/rules.ts'
import { formatOf } from './formats.ts'
import { groupOf, nameOf, type SourceField, type TargetField } from './schema.ts'
import { choiceFor } from './selection.ts'
import { wordsOf } from './words.ts'

/** A finished rule, and what it needs besides: where it stands, and the entries of its value table. */
export interface Finished {
  rule?: Rule
  back?: Rule
  /** The list or object whose parts the rule reads; absent for the record itself. */
  within?: string
  /** Entries for the value table that the rule looks in. */
  table?: { name: string } & LookupTable
}

/** @param paths the fields whose values become one, in their order */
export function ruleFor(
  source: SourceField,
  paths: readonly string[],
  target: TargetField,
  task: { model: string; entity: string; fields: readonly SourceField[] },
): Finished {
  const elsewhere = target.model !== task.model && groupOf(source.path) !== ''
  const within = elsewhere ? groupOf(source.path) : undefined
  const from = paths.map((path) => (within === undefined ? path : path.slice(within.length + 1)))
  if (target.field.readonly) {
    return {
      back: { to: paths[0] ?? source.path, from: target.name, ...backSteps(target) },
      ...(within !== undefined && { within }),
    }
  }
  const value = valueFor(source, from, target, task)
  if (!value) return within === undefined ? {} : { within }
  const { table, ...rest } = value
  const origin: Value = from.length > 1 ? { from, join: ' ' } : { from: from[0] ?? source.path }
  const rule: Rule =
    'find' in rest || 'set' in rest ? { to: target.name, ...rest } : { to: target.name, ...origin, ...rest }
  return { rule, ...(within !== undefined && { within }), ...(table && { table }) }
}

type Made = Omit<Value, 'from'> & { table?: { name: string } & LookupTable }

/** Undefined: a whole record or list, which no single rule makes. */
function valueFor(
  source: SourceField,
  from: readonly string[],
  target: TargetField,
  { entity, fields }: { entity: string; fields: readonly SourceField[] },
): Made | undefined {
  const { field, name } = target
  switch (field.type) {
    case 'char':
    case 'text':
    case 'html':
      return textValue(source, field.type)
    case 'float':
    case 'monetary':
      return measure(source, name)
    case 'integer':
      return source.type === 'boolean'
        ? {
            convert: ['text'],
            table: yesNo(`${entity}_${name}`),
            lookup: { table: `${entity}_${name}`, missing: 'problem' },
          }
        : { convert: ['integer'] }
    case 'boolean':
      return source.type === 'boolean' ? {} : { convert: ['boolean'] }
    case 'date':
      return source.type === 'date' ? {} : { convert: ['odooDate'] }
    case 'datetime':
      return { convert: ['odooDatetime'] }
    case 'selection':
      return choice(source, target, entity)
    case 'many2one':
      return record(source, from, target, fields)
    case 'many2many':
      return {
        set: [
          {
            from: from[0] ?? source.path,
            lookup: { table: tableOf(target), missing: 'pass' },
            record: { model: field.relation ?? '', field: nameField(field.relation) },
          },
        ],
      }
    default:
      return undefined
  }
}

function textValue(source: SourceField, type: string): Made {
  const steps: Step[] = []
  if (source.type !== 'text') steps.push('text')
  else if (formatOf(source.samples)?.format === 'html' && type !== 'html') steps.push('htmlToText')
  return { convert: [...steps, 'clean', 'trim'] }
}

/** A measure is brought to Odoo's unit: kilograms and cubic metres. */
function measure(source: SourceField, name: string): Made {
  const unit = /weight/.test(name)
    ? weightUnit(nameOf(source.path))
    : /volume/.test(name)
      ? volumeUnit(nameOf(source.path))
      : undefined
  if (unit) return { convert: [{ do: 'unit', ...unit }] }
  return /(^|[_-])(cents|minor)$|Cents$/.test(source.path) ? { convert: [{ do: 'fromMinor' }] } : {}
}

function weightUnit(name: string): { from: string; to: string } | undefined {
  if (/(^|_)(g|gr|grams?)$|Grams?$/.test(name)) return { from: 'g', to: 'kg' }
  if (/(^|_)(lbs?|pounds?)$|(Lbs?|Pounds?)$/.test(name)) return { from: 'lb', to: 'kg' }
  return /(^|_)(oz|ounces?)$|(Oz|Ounces?)$/.test(name) ? { from: 'oz', to: 'kg' } : undefined
}

const volumeUnit = (name: string): { from: string; to: string } | undefined =>
  /(^|_)(l|lit(er|re)s?)$|Lit(er|re)s?$/.test(name) ? { from: 'l', to: 'm3' } : undefined

function choice(source: SourceField, { name, field }: TargetField, entity: string): Made {
  const values =
    source.choices ??
    [...new Set(source.samples.filter((value) => typeof value === 'string' && value !== ''))].map(String)
  const entries: Record<string, Json> = {}
  for (const value of values) {
    const key = choiceFor(value, field.selection ?? [])
    if (key !== undefined) entries[value] = key
  }
  const table = { name: `${entity}_${name}`, title: field.string, about: `${source.path} -> ${field.string}`, entries }
  return {
    ...(source.type === 'text' ? {} : { convert: ['text'] }),
    lookup: { table: table.name, missing: 'problem' },
    table,
  }
}

const yesNo = (name: string) => ({
  name,
  title: name,
  about: 'true and false as numbers',
  entries: { true: 1, false: 0 },
})

function record(
  source: SourceField,
  from: readonly string[],
  { name, field, model }: TargetField,
  fields: readonly SourceField[],
): Made | undefined {
  if (source.type === 'object') return undefined
  const path = from[0] ?? source.path
  if (field.relation === 'res.country')
    return { find: { model: 'res.country', by: { code: { from: path, convert: ['country'] } } } }
  if (field.relation === 'res.currency')
    return { find: { model: 'res.currency', by: { name: { from: path, convert: ['upper'] } } } }
  if (field.relation === 'res.country.state') {
    const country = [...path.split('.').slice(0, -1), nameOf(countryBeside(source, fields))].join('.')
    return {
      find: {
        model: 'res.country.state',
        by: {
          code: { from: path, convert: ['regionCode'] },
          'country_id.code': { from: country, convert: ['country'] },
        },
        optional: true,
      },
    }
  }
  if (field.relation === 'product.product')
    return { find: { model: 'product.product', by: { default_code: { from: path, convert: ['trim'] } } } }
  if (field.relation === 'res.partner' && (source.type === 'integer' || /id$/i.test(path)))
    return { convert: ['text'], ref: 'customer' }
  const steps: { convert?: Step[] } =
    source.type === 'text'
      ? { convert: ['trim'] }
      : source.type === 'list'
        ? { convert: [{ do: 'join', with: ' / ' }] }
        : { convert: ['text'] }
  return {
    ...steps,
    lookup: { table: tableOf({ model, name, field }), missing: 'pass' },
    record: { model: field.relation ?? '', field: nameField(field.relation) },
  }
}

/** A region is looked up within its country: the field that says it stands beside. */
const countryBeside = (source: SourceField, fields: readonly SourceField[]): string =>
  fields.find(
    ({ path }) =>
      groupOf(path) === groupOf(source.path) && wordsOf(nameOf(path)).some(({ text }) => text === 'country'),
  )?.path ?? 'country'

/** The value tables that are there already keep their names. */
const tables: Record<string, string> = {
  'delivery.carrier': 'carrier',
  'account.tax': 'tax',
  'account.journal': 'payment_method',
  'account.payment.method.line': 'payment_method',
  'stock.location': 'location',
  'stock.warehouse': 'location',
  'product.category': 'category',
  'uom.uom': 'unit',
  'account.payment.term': 'payment_term',
}
const tableOf = ({ field, name }: TargetField): string =>
  tables[field.relation ?? ''] ?? (field.relation ?? name).replaceAll('.', '_')

const nameField = (relation: string | undefined): string =>
  ({
    'product.category': 'complete_name',
    'stock.warehouse': 'code',
    'account.journal': 'code',
    'account.account': 'code',
    'stock.location': 'complete_name',
    'product.product': 'default_code',
    'account.incoterms': 'code',
  })[relation ?? ''] ?? 'name'

function backSteps({ field }: TargetField): { convert?: Step[] } {
  return field.type === 'html' ? { convert: ['htmlToText'] } : {}
}
