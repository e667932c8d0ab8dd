import type { Problem } from '../../shared/outcome.ts'
import { expressionKey } from './context.ts'
import { convert } from './functions.ts'
import { isAbsent, isJson, type Json } from './json.ts'
import { lookUp, type UsedLookup, unmappedCode } from './lookups.ts'
import type { Each, Find, Value } from './rules.ts'
import { inWords, read, type Scope, shown } from './scope.ts'
import { cut, joined, named, shownKey } from './steps.ts'

/** What a mapping gathers on its way. */
export interface State {
  problems: Problem[]
  used: UsedLookup[]
  /** Only where somebody asks where values came from: it costs a fifth of a mapping. */
  origins?: Record<string, string>
  /** With origins: which entry (there or not) decided a target. */
  asked?: Record<string, { table: string; key: string }>
  lines(each: readonly Each[], scope: Scope, target: string, state: State): Record<string, Json>[]
}

/** `failed`: a problem was noted. `pointer`: where the value came from. */
export type Evaluated =
  | { kind: 'value'; value: Json; pointer?: string }
  | { kind: 'absent'; pointer?: string }
  | { kind: 'failed' }

/** A value by its source and everything that is done to it, in the order that rules.ts gives. */
export function evaluate(rule: Value, scope: Scope, target: string, state: State): Evaluated {
  let result = source(rule, scope, target, state)
  if (result.kind === 'value' && rule.join !== undefined) result = { ...result, value: joined(result.value, rule.join) }
  if (result.kind === 'value' && rule.split !== undefined) {
    result = { ...result, value: cut(String(result.value), rule.split) }
  }
  if (result.kind === 'value' && rule.convert !== undefined) {
    result = converted(rule.convert, result, scope, target, state)
  }
  if (result.kind === 'value' && isAbsent(result.value)) result = { ...result, kind: 'absent' }
  if (result.kind === 'absent' && rule.default !== undefined) result = { ...result, kind: 'value', value: rule.default }
  if (result.kind === 'value' && rule.lookup !== undefined) {
    result = lookedUp(rule.lookup, result, scope, target, state)
  }
  if (result.kind === 'value' && rule.record !== undefined) {
    result = { ...result, value: named(result.value, rule.record) }
  }
  if (result.kind === 'value' && rule.ref !== undefined) {
    result = { ...result, value: { $ref: `${rule.ref}:${shownKey(result.value)}` } }
  }
  return result
}

function source(rule: Value, scope: Scope, target: string, state: State): Evaluated {
  if (rule.from !== undefined) return fromPaths(rule.from, rule.join !== undefined, scope)
  if (rule.const !== undefined) return { kind: 'value', value: rule.const }
  if (rule.find !== undefined) return found(rule.find, scope, target, state)
  if (rule.object !== undefined) return objectOf(rule.object, scope, target, state)
  if (rule.set !== undefined) return setOf(rule.set, scope, target, state)
  if (rule.lines !== undefined) {
    const { key, each } = rule.lines
    return {
      kind: 'value',
      value: { $lines: { key, items: state.lines(each, scope, `${target}/$lines/items`, state) } },
    }
  }
  if (rule.list !== undefined) return { kind: 'value', value: state.lines(rule.list, scope, target, state) }
  return expression(rule.jsonata ?? '', scope, target, state)
}

function fromPaths(from: string | string[], all: boolean, scope: Scope): Evaluated {
  if (typeof from === 'string') return single(from, scope)
  const given = from.map((path) => single(path, scope))
  const present = given.filter((one) => one.kind === 'value')
  if (!all) return present[0] ?? given[0] ?? { kind: 'absent' }
  if (present.length === 0) return given[0] ?? { kind: 'absent' }
  return { kind: 'value', value: present.map(({ value }) => value), pointer: present[0]?.pointer ?? '' }
}

function single(path: string, scope: Scope): Evaluated {
  const { value, pointer } = read(path, scope)
  return isAbsent(value) || !isJson(value) ? { kind: 'absent', pointer } : { kind: 'value', value, pointer }
}

