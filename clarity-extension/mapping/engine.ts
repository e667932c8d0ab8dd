import type { CheckName } from '../../shared/checks.ts'
import type { Problem } from '../../shared/outcome.ts'
import { grounds, holds } from './conditions.ts'
import type { MappingContext } from './context.ts'
import { type Json, type Located, pointerOf, segments } from './json.ts'
import type { UsedLookup } from './lookups.ts'
import type { Each, Follow, Match, Rule, RuleSet } from './rules.ts'
import { elements, here, inWords, read, type Scope } from './scope.ts'
import { evaluate, type State } from './value.ts'
import { isWildcard, named } from './wildcard.ts'

export type Mapped =
  | {
      ok: true
      values: Record<string, Json>
      /** How an existing record would be recognised; absent when the record has too little to recognise it by. */
      match?: Record<string, Json>
      follow: Follow['do'][]
      /** Why a person should look at it first; empty when nobody needs to. */
      review: Ruling[]
      /** What the record is held to before it is confirmed. */
      checks: CheckName[]
      /** Entries of value tables that this result rests on. */
      used: UsedLookup[]
      /** Found when it is asked for. Target pointer -> source pointer, to tell where a refused value came from. */
      origins: Origins
      /** Found when it is asked for. Target pointer -> the entry that decided it, or that could: a value Odoo does not know may need one. */
      asked: Asked
    }
  | {
      ok: false
      problems: [Problem, ...Problem[]]
      /** Of the rules that went well: what else is wrong is to be said at once. */
      values: Record<string, Json>
      origins: Origins
      asked: Asked
    }

/** A rule that holds the record for a person, and the values that it was decided by. */
export interface Ruling {
  reason: string
  grounds: Located[]
}

export type Origins = Record<string, string>
export type Asked = Record<string, { table: string; key: string }>

/**
 * Applies a rule set to a record. Pure: the same arguments give the same result, and nothing is read besides them.
 * @param base pointer of this record in the one that the merchant knows, e.g. `/billingAddress` of an order
 * @returns the target's values, or every problem at once
 */
export function map(set: RuleSet, source: unknown, context: MappingContext, base = ''): Mapped {
  context.met?.(set, source, base)
  const state: State = { problems: [], used: [], lines }
  const { values, match, follow, review, checks } = run(set, source, context, base, state)
  const traced = () => {
    const again = { problems: [], used: [], lines, origins: {}, asked: {} }
    run(set, source, context, base, again)
    return again
  }
  const [first, ...others] = state.problems
  if (first) {
    return {
      ok: false,
      problems: [first, ...others],
      values,
      get origins() {
        return traced().origins
      },
      get asked() {
        return traced().asked
      },
    }
  }
  return {
    ok: true,
    values,
    ...(match && { match }),
    follow,
    review,
    checks,
    used: state.used,
    get origins() {
      return traced().origins
    },
    get asked() {
      return traced().asked
    },
  }
}

function run(set: RuleSet, source: unknown, context: MappingContext, base: string, state: State) {
  const root = here(source, base)
  const scope: Scope = { root, at: root, index: 0, context }
  return {
    values: applyRules(set.rules, scope, '', state),
    match: matchOf(set.match ?? [], scope, state),
    follow: (set.follow ?? []).filter(({ when }) => holds(when, scope)).map((step) => step.do),
    review: (set.review ?? [])
      .filter(({ when }) => holds(when, scope))
      .map(({ when, reason }) => ({ reason, grounds: grounds(when, scope) })),
    checks: (set.checks ?? []).filter(({ when }) => holds(when, scope)).map(({ check }) => check),
  }
}

function applyRules(rules: readonly Rule[], scope: Scope, target: string, state: State): Record<string, Json> {
  const values: Record<string, Json> = {}
  const settled = new Set<string>()
  const missing = new Map<string, Rule>()
  for (const rule of rules.some(isWildcard) ? rules.flatMap((one) => named(one, scope)) : rules) {
    if (settled.has(rule.to) || !holds(rule.when, scope)) continue
    const pointer = targetPointer(target, rule.to)
    const result = evaluate(rule, scope, pointer, state)
    if (result.kind === 'absent') {
      if (rule.required && !missing.has(rule.to)) missing.set(rule.to, rule)
      continue
    }
    settled.add(rule.to)
    if (result.kind === 'failed') continue
    put(values, rule.to, result.value)
    if (state.origins && result.pointer !== undefined) state.origins[pointer] = result.pointer
  }
  for (const [to, rule] of missing) {
    if (!settled.has(to)) state.problems.push(requiredProblem(rule, scope, targetPointer(target, to)))
  }
  return values
}

/** One record per element; elements of several lists stand in one list, in the order of the lists. */
function lines(each: readonly Each[], scope: Scope, target: string, state: State): Record<string, Json>[] {
  const items: Record<string, Json>[] = []
  for (const one of each) {
    for (const element of elements(one.in, scope, one.at)) {
      if (!holds(one.when, element)) continue
      const pointer = `${target}/${items.length}`
      if (state.origins) state.origins[pointer] = element.at.pointer
      items.push(applyRules(one.rules, element, pointer, state))
    }
  }
  return items
}

function matchOf(matches: readonly Match[], scope: Scope, state: State): Record<string, Json> | undefined {
  for (const { when, by } of matches) {
    if (!holds(when, scope)) continue
    const entries = Object.entries(by).map(([field, value]) => [field, evaluate(value, scope, '', state)] as const)
    const given = entries.flatMap(([field, result]) =>
      result.kind === 'value' ? [[field, result.value] as const] : [],
    )
    if (given.length === entries.length) return Object.fromEntries(given)
  }
  return undefined
}

function put(values: Record<string, Json>, to: string, value: Json): void {
  const keys = segments(to)
  const last = keys.at(-1)
  if (last === undefined) return
  let holder = values
  for (const key of keys.slice(0, -1)) {
    const inner = Object.hasOwn(holder, key) ? holder[key] : undefined
    const next: Record<string, Json> = {}
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) Object.assign(next, inner)
    holder[key] = next
    holder = next
  }
  holder[last] = value
}

const targetPointer = (base: string, to: string): string => base + pointerOf(to)

function requiredProblem(rule: Rule, scope: Scope, target: string): Problem {
  const path = [rule.from].flat()[0]
  const field = path === undefined ? scope.at.pointer : read(path, scope).pointer
  return {
    code: 'required',
    field,
    target,
    message: `${inWords(field)} is empty, and ${rule.to} cannot be written without it.`,
    remedy: `Fill it in, or give the rule for ${rule.to} a default, and replay.`,
  }
}
