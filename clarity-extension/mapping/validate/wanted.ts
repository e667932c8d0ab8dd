import { escapeSegment } from '../json.ts'
import type { Part } from '../validate.ts'
import { isObject, markerOf } from './marker.ts'

/** A record that a value names by one field: the common case, and the one that can be asked for many at once. */
export interface Wanted {
  /** Pointer into what is written. */
  target: string
  model: string
  field: string
  value: string
}

/** Every record that values name by one field and cannot do without. Pure. */
export const wantedRecords = ({ values, at = '' }: Pick<Part, 'values' | 'at'>): Wanted[] => walk(values, at)

function walk(value: unknown, target: string): Wanted[] {
  const { name, argument } = markerOf(value) ?? {}
  if (name === '$find') return isObject(argument) ? wanted(argument, target) : []
  if (name === '$lines') return isObject(argument) ? walk(argument.items, `${target}/$lines/items`) : []
  if (name === '$set' || name === '$add') return walk(argument, `${target}/${name}`)
  if (name !== undefined) return []
  if (Array.isArray(value)) return value.flatMap((one, index) => walk(one, `${target}/${index}`))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, one]) => walk(one, `${target}/${escapeSegment(key)}`))
}

function wanted({ model, by, optional }: Record<string, unknown>, target: string): Wanted[] {
  const [entry, ...others] = Object.entries(isObject(by) ? by : {})
  if (!entry || others.length > 0 || optional === true || typeof model !== 'string') return []
  const [field, value] = entry
  return typeof value === 'string' && !field.includes('.') ? [{ target, model, field, value }] : []
}
