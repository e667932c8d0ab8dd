import { correct, type OutcomeOf, type Problem, review } from '../../../shared/outcome.ts'
import type { Mapped, Ruling } from '../engine.ts'
import type { UsedLookup } from '../lookups.ts'
import { shown } from '../scope.ts'
import type { OrderContext } from './context.ts'
import { belowMinimum, MINIMUM, type TooFew } from './minimum.ts'
import type { OrderPlan } from './plan.ts'
import { visible } from './visible.ts'

type Written = Extract<Mapped, { ok: true }>

export type Passed = { ok: true; used: UsedLookup[] } | { ok: false; outcome: OutcomeOf<'review' | 'correct'> }

/**
 * Whether a person looks at the order before anything is written: for a rule of the merchant's, or because less is ordered than
 * the minimum. All of it at once, so that one approval is enough; what was approved holds nothing any more.
 */
export function holdOf(
  { order, place }: OrderPlan,
  { follow, review: rulings, checks }: Written,
  context: OrderContext,
): Passed {
  if (follow.includes('cancel')) return { ok: true, used: [] }
  const approved = context.approvals ?? []
  const held = approved.includes('rule') ? [] : rulings
  const ruled = held.map(({ reason }) => reason)
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
  const looked = lookedAt(held)
  const seen = { ...facts, ...(looked.length > 0 && { looked_at: looked }), ...both }
  return { ok: false, outcome: review('rule', [...ruled, ...tooFew].join(' '), seen) }
}

const nothing: { below: TooFew[]; problems: Problem[]; used: UsedLookup[] } = { below: [], problems: [], used: [] }

/** What the rules decided by. An order that is changed in none of it is not held for it again, once it was approved. */
function lookedAt(rulings: readonly Ruling[]): { field: string; value: string | null }[] {
  const all = rulings.flatMap(({ grounds }) => grounds)
  const values = new Map(all.map(({ pointer, value }) => [visible(pointer), shown(value) ?? null]))
  return [...values].map(([field, value]) => ({ field, value }))
}

const sentenceOf = ({ sku, quantity, minimum }: TooFew): string =>
  `${quantity} of ${sku} are ordered; the minimum is ${minimum}.`
