import { holds } from '../conditions.ts'
import { expressionKey, type MappingContext } from '../context.ts'
import { segments } from '../json.ts'
import type { Each, Rule, RuleSet, Value } from '../rules.ts'
import { elements, here, type Scope } from '../scope.ts'

/** One expression at one place of a record. */
export interface Job {
  /** Under which the engine asks for the result. */
  key: string
  expression: string
  /** Keys from the record's root to what the expression looks at. */
  at: string[]
  /** `$index` of the expression. */
  index: number
}

/** Every expression that mapping this record may ask for. Pure. @param base as in map() */
export function collect(set: RuleSet, source: unknown, context: MappingContext, base = ''): Job[] {
  const root = here(source, base)
  const scope: Scope = { root, at: root, index: 0, context }
  const jobs: Job[] = []
  rules(set.rules, scope, [])
  for (const { when, by } of set.match ?? [])
    if (holds(when, scope)) for (const one of Object.values(by)) value(one, scope, [])
  return jobs

  function rules(given: readonly Rule[], at: Scope, keys: string[]) {
    for (const rule of given) if (hasExpression(rule) && holds(rule.when, at)) value(rule, at, keys)
  }

  function value(given: Value, at: Scope, keys: string[]) {
    if (given.jsonata !== undefined) {
      const { jsonata: expression } = given
      jobs.push({ key: expressionKey(expression, at.at.pointer), expression, at: keys, index: at.index })
    }
    for (const inner of Object.values({ ...given.object, ...given.find?.by })) value(inner, at, keys)
    for (const inner of given.set ?? []) value(inner, at, keys)
    each([...(given.lines?.each ?? []), ...(given.list ?? [])], at, keys)
  }

  function each(given: readonly Each[], at: Scope, keys: string[]) {
    for (const one of given) {
      const path = [...(one.in.startsWith('/') ? [] : keys), ...segments(one.in)]
      elements(one.in, at, one.at).forEach((element, index) => {
        if (holds(one.when, element)) rules(one.rules, element, [...path, String(index)])
      })
    }
  }
}

const known = new WeakMap<Value, boolean>()

/** Whether there is anything to look for; found once per rule, as most rules have none. */
function hasExpression(given: Value): boolean {
  const answer = known.get(given)
  if (answer !== undefined) return answer
  const inner = [...Object.values({ ...given.object, ...given.find?.by }), ...(given.set ?? [])]
  const lines = [...(given.lines?.each ?? []), ...(given.list ?? [])].flatMap(({ rules }) => rules)
  const found = given.jsonata !== undefined || [...inner, ...lines].some(hasExpression)
  known.set(given, found)
  return found
}
