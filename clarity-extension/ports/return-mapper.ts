import type { ReturnRequest } from '../../shared/entities.ts'
import type { Answer } from '../../shared/outcome.ts'
import type { MappingContext } from '../mapping/context.ts'
import { returnToOdoo } from '../mapping/defaults/return-to-odoo.ts'
import { type ReturnMapped, returnToOperation } from '../mapping/return.ts'
import type { LiveRules } from '../rulebook/types.ts'

/** A storefront return as what would be written to Odoo, under the live rules or others. */
export type ReturnMapper = (request: ReturnRequest, rules?: LiveRules['sets']) => Promise<Answer<ReturnMapped>>

export function returnMapper({
  context,
  liveRules,
}: {
  context(): Promise<Answer<MappingContext>>
  liveRules(): Promise<LiveRules>
}): ReturnMapper {
  return async (request, given) => {
    const known = await context()
    if (!known.ok) return known
    const rules = (given ?? (await liveRules()).sets).get(returnToOdoo.name)
    return { ok: true, value: returnToOperation(request, known.value, rules) }
  }
}
