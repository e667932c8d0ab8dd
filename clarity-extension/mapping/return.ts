import type { components } from '../../odoo-bridge/client/schema.d.ts'
import type { ReturnRequest } from '../../shared/entities.ts'
import { amount } from '../../shared/money.ts'
import { correct, type OutcomeOf } from '../../shared/outcome.ts'
import type { MappingContext } from './context.ts'
import { returnToOdoo } from './defaults/return-to-odoo.ts'
import { map, type Origins } from './engine.ts'
import { digest } from './order/digest.ts'
import { type Operation, version } from './order/operation.ts'
import { type MappedBy, mappedBy } from './rule-sets.ts'
import type { RuleSet } from './rules.ts'
import type { Part } from './validate.ts'

export type ReturnState = components['schemas']['ReturnState']
type ReturnStatus = ReturnState['status']

export type ReturnMapped =
  | { ok: true; operation: Operation; by: MappedBy; origins: Origins }
  | { ok: false; outcome: OutcomeOf<'correct'>; part: Part }

/** A storefront return as one operation; what is made of it in Odoo depends on its status (`follow`). Pure. */
export function returnToOperation(
  request: ReturnRequest,
  context: MappingContext,
  set: RuleSet = returnToOdoo,
): ReturnMapped {
  const items = request.items.map((item, index) => ({ ...item, position: `${index + 1}` }))
  const mapped = map(set, { ...request, items }, context)
  if (!mapped.ok) {
    const [first, ...others] = mapped.problems
    if (!first) throw new Error('what is parked has a problem')
    const { values, origins, asked } = mapped
    const part = { model: set.model ?? 'clarity.return', values, origins, asked }
    return { ok: false, outcome: correct(first, ...others), part }
  }
  const { values, follow } = mapped
  const model = set.model ?? 'clarity.return'
  return {
    ok: true,
    by: mappedBy([set]),
    get origins() {
      return mapped.origins
    },
    operation: {
      id: `return:${request.id}`,
      kind: 'return',
      ref: request.id,
      version: version(request.updatedAt),
      hash: digest({ model, values, follow }),
      model,
      values,
      follow,
      accept_difference: false,
    },
  }
}

const steps: readonly ReturnStatus[] = ['requested', 'approved', 'received', 'refunded']

export interface ReturnChange {
  status: ReturnStatus
  refundAmount?: string
}

/**
 * What Odoo knows of a return that the storefront does not say yet: the goods are back, or the money is. Never a step back,
 * and nothing of a return that was rejected.
 * @param before the return as the storefront has it
 */
export function returnToClarity(
  state: ReturnState,
  before: Pick<ReturnRequest, 'status' | 'refundAmount'>,
): ReturnChange | undefined {
  if (before.status === 'rejected') return undefined
  const reached = reachedBy(state)
  const step = reached ? steps.indexOf(reached) : -1
  if (!reached || step < steps.indexOf(before.status)) return undefined
  const refundAmount = reached === 'refunded' ? state.credited : undefined
  const differs = refundAmount !== undefined && !amount(refundAmount).eq(before.refundAmount)
  if (reached === before.status && !differs) return undefined
  return { status: reached, ...(differs && { refundAmount }) }
}

function reachedBy({ credited, open, received }: ReturnState): ReturnStatus | undefined {
  if (amount(credited).gt(0) && amount(open).isZero()) return 'refunded'
  return received === 'all' ? 'received' : undefined
}
