import type { components } from '../../odoo-bridge/client/schema.d.ts'
import type { Problem } from '../../shared/outcome.ts'
import type { Asked, Origins } from './engine.ts'
import { escapeSegment } from './json.ts'
import { sourceOf } from './origins.ts'
import { faultOf } from './validate/fault.ts'
import { isObject, markerOf } from './validate/marker.ts'

/** Odoo's fields by model, as `describe` gives them. */
export type Described = Record<string, Record<string, Field>>
export type Field = components['schemas']['Field']

/** What of an operation or of a record it ensures is written, and where it came from. */
export interface Part extends Written {
  origins?: Origins
  asked?: Asked
  /** Pointer of its values in the operation that carries it. */
  at?: string
  /** A record that Odoo certainly does not have: what it requires must be there. */
  isNew?: boolean
}

/** What of an operation or of a record it ensures is written. */
export interface Written {
  model: string
  values: Record<string, unknown>
}

/**
 * Checks values against Odoo's own fields before they are sent: the field is there and may be written, and the value fits its
 * type, its choices, its length and the model it points to. All problems at once. A model that was not described is not checked.
 * Pure. @param origins to name the storefront's field
 * @param key the field by which lines are told apart: it is the addon's own, and nobody else's to write
 */
export function validate(
  { model, values }: Written,
  described: Described,
  origins: Origins = {},
  at = '',
  key?: string,
): Problem[] {
  const fields = described[model]
  if (!fields) return []
  return Object.entries(values).flatMap(([name, value]) => {
    const target = `${at}/${escapeSegment(name)}`
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (!field)
      return problem('unknown_field', `${model} has no field “${name}”, or the service user may not see it`, target)
    if (field.readonly && name !== key) return problem('readonly', `“${field.string}” is set by Odoo itself`, target)
    const lines = linesOf(value)
    if (lines && field.type === 'one2many' && field.relation) {
      const model = field.relation
      return lines.items.flatMap((line, index) => {
        const place = `${target}/$lines/items/${index}`
        return validate({ model, values: line }, described, origins, place, lines.key)
      })
    }
    const fault = faultOf(field, value, described)
    return fault ? problem(fault.code, fault.message, target, value) : []
  })

  function problem(code: string, message: string, target: string, value?: unknown): Problem {
    const field = sourceOf(origins, target)
    const shown = typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 200) : undefined
    return {
      code,
      ...(field !== undefined && { field }),
      target,
      ...(shown !== undefined && { value: shown }),
      message: `${message}.`,
      remedy: remedies[code] ?? 'Correct the value or the rule and replay.',
    }
  }
}

/** All that Odoo's fields would not take of these, each said once. */
export const faultsOf = (parts: readonly Part[], described: Described): Problem[] =>
  parts.flatMap((part) => [
    ...validate(part, described, part.origins, part.at),
    ...(part.isNew ? missing(part, described) : []),
  ])

/** Required fields that neither the rules nor Odoo itself would fill. An addon that does not tell which it fills is not asked. */
function missing({ model, values, at = '' }: Part, described: Described): Problem[] {
  return requiredOf(described[model] ?? {})
    .filter(({ name }) => !Object.hasOwn(values, name))
    .map(({ name, string }) => ({
      code: 'empty_required',
      target: `${at}/${escapeSegment(name)}`,
      message: `“${string}” must not be empty, and no rule fills it.`,
      remedy: remedies.empty_required ?? '',
    }))
}

type Fields = Described[string]
const required = new WeakMap<Fields, { name: string; string: string }[]>()

function requiredOf(fields: Fields) {
  const known = required.get(fields)
  if (known) return known
  const told = Object.values(fields).some(({ filled }) => filled)
  const names = Object.entries(fields)
    .filter(([, field]) => told && field.required && !field.filled && !field.readonly)
    .map(([name, { string }]) => ({ name, string }))
  required.set(fields, names)
  return names
}

const remedies: Record<string, string> = {
  unknown_field: 'Choose another target in the rule, or create the field in Odoo.',
  readonly: 'Take the rule out, or choose a field that may be written.',
  empty_required: 'Fill the field in the storefront, or give the rule a default.',
  not_a_choice: 'Map the value to one of the choices, by a table or a conversion.',
  too_long: 'Shorten it, or let the rule truncate it.',
  wrong_model: 'Point the rule to a record of the right kind.',
}

function linesOf(value: unknown): { key: string; items: Record<string, unknown>[] } | undefined {
  const { name, argument } = markerOf(value) ?? {}
  if (name !== '$lines' || !isObject(argument) || !Array.isArray(argument.items)) return undefined
  return { key: String(argument.key), items: argument.items.filter(isObject) }
}
