import type { ReturnRequest } from '../../shared/entities.ts'
import type { Answer } from '../../shared/outcome.ts'
import type { MappingContext } from '../mapping/context.ts'
import { returnToOdoo } from '../mapping/defaults/return-to-odoo.ts'
import { withExpressions } from '../mapping/expressions/mapped.ts'
import type { ExpressionPool } from '../mapping/expressions/pool.ts'
import { type ReturnMapped, returnToOperation } from '../mapping/return.ts'
import type { LiveRules } from '../rulebook/types.ts'
import { type CheckParts, checks, operationParts } from './checked.ts'

/** A storefront return as what would be written to Odoo, under the live rules or others. */
export type ReturnMapper = (request: ReturnRequest, rules?: LiveRules['sets']) => Promise<Answer<ReturnMapped>>

export function returnMapper({
  context,
  liveRules,
  check: checkParts,
  expressions,
}: {
  context(): Promise<Answer<MappingContext>>
  liveRules(): Promise<LiveRules>
  check: CheckParts
  expressions: Pick<ExpressionPool, 'evaluate'>
}): ReturnMapper {
  const check = checks(checkParts)
  return async (request, given) => {
    const known = await context()
    if (!known.ok) return known
    const rules = (given ?? (await liveRules()).sets).get(returnToOdoo.name) ?? returnToOdoo
    const mapped = await withExpressions(known.value, expressions, (now) => returnToOperation(request, now, rules))
    const { lookups } = known.value
    if (!mapped.ok) {
      const outcome = await check.complete(mapped.outcome.problems, [rules], [mapped.part], lookups)
      return { ok: true, value: { ...mapped, outcome: outcome ?? mapped.outcome } }
    }
    const parts = (origins = {}) => operationParts([mapped.operation], { [mapped.operation.id]: origins })
    if ((await check.faults([rules], parts)).length === 0) return { ok: true, value: mapped }
    const outcome = await check.complete([], [rules], parts(mapped.origins), lookups)
    return outcome ? { ok: false, outcome } : { ok: true, value: mapped }
  }
}
