import { readDecimal } from './functions/numbers.ts'
import { canonical, isAbsent, isJson, type Json, type Located } from './json.ts'
import type { Condition } from './rules.ts'
import { elements, read, type Scope } from './scope.ts'

/** Whether a rule applies here. A number and its text are equal; an absent value is equal to null only. */
export function holds(condition: Condition | undefined, scope: Scope): boolean {
  if (condition === undefined) return true
  if ('not' in condition) return !holds(condition.not, scope)
  if ('and' in condition) return condition.and.every((one) => holds(one, scope))
  if ('or' in condition) return condition.or.some((one) => holds(one, scope))
  if ('some' in condition) {
    const { in: list, where } = condition.some
    return elements(list, scope, undefined).some((element) => holds(where, element))
  }
  const { value } = read(condition.path, scope)
  if ('exists' in condition) return isAbsent(value) !== condition.exists
  if ('equals' in condition) return same(value, condition.equals)
  if ('in' in condition) return condition.in.some((one) => same(value, one))
  if ('contains' in condition) return contains(value, condition.contains)
  const number = isJson(value) ? readDecimal(value) : undefined
  if (!number) return false
  return 'greater' in condition ? number.gt(condition.greater) : number.lt(condition.less)
}

/**
 * What a condition that holds was decided by: the values that it looked at, of lists those elements that it is about. What is no
 * part of the record (the time, a constant) is left out.
 */
export function grounds(condition: Condition, scope: Scope): Located[] {
  if ('not' in condition) return grounds(condition.not, scope)
  if ('and' in condition) return condition.and.flatMap((one) => grounds(one, scope))
  if ('or' in condition) {
    const held = condition.or.filter((one) => holds(one, scope))
    return (held.length > 0 ? held : condition.or).flatMap((one) => grounds(one, scope))
  }
  if ('some' in condition) {
    const { in: list, where } = condition.some
    return elements(list, scope, undefined)
      .filter((element) => holds(where, element))
      .flatMap((element) => (where ? grounds(where, element) : [element.at]))
  }
  return condition.path.startsWith('$') ? [] : [read(condition.path, scope)]
}

function same(value: unknown, wanted: Json): boolean {
  if (isAbsent(value)) return isAbsent(wanted)
  if (typeof value === 'object' || typeof wanted === 'object') return canonical(value) === canonical(wanted)
  return String(value) === String(wanted)
}

function contains(value: unknown, part: string): boolean {
  if (Array.isArray(value)) return value.some((entry) => String(entry) === part)
  return typeof value === 'string' && value.toLowerCase().includes(part.toLowerCase())
}
