import type { Schemas } from './api.ts'

export type Rule = Schemas['Rule']
export type RuleSet = Schemas['RuleSet']
/** Rules that are written for each element of a list. */
export interface Each {
  in: string
  rules: Rule[]
}

/** What of a rule fits into a form; the rest is edited as JSON. */
export interface RuleForm {
  to: string
  kind: 'from' | 'const' | 'jsonata' | 'other'
  source: string
  convert: string
  when: string
  default: string
  required: boolean
  about: string
}

export function formOf(rule: Rule): RuleForm {
  const kind = rule.from !== undefined ? 'from' : 'const' in rule ? 'const' : rule.jsonata ? 'jsonata' : 'other'
  return {
    to: rule.to,
    kind,
    source:
      kind === 'from'
        ? [rule.from ?? []].flat().join(', ')
        : kind === 'const'
          ? text(rule.const)
          : (rule.jsonata ?? ''),
    convert: list(rule.convert)
      .map((step) => (typeof step === 'string' ? step : JSON.stringify(step)))
      .join('\n'),
    when: rule.when === undefined ? '' : JSON.stringify(rule.when),
    default: 'default' in rule ? text(rule.default) : '',
    required: rule.required === true,
    about: rule.about ?? '',
  }
}

/** The form put back into the rule; `undefined` where a part of it cannot be read. */
export function ruleOf(before: Rule, form: RuleForm): Rule | undefined {
  const { from, const: _const, jsonata, convert, when, default: _default, required, about, ...kept } = before
  const condition = form.when.trim() === '' ? undefined : parse(form.when)
  const steps = form.convert
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  const parsed = steps.map((step) => (step.startsWith('{') ? parse(step) : step))
  if ((form.when.trim() !== '' && condition === undefined) || parsed.includes(undefined)) return undefined
  return {
    ...kept,
    to: form.to.trim(),
    ...sourceOf(form, before),
    ...(parsed.length > 0 && { convert: parsed }),
    ...(condition !== undefined && { when: condition }),
    ...(form.default.trim() !== '' && { default: value(form.default) }),
    ...(form.required && { required: true }),
    ...(form.about.trim() !== '' && { about: form.about.trim() }),
  }
}

function sourceOf({ kind, source }: RuleForm, before: Rule): Partial<Rule> {
  if (kind === 'const') return { const: value(source) }
  if (kind === 'jsonata') return { jsonata: source }
  if (kind === 'other') return {}
  const paths = source
    .split(',')
    .map((path) => path.trim())
    .filter(Boolean)
  const single = paths[0] ?? ''
  return { from: paths.length > 1 || Array.isArray(before.from) ? paths : single }
}

/** One line that says where a value comes from. */
export function sourceText(rule: Rule): string {
  if (rule.from !== undefined) return [rule.from].flat().join(typeof rule.join === 'string' ? ' + ' : ', ')
  if ('const' in rule) return text(rule.const)
  if (rule.jsonata !== undefined) return rule.jsonata
  return madeText(rule)
}

/** Of what is not a field: the records that are looked for, or the parts that it is made of. */
function madeText(given: Record<string, unknown>): string {
  const find = record(given.find)
  if (find) return `${find.model} (${Object.keys(record(find.by) ?? {}).join(', ')})`
  const parts = [...list(given.set), ...Object.values(record(given.object) ?? {})]
  return parts
    .map((part) => {
      const inner = record(part) ?? {}
      return typeof inner.from === 'string' ? inner.from : 'const' in inner ? text(inner.const) : madeText(inner)
    })
    .filter(Boolean)
    .join(', ')
}

/** What is done to it on the way: conversions, a table, a record that bears the name. */
export function stepsText(rule: Rule): string {
  const steps = list(rule.convert).map((step) => (typeof step === 'string' ? step : String(record(step)?.do ?? '')))
  const table = record(rule.lookup)?.table
  const model = record(rule.record)?.model
  return [
    ...steps,
    ...(table ? [`⟨${table}⟩`] : []),
    ...(model ? [`→ ${model}`] : []),
    ...(rule.ref ? [`→ ${rule.ref}`] : []),
  ].join(', ')
}

/** A condition in a few words, the same in every language: paths, signs and values. */
export function conditionText(condition: unknown): string {
  const given = record(condition)
  if (!given) return ''
  if ('not' in given) return `not (${conditionText(given.not)})`
  if ('and' in given) return list(given.and).map(conditionText).join(' & ')
  if ('or' in given) return list(given.or).map(conditionText).join(' | ')
  const some = record(given.some)
  if (some) return `${some.in}[…] ${conditionText(some.where)}`
  const path = String(given.path ?? '')
  if ('equals' in given) return `${path} = ${text(given.equals)}`
  if ('in' in given) return `${path} = ${list(given.in).map(text).join(' | ')}`
  if ('exists' in given) return `${path} ${given.exists ? '≠ ∅' : '= ∅'}`
  if ('contains' in given) return `${path} ∋ ${text(given.contains)}`
  return 'greater' in given ? `${path} > ${text(given.greater)}` : `${path} < ${text(given.less)}`
}

/** The lists that a rule writes a record for each element of. */
export function eachOf(rule: Rule): Each[] {
  const lines = list(record(rule.lines)?.each ?? rule.list)
  return lines.flatMap((one) => {
    const each = record(one)
    return each
      ? [{ in: String(each.in), rules: list(each.rules).flatMap((inner) => (isRule(inner) ? [inner] : [])) }]
      : []
  })
}

/** The rule with other rules for the elements of one of its lists. */
export function withEach(rule: Rule, index: number, rules: Rule[]): Rule {
  const change = (each: unknown) => list(each).map((one, place) => (place === index ? { ...record(one), rules } : one))
  const lines = record(rule.lines)
  return lines ? { ...rule, lines: { ...lines, each: change(lines.each) } } : { ...rule, list: change(rule.list) }
}

/** The rule set that a merge gives. @param choose which side each conflict takes */
export function mergedRules(
  before: RuleSet,
  { parts }: Schemas['MappingMerge'],
  choose: (key: string) => 'theirs' | 'yours',
): RuleSet {
  const taken = parts.flatMap((part) => {
    const theirs = part.state === 'theirs' || (part.state === 'conflict' && choose(part.key) === 'theirs')
    const chosen = theirs ? part.theirs : part.yours
    return chosen === undefined ? [] : [[part.key, chosen] as const]
  })
  const rules = taken.flatMap(([key, rule]) => (key.startsWith('rules/') && isRule(rule) ? [rule] : []))
  const others = Object.fromEntries(taken.filter(([key]) => !key.startsWith('rules/')))
  const { name, description, entity, direction, version, model } = before
  return { name, description, entity, direction, version, ...(model !== undefined && { model }), ...others, rules }
}

export const isRuleSet = (given: unknown): given is RuleSet => {
  const set = record(given)
  return typeof set?.name === 'string' && Array.isArray(set.rules) && set.rules.every(isRule)
}

export function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A value as a person writes it: JSON where it is JSON, else the text itself. */
const value = (given: string): unknown => {
  const parsed = parse(given)
  return parsed === undefined ? given : parsed
}
const text = (given: unknown): string =>
  typeof given === 'string' && parse(given) === undefined ? given : (JSON.stringify(given) ?? '')
const list = (given: unknown): unknown[] => (Array.isArray(given) ? given : [])
const record = (given: unknown): Record<string, unknown> | undefined =>
  typeof given === 'object' && given !== null && !Array.isArray(given)
    ? Object.fromEntries(Object.entries(given))
    : undefined
const isRule = (given: unknown): given is Rule => typeof record(given)?.to === 'string'
