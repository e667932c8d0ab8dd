import type { Outcome, Problem } from '../../shared/outcome.ts'
import type { Asked } from './engine.ts'
import { type LookupTables, unmappedCode, unmappedTable } from './lookups.ts'

/** What Odoo says about a name that stands for one of its records. */
const NAMES = ['not_found', 'unknown_sku', 'archived', 'ambiguous_match']

/**
 * Odoo does not know (or knows twice) what a value table decides: an entry mends it, so the problem says which table and value,
 * and one entry releases everything that waits for it. Any other problem stays as it is.
 */
export function asUnmapped(problem: Problem, asked: Asked, lookups: LookupTables): Problem {
  const { code, target } = problem
  const entry = NAMES.includes(code) && target !== undefined ? nearest(asked, target) : undefined
  if (!entry) return problem
  const title = lookups[entry.table]?.title ?? entry.table
  return {
    ...problem,
    code: unmappedCode(entry.table),
    value: entry.key,
    remedy: `Map “${entry.key}” in the table “${title}”, and everything that waits for it is released; or mend the record in Odoo and replay.`,
  }
}

/** Whether an entry of a value table would mend it. */
export const missesEntry = (outcome: Outcome): boolean =>
  outcome.kind === 'correct' && outcome.problems.some(({ code }) => unmappedTable(code) !== undefined)

/** Of the pointer itself or of the nearest field around it: `…/tax_ids/$set/0` belongs to `…/tax_ids`. */
function nearest(asked: Asked, target: string): Asked[string] | undefined {
  for (let at = target; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    if (Object.hasOwn(asked, at)) return asked[at]
  }
  return undefined
}
