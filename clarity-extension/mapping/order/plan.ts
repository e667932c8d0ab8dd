import type { Customer, Order } from '../../../shared/entities.ts'
import { correct, type OutcomeOf, type Problem, review } from '../../../shared/outcome.ts'
import type { RuleSet } from '../rules.ts'
import type { Part } from '../validate.ts'
import type { OrderContext, OrderRuleSets } from './context.ts'
import { withFacts } from './facts.ts'
import type { Expected } from './figures.ts'
import { profileSource } from './history.ts'
import { version } from './operation.ts'
import { type CustomerSource, type Parties, type Party, parties } from './parties.ts'
import { type PreparedOrder, prepareOrder } from './prepare.ts'
import { inconsistency } from './sums.ts'

export interface NotMapped {
  ok: false
  outcome: OutcomeOf<'correct'> | OutcomeOf<'review'> | OutcomeOf<'skip'>
  /** What could be mapped of it: for everything else that is wrong. */
  parts?: Part[]
}

/** A record to be mapped: which rules, from what, and where that stands in the order. */
export interface Mapping {
  set: RuleSet
  source: unknown
  /** Pointer of the source in the order. */
  base: string
}

export interface EnsureMapping extends Mapping {
  kind: string
  ref: string
  version: string
}

export interface PaymentMapping extends Mapping {
  id: string
}

/** Everything about an order that is mapped, before any rule has run. */
export interface OrderPlan {
  order: PreparedOrder
  main: Mapping
  /** Each after those it refers to. */
  ensure: EnsureMapping[]
  /** Those whose money came in. */
  payments: PaymentMapping[]
  expected: Expected
  /** What is made of the customer who ordered; absent where nothing asks for earlier orders. */
  profile?: Mapping
  /** Where the buyer is, and what kind of buyer it is. */
  place: CustomerSource['place']
}

/** Derives what the rules need: whom the order concerns, how its lines are written, what must come out. Pure. */
export function planOrder(
  order: Order,
  customer: Customer | undefined,
  context: OrderContext,
  sets: OrderRuleSets,
): { ok: true; plan: OrderPlan } | NotMapped {
  if (order.items.every(({ fulfilledBy }) => fulfilledBy === 'thirdParty')) {
    return { ok: false, outcome: { kind: 'skip', reason: 'not_for_us', detail: 'a third party sends every line' } }
  }
  const facts = inconsistency(order)
  if (facts) {
    return { ok: false, outcome: review('totals_inconsistent', 'The figures of the order do not add up.', facts) }
  }
  const who = parties(order, customer, context.lookups)
  if ('code' in who) return parked([who])
  const prepared = prepareOrder(order, who, context)
  if (!prepared.ok) return parked(prepared.problems)
  return {
    ok: true,
    plan: {
      order: prepared.order,
      main: { set: sets.order, source: withFacts(prepared.order, customer, context), base: '' },
      ensure: ensureMappings(who, order, customer, sets),
      payments:
        context.payments === false ? [] : paymentMappings(prepared.order, sets.payment, context.company.currency),
      expected: prepared.expected,
      place: who.customer.source.place,
      ...profileMapping(prepared.order, who, context, sets),
    },
  }
}

function profileMapping(
  order: PreparedOrder,
  who: Parties,
  { history, lookups }: OrderContext,
  sets: OrderRuleSets,
): { profile?: Mapping } {
  if (history === undefined) return {}
  const source = profileSource(order, who.customer.source.place, history, lookups)
  return { profile: { set: sets.profile, source, base: who.customer.base } }
}

/** One address used twice is one record. */
function ensureMappings(
  who: Parties,
  order: Order,
  customer: Customer | undefined,
  sets: OrderRuleSets,
): EnsureMapping[] {
  const ofOrder = version(order.updatedAt)
  const places = who.billing.ref === who.shipping.ref ? [who.billing] : [who.billing, who.shipping]
  return [
    one('customer', who.customer, sets.customer, version(customer?.updatedAt ?? order.updatedAt)),
    ...(who.contact ? [one('contact', who.contact, sets.contact, ofOrder)] : []),
    ...places.map((place) => one('address', place, sets.address, ofOrder)),
  ]
}

const one = (kind: string, party: Party<unknown>, set: RuleSet, at: string): EnsureMapping => ({
  kind,
  set,
  version: at,
  ...party,
})

/** An authorised payment is a promise, not money, and the others never came. What was refunded had come in before. */
function paymentMappings(order: PreparedOrder, set: RuleSet, companyCurrency: string): PaymentMapping[] {
  return order.payments.flatMap((payment, index) => {
    if (payment.state !== 'captured' && payment.state !== 'refunded') return []
    const source = {
      ...payment,
      customer: order.parties.customer,
      storeId: order.storeId,
      orderNumber: order.number,
      foreignCurrency: payment.currency !== companyCurrency,
    }
    return { id: payment.id, set, source, base: `/payments/${index}` }
  })
}

/** @param parts what could be mapped: for what else is wrong with it */
export function parked([first, ...others]: Problem[], parts: Part[] = []): NotMapped {
  if (!first) throw new Error('what is parked has a problem')
  return { ok: false, outcome: correct(first, ...others), ...(parts.length > 0 && { parts }) }
}
