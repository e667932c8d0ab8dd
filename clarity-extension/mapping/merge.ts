import { canonical } from './json.ts'
import type { RuleSet } from './rules.ts'

/** What two people made of the same rules, part by part, in the order of the rules that both together give. */
export interface Merge {
  parts: Part[]
  /** How many parts both changed, differently: a person chooses. */
  conflicts: number
}

/** One rule, or one other field of the rule set. What is absent on a side is not there. */
export interface Part {
  /** `rules/origin 1`: the first rule for `origin`; `match`, `follow` … for the rest. */
  key: string
  base?: unknown
  theirs?: unknown
  yours?: unknown
  /** Who changed it: nobody, one of both, both alike, or both differently. */
  state: 'same' | 'theirs' | 'yours' | 'both' | 'conflict'
}

/** Pure three-way comparison. */
export function mergeOf(base: RuleSet, theirs: RuleSet, yours: RuleSet): Merge {
  const sides = { base: partsOf(base), theirs: partsOf(theirs), yours: partsOf(yours) }
  const parts = orderOf([...sides.yours.keys()], [...sides.theirs.keys()], [...sides.base.keys()]).map((key): Part => {
    const [was, other, mine] = [sides.base.get(key), sides.theirs.get(key), sides.yours.get(key)]
    return {
      key,
      ...(was !== undefined && { base: was }),
      ...(other !== undefined && { theirs: other }),
      ...(mine !== undefined && { yours: mine }),
      state: stateOf(was, other, mine),
    }
  })
  return { parts, conflicts: parts.filter(({ state }) => state === 'conflict').length }
}

const RULES = 'rules/'

/** Rules by their target and place among those of the same target, so that one more rule moves no other. */
function partsOf({ rules, version: _, ...rest }: RuleSet): Map<string, unknown> {
  const seen = new Map<string, number>()
  const named = rules.map((rule) => {
    const place = (seen.get(rule.to) ?? 0) + 1
    seen.set(rule.to, place)
    return [`${RULES}${rule.to} ${place}`, rule] as const
  })
  return new Map<string, unknown>([...Object.entries(rest), ...named])
}

function stateOf(base: unknown, theirs: unknown, yours: unknown): Part['state'] {
  const [was, other, mine] = [base, theirs, yours].map((one) => canonical(one ?? null))
  if (other === mine) return other === was ? 'same' : 'both'
  if (other === was) return 'yours'
  return mine === was ? 'theirs' : 'conflict'
}

/** The first list's order; what only the others have stands behind what it follows there. */
function orderOf(...lists: string[][]): string[] {
  const [order = [], ...others] = lists.map((list) => [...list])
  for (const list of others) {
    list.forEach((key, index) => {
      if (order.includes(key)) return
      const before = list.slice(0, index).findLast((one) => order.includes(one))
      order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, key)
    })
  }
  return order
}
