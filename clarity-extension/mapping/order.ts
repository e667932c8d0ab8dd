import type { components } from '../../odoo-bridge/client/schema.d.ts'
import type { Customer, Order } from '../../shared/entities.ts'
import { correct, type OutcomeOf, type Problem, review } from '../../shared/outcome.ts'
import type { MappingContext } from './context.ts'
import { orderToOdoo } from './defaults/order-to-odoo.ts'
import { addressToOdoo, contactToOdoo, customerToOdoo } from './defaults/partner-to-odoo.ts'
import { paymentToOdoo } from './defaults/payment-to-odoo.ts'
import { type Mapped, map, type Origins } from './engine.ts'
import type { UsedLookup } from './lookups.ts'
import { digest } from './order/digest.ts'
import { expectedTotals } from './order/expect.ts'
import { type Parties, type Party, parties } from './order/parties.ts'
import { type PreparedOrder, prepareOrder } from './order/prepare.ts'
import { inconsistency } from './order/sums.ts'
import type { RuleSet } from './rules.ts'

export type Operation = components['schemas']['Operation']
type EnsuredRecord = components['schemas']['Record']

export interface OrderRuleSets {
  order: RuleSet
  customer: RuleSet
  contact: RuleSet
  address: RuleSet
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
      /** By operation id: target pointer -> pointer into the order. */
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
    return { ok: false, outcome: { kind: 'skip', reason: 'not_for_us', detail: 'every line is sent by a third party' } }
  }
  const facts = inconsistency(order)
  if (facts)
    return { ok: false, outcome: review('totals_inconsistent', 'The figures of the order do not add up.', facts) }
  const who = parties(order, customer, context.lookups)
  if ('code' in who) return { ok: false, outcome: correct(who) }

  const sets = context.ruleSets ?? defaultRuleSets
  const { prepared, problems } = prepareOrder(order, who, context.company.currency)
  const main = map(sets.order, prepared, context)
  const ensured = ensure(who, order, customer, sets, context)
  const [first, ...others] = [...problems, ...problemsOf([main, ...ensured.map(({ mapped }) => mapped)])]
  if (first) return { ok: false, outcome: correct(first, ...others) }
  if (!main.ok) throw new Error('a mapping without problems has values')

  const records = ensured.flatMap(({ record }) => record ?? [])
  const operation = orderOperation(order, prepared, sets.order, main, records, context)
  const payments = paymentOperations(prepared, who, sets.payment, records, context)
  const done = payments.flatMap(({ operation: one }) => one ?? [])
  const parts = [main, ...ensured.map(({ mapped }) => mapped), ...payments.map(({ mapped }) => mapped)]
  return {
    ok: true,
    operations: [operation, ...done],
    held: problemsOf(payments.map(({ mapped }) => mapped)),
    used: parts.flatMap((part) => (part.ok ? part.used : [])),
    origins: originsOf(operation, main, payments),
  }
}

function orderOperation(
  order: Order,
  prepared: PreparedOrder,
  set: RuleSet,
  mapped: Extract<Mapped, { ok: true }>,
  ensureRecords: EnsuredRecord[],
  context: OrderContext,
): Operation {
  const { values, follow } = mapped
  const model = set.model ?? 'sale.order'
  const cancelled = follow.includes('cancel')
  const written = prepared.items.map((item) => item.written)
  const expect = cancelled ? undefined : expectedTotals(order, written)
  return {
    id: `order:${order.id}`,
    kind: 'order',
    ref: order.id,
    version: version(order.updatedAt),
    hash: digest({ model, values, follow, expect }),
    model,
    values,
    ensure: ensureRecords,
    follow,
    ...(expect && { expect }),
    accept_difference: context.acceptDifference ?? false,
  }
}

interface Ensured {
  mapped: Mapped
  record?: EnsuredRecord
}

function ensure(
  who: Parties,
  order: Order,
  customer: Customer | undefined,
  sets: OrderRuleSets,
  context: OrderContext,
): Ensured[] {
  const ofCustomer = version(customer?.updatedAt ?? order.updatedAt)
  const ofOrder = version(order.updatedAt)
  const places = who.billing.ref === who.shipping.ref ? [who.billing] : [who.billing, who.shipping]
  return [
    one('customer', who.customer, sets.customer, ofCustomer),
    ...(who.contact ? [one('contact', who.contact, sets.contact, ofOrder)] : []),
    ...places.map((place) => one('address', place, sets.address, ofOrder)),
  ]

  function one(kind: string, party: Party<unknown>, set: RuleSet, at: string): Ensured {
    const mapped = map(set, party.source, context, party.base)
    if (!mapped.ok) return { mapped }
    const { values, match } = mapped
    const model = set.model ?? 'res.partner'
    return { mapped, record: { kind, ref: party.ref, version: at, model, values, ...(match && { match }) } }
  }
}

/** One operation per captured payment. It brings its customer with it, so it does not depend on the order's own fate. */
function paymentOperations(
  order: PreparedOrder,
  who: Parties,
  set: RuleSet,
  ensureRecords: EnsuredRecord[],
  context: OrderContext,
): { mapped: Mapped; operation?: Operation }[] {
  const ensureCustomer = ensureRecords.filter(({ kind }) => kind === 'customer')
  return order.payments.flatMap((payment, index) => {
    if (payment.state !== 'captured') return []
    const source = {
      ...payment,
      customer: who.customer.ref,
      orderNumber: order.number,
      foreignCurrency: payment.currency !== context.company.currency,
    }
    const mapped = map(set, source, context, `/payments/${index}`)
    if (!mapped.ok) return { mapped }
    const { values, follow } = mapped
    const model = set.model ?? 'account.payment'
    const ref = `${order.id}/${payment.id}`
    const operation: Operation = {
      id: `payment:${ref}`,
      kind: 'payment',
      ref,
      version: version(order.updatedAt),
      hash: digest({ model, values, follow }),
      model,
      values,
      ensure: ensureCustomer,
      follow,
      accept_difference: false,
    }
    return { mapped, operation }
  })
}

function originsOf(
  order: Operation,
  mapped: Extract<Mapped, { ok: true }>,
  payments: { mapped: Mapped; operation?: Operation }[],
): Record<string, Origins> {
  const of = payments.flatMap(({ mapped: one, operation }) =>
    one.ok && operation ? [[operation.id, one.origins] as const] : [],
  )
  return { [order.id]: mapped.origins, ...Object.fromEntries(of) }
}

const problemsOf = (mapped: readonly Mapped[]): Problem[] => mapped.flatMap((one) => (one.ok ? [] : one.problems))

/** Versions compare as text, so all have the same shape: milliseconds and Z. */
const version = (instant: string): string => new Date(instant).toISOString()
