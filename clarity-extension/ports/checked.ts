import type { Operation } from '../../odoo-bridge/client/shapes.ts'
import { correct, type OutcomeOf, type Problem } from '../../shared/outcome.ts'
import type { Origins } from '../mapping/engine.ts'
import type { LookupTables } from '../mapping/lookups.ts'
import type { RuleSet } from '../mapping/rules.ts'
import { type Described, faultsOf, type Part } from '../mapping/validate.ts'
import type { ExistingRecords } from './existing.ts'
import type { OdooFields } from './odoo-fields.ts'

export interface CheckParts {
  fields: OdooFields
  existing: ExistingRecords
}

/**
 * What is mapped, held against Odoo's own fields before it is sent. A field that was made or widened in Odoo since it was last
 * asked must not park anything. Pure mapping faults and Odoo's are told together.
 */
export function checks({ fields, existing }: CheckParts) {
  return {
    /** @param faults of the same under other fields, where there is a cheaper way to know that there are none */
    async faults(
      sets: readonly RuleSet[],
      parts: () => readonly Part[],
      faults: (described: Described) => Problem[] = (described) => faultsOf(parts(), described),
    ): Promise<Problem[]> {
      if (faults(await fields.of(sets)).length === 0) return []
      return faults(await fields.renewed(sets))
    },

    /** With everything else that is wrong: what Odoo's fields would not take, and the records that it does not have. */
    async complete(
      problems: readonly Problem[],
      sets: readonly RuleSet[],
      parts: readonly Part[],
      lookups: LookupTables,
    ): Promise<OutcomeOf<'correct'> | undefined> {
      const more = faultsOf(parts, await fields.of(sets))
      const [first, ...others] = saidOnce([...problems, ...more, ...(await existing(parts, lookups))])
      return first && correct(first, ...others)
    },
  }
}

/**
 * Operations record by record, and where each value came from.
 * @param linked Odoo has the record. One that it may recognise by something else is not taken for new, and what comes along neither
 */
export const operationParts = (
  operations: readonly Operation[],
  origins: Record<string, Origins> = {},
  linked = false,
): Part[] =>
  operations.flatMap(({ id, model, values, initial = {}, match, ensure = [], attach = [] }) => {
    const whence = { origins: origins[id] ?? {} }
    const records = (list: 'ensure' | 'attach', some: typeof ensure) =>
      some.map((one, place) => ({ model: one.model, values: one.values, ...whence, at: `/${list}/${place}/values` }))
    return [
      { model, values: { ...initial, ...values }, ...whence, isNew: !linked && !match },
      ...records('ensure', ensure),
      ...records('attach', attach),
    ]
  })

/** One problem per place: the first that is said of it. Of several records in a call the storefront's field tells which is meant. */
function saidOnce(problems: readonly Problem[]): Problem[] {
  const said: Problem[] = []
  for (const problem of problems) if (!said.some((one) => samePlace(one, problem))) said.push(problem)
  return said
}

const samePlace = (one: Problem, other: Problem): boolean => {
  const sameField = one.field === undefined || other.field === undefined || one.field === other.field
  if (one.target === undefined || other.target === undefined)
    return one.target === other.target && one.code === other.code && one.field === other.field
  return one.target === other.target && sameField
}
