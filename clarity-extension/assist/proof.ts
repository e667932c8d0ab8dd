import { lint } from '../mapping/lint.ts'
import type { LookupTables } from '../mapping/lookups.ts'
import type { Rule, RuleSet } from '../mapping/rules.ts'
import type { Described } from '../mapping/validate.ts'

/** What must stay true whatever a suggested rule adds. */
export const invariantCodes = ['rules_fit', 'nothing_fails', 'only_target', 'amounts_same', 'records_same'] as const

export interface Invariant {
  code: (typeof invariantCodes)[number]
  /** null: nothing could be tried, so nothing is proven. */
  holds: boolean | null
  /** What speaks against it: faults, or fields that change besides. */
  seen: string[]
}

/** How events went under the live rules and under those with the suggested one. */
export interface Tried {
  tried: number
  broken: number
  untried: number
  /** Fields that are written differently, e.g. `order · order_line · name`. */
  fields: readonly { field: string }[]
}

/** Figures that an order is booked with. */
const amounts: ReadonlySet<string> = new Set([
  'price_unit',
  'product_uom_qty',
  'quantity',
  'discount',
  'tax_ids',
  'taxes_id',
  'amount',
  'expect',
  'list_price',
  'standard_price',
  'currency_id',
  'clarity_rate',
])
/** Which record it is, and what is done with it. */
const records: ReadonlySet<string> = new Set([
  'kind',
  'ref',
  'version',
  'model',
  'match',
  'follow',
  'attach',
  'company',
])

/**
 * @param live the rules before
 * @param set the same with the suggested ones
 * @param added those
 */
export function invariantsOf(
  { live, set, added, tried }: { live: RuleSet; set: RuleSet; added: readonly Rule[]; tried: Tried },
  described: Described,
  tables: LookupTables,
): Invariant[] {
  const proven = tried.tried - tried.untried > 0
  const targets = new Set(added.map(({ to }) => to.split('.')[0] ?? to))
  const changed = tried.fields.map(({ field }) => ({ field, parts: field.split(' · ') }))
  const among = (names: ReadonlySet<string>) =>
    changed.filter(({ parts }) => parts.slice(1).some((part) => names.has(part))).map(({ field }) => field)
  const besides = changed
    .filter(({ parts }) => !parts.slice(1).some((part) => targets.has(part)))
    .map(({ field }) => field)
  // What the rules were faulted for before is not the suggestion's.
  const before = new Set(lint(live, described, tables).map(({ message }) => message))
  const own = lint(set, described, tables).flatMap(({ message }) => (before.has(message) ? [] : [message]))
  const none = (seen: string[], given = proven): Pick<Invariant, 'holds' | 'seen'> => ({
    holds: given ? seen.length === 0 : null,
    seen,
  })
  return [
    { code: 'rules_fit', ...none(own, true) },
    { code: 'nothing_fails', ...none(tried.broken > 0 ? [String(tried.broken)] : []) },
    { code: 'only_target', ...none(besides) },
    { code: 'amounts_same', ...none(among(amounts)) },
    { code: 'records_same', ...none(among(records)) },
  ]
}
