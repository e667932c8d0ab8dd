import type { Customer, Order } from '../../shared/entities.ts'
import { correct, type OutcomeOf, type Problem, review } from '../../shared/outcome.ts'
import type { MappingContext } from './context.ts'
import { orderToOdoo } from './defaults/order-to-odoo.ts'
import { addressToOdoo, contactToOdoo, customerToOdoo } from './defaults/partner-to-odoo.ts'
import { paymentToOdoo } from './defaults/payment-to-odoo.ts'
import { type Mapped, map, type Origins } from './engine.ts'
import type { UsedLookup } from './lookups.ts'
import { digest } from './order/digest.ts'
import { type Ensured, ensure, type PartyRuleSets } from './order/ensure.ts'
import type { ExpectedTotals } from './order/expect.ts'
import { type EnsuredRecord, type Operation, version } from './order/operation.ts'
import { parties } from './order/parties.ts'
import { type MappedPayment, paymentOperations } from './order/payments.ts'
import { prepareOrder } from './order/prepare.ts'
import { inconsistency } from './order/sums.ts'
import { visibleOrigins, visibleProblem } from './order/visible.ts'
import type { RuleSet } from './rules.ts'

export type { Operation } from './order/operation.ts'

export interface OrderRuleSets extends PartyRuleSets {
  order: RuleSet
  payment: RuleSet
}

export const defaultRuleSets: OrderRuleSets = {
  order: orderToOdoo,
  customer: customerToOdoo,
  contact: contactToOdoo,
  address: addressToOdoo,
  payment: paymentToOdoo,
}

export interface OrderContext extends MappingContext {
  ruleSets?: OrderRuleSets
  /** A person has seen that Odoo's totals differ and takes them. */
  acceptDifference?: boolean
}

export type OrderMapped =
  | {
      ok: true
      /** The order first, then one per captured payment. */
      operations: [Operation, ...Operation[]]
      /** Payments that could not be mapped. The order goes ahead; then the attempt ends with these. */
      held: Problem[]
      used: UsedLookup[]
      /** Made when it is asked for. By operation id: pointer into what is written -> pointer into the order. Read it with sourceOf(). */
      origins: Record<string, Origins>
    }
  | { ok: false; outcome: OutcomeOf<'correct'> | OutcomeOf<'review'> | OutcomeOf<'skip'> }

/**
 * A storefront order as operations for the addon: the sale order with everybody and every address it needs, and its captured
 * payments. Lines that a third party sends are left out, and the expected totals are those of the rest. Pure.
 * @param customer the registered customer; a guest's order has none
 */
export function orderToOperations(order: Order, customer: Customer | undefined, context: OrderContext): OrderMapped {
  if (order.items.every(({ fulfilledBy }) => fulfilledBy === 'thirdParty')) {
    return { ok: false, outcome: { kind: 'skip', reason: 'not_for_us', detail: 'a third party sends every line' } }
  }
  const facts = inconsistency(order)
  if (facts) return held(review('totals_inconsistent', 'The figures of the order do not add up.', facts))
  const who = parties(order, customer, context.lookups)
  if ('code' in who) return parked([who])
  const prepared = prepareOrder(order, who, context.company.currency)
  if (!prepared.ok) return parked(prepared.problems)

  const sets = context.ruleSets ?? defaultRuleSets
  const main = map(sets.order, prepared.order, context)
  const ensured = ensure(who, order, customer, sets, context)
  if (!main.ok || ensured.some(({ mapped }) => !mapped.ok)) {
    return parked([main, ...ensured.map(({ mapped }) => mapped)].flatMap(problemsOf))
  }
  const records = ensured.flatMap(({ record }) => record ?? [])
  const operation = orderOperation(order, main, sets.order, records, prepared.expected, context)
  const ofCustomer = records.filter(({ kind }) => kind === 'customer')
  const payments = paymentOperations(prepared.order, sets.payment, ofCustomer, context)
  const parts = [main, ...ensured.map(({ mapped }) => mapped), ...payments.map(({ mapped }) => mapped)]
  return {
    ok: true,
    operations: [operation, ...payments.flatMap((payment) => payment.operation ?? [])],
    held: payments.flatMap(({ mapped }) => problemsOf(mapped)),
    used: parts.flatMap((part) => (part.ok ? part.used : [])),
    get origins() {
      return originsOf(operation.id, main, ensured, payments)
    },
  }
}

type Written = Extract<Mapped, { ok: true }>

/** What a cancelled order amounts to does not matter any more. */
function orderOperation(
  order: Order,
  { values, follow }: Written,
  set: RuleSet,
  records: EnsuredRecord[],
  expected: ExpectedTotals,
  context: OrderContext,
): Operation {
  const model = set.model ?? 'sale.order'
  const expect = follow.includes('cancel') ? undefined : expected
  return {
    id: `order:${order.id}`,
    kind: 'order',
    ref: order.id,
    version: version(order.updatedAt),
    hash: digest({ model, values, follow, expect }),
    model,
    values,
    ensure: records,
    follow,
    ...(expect && { expect }),
    accept_difference: context.acceptDifference ?? false,
  }
}

function originsOf(id: string, main: Written, ensured: Ensured[], payments: MappedPayment[]): Record<string, Origins> {
  const ofEnsured = ensured.flatMap(({ mapped }, index) =>
    mapped.ok
      ? Object.entries(mapped.origins).map(([target, source]) => [`/ensure/${index}/values${target}`, source])
      : [],
  )
  const origins: Record<string, Origins> = {
    [id]: visibleOrigins({ ...main.origins, ...Object.fromEntries(ofEnsured) }),
  }
  for (const { mapped, operation } of payments) if (mapped.ok && operation) origins[operation.id] = mapped.origins
  return origins
}

const problemsOf = (mapped: Mapped): Problem[] => (mapped.ok ? [] : mapped.problems.map(visibleProblem))

const held = (outcome: OutcomeOf<'review'>): OrderMapped => ({ ok: false, outcome })

function parked([first, ...others]: Problem[]): OrderMapped {
  if (!first) throw new Error('what is parked has a problem')
  return { ok: false, outcome: correct(first, ...others) }
}
