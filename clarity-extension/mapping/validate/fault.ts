import { readDecimal } from '../functions/numbers.ts'
import { isJson } from '../json.ts'
import type { Described, Field } from '../validate.ts'
import { isObject, markerOf } from './marker.ts'

export interface Fault {
  code: string
  message: string
}

const numeric = ['integer', 'float', 'monetary']
const pointing = ['many2one', 'many2one_reference', 'many2many', 'one2many']

/** What keeps a field from taking a value, said with the field's own label; undefined when it fits. */
export function faultOf(field: Field, value: unknown, described: Described): Fault | undefined {
  if (value === null || value === undefined || (value === false && field.type !== 'boolean') || value === '') {
    return field.required ? fault('empty_required', `${label(field)} must not be empty`) : undefined
  }
  const marker = markerOf(value)
  if (marker) return markerFault(field, marker, described)
  if (pointing.includes(field.type)) {
    return Number.isInteger(value)
      ? undefined
      : fault('wrong_type', `${label(field)} needs a record, not ${named(value)}`)
  }
  if (numeric.includes(field.type)) return numberFault(field, value)
  if (field.type === 'boolean') {
    return typeof value === 'boolean'
      ? undefined
      : fault('wrong_type', `${label(field)} needs yes or no, not ${named(value)}`)
  }
  if (field.type === 'selection') return choiceFault(field, value)
  if (field.type === 'date' || field.type === 'datetime') return dateFault(field, value)
  return textFault(field, value)
}

function markerFault(
  field: Field,
  { name, argument }: { name: string; argument: unknown },
  described: Described,
): Fault | undefined {
  if (name === '$html') return field.type === 'html' ? undefined : fault('wrong_type', `${label(field)} takes no HTML`)
  if (name === '$lines') return fault('wrong_type', `${label(field)} takes no lines`)
  if (name === '$set' || name === '$add') {
    if (field.type !== 'many2many') return fault('wrong_type', `${label(field)} takes one record, not several`)
    const members = Array.isArray(argument) ? argument : []
    return members
      .map((one) => faultOf({ ...field, type: 'many2one' }, one, described))
      .find((one) => one !== undefined)
  }
  if (name !== '$find' || !isObject(argument)) return undefined
  const { model, by, take } = argument
  const fields = typeof model === 'string' ? described[model] : undefined
  if (take === undefined && field.relation && model !== field.relation) {
    return fault('wrong_model', `${label(field)} needs a record of ${field.relation}, not of ${model}`)
  }
  const unknown = Object.keys(isObject(by) ? by : {}).find((path) => fields && !knows(fields, path))
  return unknown === undefined ? undefined : fault('unknown_field', `${model} has no field “${unknown}” to look for`)
}

const knows = (fields: Record<string, Field>, path: string) =>
  path === 'id' || Object.hasOwn(fields, path.split('.')[0] ?? '')

function numberFault(field: Field, value: unknown): Fault | undefined {
  const number = isJson(value) ? readDecimal(value) : undefined
  if (!number) return fault('wrong_type', `${label(field)} needs a number, not ${named(value)}`)
  if (field.type === 'integer' && !number.isInteger()) {
    return fault('wrong_type', `${label(field)} needs a whole number, not ${named(value)}`)
  }
  return undefined
}

function choiceFault(field: Field, value: unknown): Fault | undefined {
  const choices = field.selection ?? []
  if (choices.some(([key]) => key === value)) return undefined
  const known = choices.map(([key, text]) => `${key} (${text})`).join(', ')
  return fault('not_a_choice', `${named(value)} is not a choice of ${label(field)}; there are: ${known}`)
}

function dateFault(field: Field, value: unknown): Fault | undefined {
  const shape = field.type === 'date' ? /^\d{4}-\d\d-\d\d$/ : /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/
  if (typeof value === 'string' && shape.test(value)) return undefined
  const example = field.type === 'date' ? '2026-03-01' : '2026-03-01 10:00:00'
  return fault('wrong_type', `${label(field)} needs a date such as ${example}, not ${named(value)}`)
}

function textFault(field: Field, value: unknown): Fault | undefined {
  if (!['char', 'text', 'html'].includes(field.type)) return undefined
  if (typeof value !== 'string') return fault('wrong_type', `${label(field)} needs a text, not ${named(value)}`)
  if (field.size === undefined || value.length <= field.size) return undefined
  const length = [...value].length
  if (length <= field.size) return undefined
  return fault('too_long', `${label(field)} takes ${field.size} characters, this has ${length}`)
}

const label = (field: Field): string => `“${field.string}”`

const fault = (code: string, message: string): Fault => ({ code, message })

const named = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number'
    ? `“${String(value).slice(0, 80)}”`
    : Array.isArray(value)
      ? 'a list'
      : typeof value
