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
export const evaluate = (rule: Value, scope: Scope, target: string, state: State): Evaluated =>
  prepared(rule)(scope, target, state)

type Evaluation = (scope: Scope, target: string, state: State) => Evaluated
type Stage = (given: Present, scope: Scope, target: string, state: State) => Evaluated
type Present = Extract<Evaluated, { kind: 'value' }>

const evaluations = new WeakMap<Value, Evaluation>()

/** Rules are few and run for every line of every record: what a rule does is decided once, when it is first met. */
function prepared(rule: Value): Evaluation {
  const known = evaluations.get(rule)
  if (known) return known
  const evaluation = prepare(rule)
  evaluations.set(rule, evaluation)
  return evaluation
}

function prepare(rule: Value): Evaluation {
  const source = sourceOf(rule)
  const { join, split, convert, default: standIn, lookup, record, ref } = rule
  const before: Stage[] = []
  if (join !== undefined) before.push(changing((value) => joined(value, join)))
  if (split !== undefined) before.push(changing((value) => cut(String(value), split)))
  if (convert !== undefined) before.push((given, ...where) => converted(convert, given, ...where))
  const after: Stage[] = []
  if (lookup !== undefined) after.push((given, ...where) => lookedUp(lookup, given, ...where))
  if (record !== undefined) after.push(changing((value) => named(value, record)))
  if (ref !== undefined) after.push(changing((value) => ({ $ref: `${ref}:${shownKey(value)}` })))

  return (scope, target, state) => {
    let result = throughAll(before, source(scope, target, state), scope, target, state)
    if (result.kind === 'value' && isAbsent(result.value)) result = { ...result, kind: 'absent' }
    if (result.kind === 'absent' && standIn !== undefined) result = { ...result, kind: 'value', value: standIn }
    return throughAll(after, result, scope, target, state)
  }
}

const changing =
  (change: (value: Json) => Json): Stage =>
  (given) => ({ ...given, value: change(given.value) })

function throughAll(stages: Stage[], given: Evaluated, scope: Scope, target: string, state: State): Evaluated {
  let result = given
  for (const stage of stages) {
    if (result.kind !== 'value') return result
    result = stage(result, scope, target, state)
  }
  return result
}

function sourceOf(rule: Value): Evaluation {
  const { from, const: constant, find, object, set, lines, list, jsonata = '' } = rule
  if (from !== undefined) return fromPaths(from, rule.join !== undefined)
  if (constant !== undefined) return () => ({ kind: 'value', value: constant })
  if (find !== undefined) return (...where) => found(find, ...where)
  if (object !== undefined) return (...where) => objectOf(object, ...where)
  if (set !== undefined) return (...where) => setOf(set, ...where)
  if (lines !== undefined) {
    const { key, each } = lines
    return (scope, target, state) => ({
      kind: 'value',
      value: { $lines: { key, items: state.lines(each, scope, `${target}/$lines/items`, state) } },
    })
  }
  if (list !== undefined) {
    return (scope, target, state) => ({ kind: 'value', value: state.lines(list, scope, target, state) })
  }
  return (...where) => expression(jsonata, ...where)
}

function fromPaths(from: string | string[], all: boolean): Evaluation {
  if (typeof from === 'string') return (scope) => single(from, scope)
  return all ? (scope) => together(from, scope) : (scope) => firstPresent(from, scope)
}

function firstPresent(paths: string[], scope: Scope): Evaluated {
  let first: Evaluated | undefined
  for (const path of paths) {
    const one = single(path, scope)
    if (one.kind === 'value') return one
    first ??= one
  }
  return first ?? { kind: 'absent' }
}

function together(paths: string[], scope: Scope): Evaluated {
  const given = paths.map((path) => single(path, scope))
  const present = given.filter((one) => one.kind === 'value')
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