function found(find: Find, scope: Scope, target: string, state: State): Evaluated {
  const by = objectOf(find.by, scope, target, state)
  if (by.kind !== 'value') return by
  const all = typeof by.value === 'object' && by.value !== null ? Object.keys(by.value).length : 0
  if (all < Object.keys(find.by).length) return { ...by, kind: 'absent' }
  const marker = {
    model: find.model,
    by: by.value,
    ...(find.take !== undefined && { take: find.take }),
    ...(find.optional && { optional: true }),
  }
  return { ...by, value: { $find: marker } }
}

function objectOf(values: Record<string, Value>, scope: Scope, target: string, state: State): Evaluated {
  const object: Record<string, Json> = {}
  let pointer: string | undefined
  let failed = false
  for (const [key, value] of Object.entries(values)) {
    const result = evaluate(value, scope, target, state)
    if (result.kind === 'failed') failed = true
    else pointer ??= result.pointer
    if (result.kind === 'value') object[key] = result.value
  }
  if (failed) return { kind: 'failed' }
  const where = pointer === undefined ? {} : { pointer }
  return Object.keys(object).length === 0 ? { kind: 'absent', ...where } : { kind: 'value', value: object, ...where }
}

/** A set whose element has no value is no set; one without elements empties the field. */
function setOf(values: readonly Value[], scope: Scope, target: string, state: State): Evaluated {
  const results = values.map((value) => evaluate(value, scope, target, state))
  if (results.some(({ kind }) => kind === 'failed')) return { kind: 'failed' }
  const present = results.filter((one) => one.kind === 'value')
  if (present.length < results.length) return results.find(({ kind }) => kind === 'absent') ?? { kind: 'absent' }
  const pointer = present.find((one) => one.pointer !== undefined)?.pointer
  return {
    kind: 'value',
    value: { $set: present.flatMap(({ value }): Json[] => (Array.isArray(value) ? value : [value])) },
    ...(pointer !== undefined && { pointer }),
  }
}

function expression(text: string, scope: Scope, target: string, state: State): Evaluated {
  const { pointer } = scope.at
  const result = scope.context.expressions?.get(expressionKey(text, pointer))
  if (result?.ok) {
    return isAbsent(result.value) ? { kind: 'absent', pointer } : { kind: 'value', value: result.value, pointer }
  }
  state.problems.push({
    code: result?.code ?? 'expression_not_run',
    field: pointer,
    target,
    value: shown(text) ?? '',
    message: result?.message ?? 'The expression was not run before the mapping.',
    remedy: 'Correct the expression, or say it with a plain rule, and replay.',
  })
  return { kind: 'failed' }
}

type Present = Extract<Evaluated, { kind: 'value' }>

function converted(steps: Value['convert'], given: Present, scope: Scope, target: string, state: State): Evaluated {
  const result = convert(given.value, steps ?? [], scope.context)
  if (result.ok) return { ...given, value: result.value }
  const field = given.pointer ?? scope.at.pointer
  const value = shown(given.value)
  state.problems.push({
    code: result.code,
    field,
    target,
    ...(value !== undefined && { value }),
    message: `${inWords(field)}: ${result.message}.`,
    remedy: result.remedy,
  })
  return { kind: 'failed' }
}

function lookedUp(
  { table, missing }: NonNullable<Value['lookup']>,
  given: Present,
  scope: Scope,
  target: string,
  state: State,
): Evaluated {
  const key = shownKey(given.value)
  if (state.asked) state.asked[target] = { table, key }
  const answer = lookUp(scope.context.lookups, table, key)
  if (answer) {
    state.used.push(answer.used)
    return { ...given, value: answer.result }
  }
  if (missing === 'pass') return given
  if (missing === 'next') return { ...given, kind: 'absent' }
  const title = scope.context.lookups[table]?.title ?? table
  state.problems.push({
    code: unmappedCode(table),
    field: given.pointer ?? scope.at.pointer,
    target,
    value: key,
    message: `“${key}” has no entry in the table “${title}”.`,
    remedy: `Add an entry for “${key}” to the table “${title}”; everything that waits for it is released.`,
  })
  return { kind: 'failed' }
}
