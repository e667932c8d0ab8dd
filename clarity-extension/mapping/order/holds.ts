import { correct, type OutcomeOf, type Problem, review } from '../../../shared/outcome.ts'
import type { Mapped } from '../engine.ts'
import type { UsedLookup } from '../lookups.ts'
import type { OrderContext } from './context.ts'
import { belowMinimum, MINIMUM, type TooFew } from './minimum.ts'
import type { OrderPlan } from './plan.ts'

type Written = Extract<Mapped, { ok: true }>

export type Passed = { ok: true; used: UsedLookup[] } | { ok: false; outcome: OutcomeOf<'review' | 'correct'> }

/**
 * Whether a person looks at the order before anything is written: for a rule of the merchant's, or because less is ordered than
 * the minimum. All of it at once, so that one approval is enough; what was approved holds nothing any more.
 */
export function holdOf(
  { order, place }: OrderPlan,
  { follow, review: reasons, checks }: Written,
  context: OrderContext,
): Passed {
  if (follow.includes('cancel')) return { ok: true, used: [] }
  const approved = context.approvals ?? []
  const ruled = approved.includes('rule') ? [] : reasons
  const asked = checks.includes(MINIMUM) && !approved.includes(MINIMUM)
  const { below, problems, used } = asked ? belowMinimum(order, place, context) : nothing
  const [first, ...others] = problems
  if (first) return { ok: false, outcome: correct(first, ...others) }

  const tooFew = below.map(sentenceOf)
  if (ruled.length + tooFew.length === 0) return { ok: true, used }
  const { number, total, currency } = order
  const facts = {
    number,
    total,
    currency,
    ...(below.length > 0 && { below_minimum: below.map((one) => ({ ...one })) }),
  }
  if (ruled.length === 0) return { ok: false, outcome: review('minimum_quantity', tooFew.join(' '), facts) }
  const both = tooFew.length > 0 && {
    reasons: [
      ...ruled.map((message) => ({ cause: 'rule', message })),
      ...tooFew.map((message) => ({ cause: MINIMUM, message })),
    ],
  }
  return { ok: false, outcome: review('rule', [...ruled, ...tooFew].join(' '), { ...facts, ...both }) }
}

const nothing: { below: TooFew[]; problems: Problem[]; used: UsedLookup[] } = { below: [], problems: [], used: [] }

const sentenceOf = ({ sku, quantity, minimum }: TooFew): string =>
  `${quantity} of ${sku} are ordered; the minimum is ${minimum}.`
