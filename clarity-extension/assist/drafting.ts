import { canonical } from '../mapping/json.ts'
import type { Rule, RuleSet, Value } from '../mapping/rules.ts'
import type { Candidate } from './suggest.ts'

/** Rule sets that suggestions are made for, with the entity whose fields they read. */
export const suggestedSets: Readonly<Record<string, string>> = {
  'order-to-odoo': 'order',
  'customer-to-odoo': 'customer',
  'product-to-odoo': 'product',
}

/** The rule set that an accepted suggestion belongs to; undefined where no flow maps such records by rules. */
export function ruleSetOf(entity: string, { model, within, rule }: Candidate): string | undefined {
  if (!rule) return undefined
  if (model === 'sale.order' && within === undefined) return entity === 'order' ? 'order-to-odoo' : undefined
  if (model === 'sale.order.line') return entity === 'order' && within !== undefined ? 'order-to-odoo' : undefined
  if (within !== undefined) return undefined
  if (model === 'res.partner') return entity === 'customer' ? 'customer-to-odoo' : undefined
  return model === 'product.product' && entity === 'product' ? 'product-to-odoo' : undefined
}

/** Fields of the storefront that the rules read already, wherever; what stands in a list behind the list's own path. */
export function readBy(rules: readonly Value[], at = ''): string[] {
  return rules.flatMap((value) => {
    const own = [value.from ?? []]
      .flat()
      .map((path) => (path.startsWith('/') ? path.slice(1).replaceAll('/', '.') : `${at}${path}`))
    const parts = [...Object.values({ ...value.object, ...value.find?.by }), ...(value.set ?? [])]
    const each = [...(value.lines?.each ?? []), ...(value.list ?? [])]
    return [
      ...own,
      ...readBy(parts, at),
      ...each.flatMap(({ in: list, rules: inner }) => readBy(inner, `${at}${list}.`)),
    ]
  })
}

/** The rules that an accepted candidate adds. */
export const addedRules = (candidate: Candidate): Rule[] => rulesOf(candidate)

/**
 * The rules with the suggested one in its place: with the record's own, or with those of the lines it is about. It stands behind
 * the rules of the same target, so that it takes nothing from them. Undefined: it has no place, or stands there already. Pure.
 */
export function withSuggested(set: RuleSet, candidate: Candidate): RuleSet | undefined {
  const added = rulesOf(candidate)
  const { within } = candidate
  if (added.length === 0) return undefined
  if (within === undefined) return fresh(set.rules, added) ? { ...set, rules: [...set.rules, ...added] } : undefined
  let placed = false
  const rules = set.rules.map((rule) => {
    if (!rule.lines) return rule
    const each = rule.lines.each.map((one) => {
      if (one.in !== within || !fresh(one.rules, added)) return one
      placed = true
      return { ...one, rules: [...one.rules, ...added] }
    })
    return { ...rule, lines: { ...rule.lines, each } }
  })
  return placed ? { ...set, rules } : undefined
}

/** A choice becomes a rule per value, so that it needs no table that nobody has yet. */
function rulesOf({ rule, table }: Candidate): Rule[] {
  if (!rule) return []
  if (!table || typeof rule.from !== 'string') return [rule]
  const path = rule.from
  return Object.entries(table.entries).map(([value, result]) => ({
    to: rule.to,
    when: { path, equals: value },
    const: result,
  }))
}

/** Nothing is added where the target takes the same field already, alone or among others. */
const fresh = (rules: readonly Rule[], added: readonly Rule[]): boolean =>
  added.some((one) => {
    const same = rules.filter(({ to }) => to === one.to)
    const read = same.flatMap(({ from }) => from ?? [])
    return (
      !same.some((rule) => canonical(rule) === canonical(one)) &&
      !(typeof one.from === 'string' && read.includes(one.from))
    )
  })
