import type { RuleSet, Value } from './rules.ts'
import type { Described } from './validate.ts'

/**
 * The models that rule sets write, or look a record up in: those whose fields must be known to check what they map. The model
 * of a record's lines is found in what is `described` of the record already.
 */
export const modelsOf = (sets: readonly RuleSet[], described: Described = {}): string[] => [
  ...new Set(sets.flatMap((set) => [...namedModels(set), ...lineModels(set, described)])),
]

const known = new WeakMap<RuleSet, readonly string[]>()

function namedModels(set: RuleSet): readonly string[] {
  const answer = known.get(set)
  if (answer) return answer
  const matches = (set.match ?? []).flatMap(({ by }) => Object.values(by))
  const models = [...(set.model ? [set.model] : []), ...[...set.rules, ...matches].flatMap(modelsOfValue)]
  known.set(set, models)
  return models
}

function lineModels({ model, rules }: RuleSet, described: Described): string[] {
  const fields = (model && described[model]) || {}
  return rules.flatMap(({ to, lines }) => (lines && fields[to]?.relation) || [])
}

function modelsOfValue(value: Value): string[] {
  const inner = [
    ...Object.values({ ...value.object, ...value.find?.by }),
    ...(value.set ?? []),
    ...[...(value.lines?.each ?? []), ...(value.list ?? [])].flatMap(({ rules }) => rules),
  ]
  return [
    ...(value.find ? [value.find.model] : []),
    ...(value.record ? [value.record.model] : []),
    ...inner.flatMap(modelsOfValue),
  ]
}
