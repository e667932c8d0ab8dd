import type { OutcomeOf } from '../../shared/outcome.ts'
import type { MasterContext } from '../mapping/masters/context.ts'
import type { MasterMapped } from '../mapping/masters/mapped.ts'
import { deliveredSet } from '../mapping/rule-sets.ts'
import { type CheckParts, checks, operationParts } from './checked.ts'

/**
 * Everything that keeps a record of master data from being written, at once: what could not be mapped, and what Odoo's own fields
 * would not take of the rest. Whether the records that it names are there is asked only where it is not written anyway.
 */
export function masterCheck(parts: CheckParts) {
  const check = checks(parts)
  return async (
    mapped: MasterMapped,
    { sets: live, lookups }: MasterContext,
    { linked = false, rehearsing = false } = {},
  ): Promise<OutcomeOf<'correct'> | undefined> => {
    if (!mapped.ok) return check.complete(mapped.problems, mapped.sets, mapped.parts, lookups)
    const { operations, by } = mapped
    const sets = by.flatMap(({ name }) => live?.get(name) ?? deliveredSet(name) ?? [])
    const faults = await check.faults(sets, () => operationParts(operations, {}, linked))
    if (faults.length === 0 && !rehearsing) return undefined
    return check.complete([], sets, operationParts(operations, mapped.origins, linked), lookups)
  }
}
