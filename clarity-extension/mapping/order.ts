import { isOdooCheck } from '../../shared/checks.ts'
import type { Customer, Order } from '../../shared/entities.ts'
import type { Problem } from '../../shared/outcome.ts'
import { type Asked, type Mapped, map, type Origins } from './engine.ts'
import { isJson } from './json.ts'
import type { UsedLookup } from './lookups.ts'
import { defaultRuleSets, type OrderContext } from './order/context.ts'
import { digest } from './order/digest.ts'
import { holdOf } from './order/holds.ts'
import { type EnsuredRecord, type Operation, version } from './order/operation.ts'
import {
  type EnsureMapping,
  type Mapping,
  type NotMapped,
  type OrderPlan,
  type PaymentMapping,
  parked,
  planOrder,
} from './order/plan.ts'
import { visibleOrigins, visibleProblem } from './order/visible.ts'
import { type MappedBy, mappedBy } from './rule-sets.ts'
import { markerOf } from './validate/marker.ts'
import type { Part } from './validate.ts'

export { defaultRuleSets, type OrderContext, type OrderRuleSets, orderRuleSets } from './order/context.ts'
export type { Operation } from './order/operation.ts'

export type OrderMapped =
  | {
      ok: true
      /** The order first, then one per captured payment, then what is made of the customer. */
      operations: [Operation, ...Operation[]]
      /** Payments that could not be mapped. The order goes ahead; then the attempt ends with these. */
      held: Problem[]
      used: UsedLookup[]
      /** The versions of the rules that made it. */
      by: MappedBy
      /** Made when it is asked for. By operation id: pointer into what is written -> pointer into the order; see sourceOf(). */
      origins: Record<string, Origins>
      /** The same way: pointer into what is written -> the entry of a value table that decides it. */
      asked: Record<string, Asked>
    }
  | NotMapped

/** Kind of the operation that writes the customer: it changes with every order of theirs, and is no part of this one. */
export const PROFILE = 'profile'

/**
 * A storefront order as operations for the addon: the sale order with everybody and every address it needs, and its captured
 * payments. Lines that a third party sends are left out, and the expected totals are those of the rest. Pure; rules with
 * JSONata need expressions/order.ts.
 * @param customer the registered customer; a guest's order has none
 */
export function orderToOperations(order: Order, customer: Customer | undefined, context: OrderContext): OrderMapped {
  const planned = planOrder(order, customer, context, context.ruleSets ?? defaultRuleSets)
  return planned.ok ? writeOrder(planned.plan, context) : planned
}

/** Runs the rules over what was planned. */
export function writeOrder(plan: OrderPlan, context: OrderContext): OrderMapped {
  const main = map(plan.main.set, plan.main.source, context)
  const ensured = plan.ensure.map((one) => ensureRecord(one, context))
  if (!main.ok || ensured.some(({ mapped }) => !mapped.ok)) {
    const parts = [
      { ...partOf(main, plan.main.set.model ?? 'sale.order', ''), isNew: main.ok },
      ...ensured.map(({ mapped }, index) => partOf(mapped, plan.ensure[index]?.set.model ?? 'res.partner', at(index))),
    ]
    return parked(
      [...problemsOf(main), ...ensured.flatMap(({ mapped }, index) => problemsOf(mapped, at(index)))],
      parts,
    )
  }
  const passed = holdOf(plan, main, context)
  if (!passed.ok) return passed
  const records = ensured.flatMap(({ record }) => record ?? [])
  const follow = context.payments === false ? main.follow.filter((step) => step !== 'refund') : main.follow
  const operation = orderOperation(plan, main.values, follow, main.checks, records, context)
  const customer = records.filter(({ kind }) => kind === 'customer')
  const payments = plan.payments.map((one) => paymentOperation(one, plan, customer, context))
  const profile =
    plan.profile && !main.follow.includes('cancel') ? [profileOperation(plan.profile, plan, customer, context)] : []
  const others = [...payments, ...profile]
  const parts = [main, ...ensured.map(({ mapped }) => mapped), ...others.map(({ mapped }) => mapped)]
  return {
    ok: true,
    operations: [operation, ...others.flatMap((one) => one.operation ?? [])],
    held: others.flatMap(({ mapped }) => problemsOf(mapped)),
    used: [...parts.flatMap((part) => (part.ok ? part.used : [])), ...passed.used],
    by: mappedBy(
      [plan.main, ...plan.ensure, ...plan.payments, ...(plan.profile ? [plan.profile] : [])].map(({ set }) => set),
    ),
    get origins() {
      return originsOf(operation.id, main, ensured, others)
    },
    get asked() {
      return askedOf(operation.id, main, ensured, others)
    },
  }
}

type Written = Extract<Mapped, { ok: true }>

/** What a cancelled order amounts to does not matter any more. */
function orderOperation(
  { order, main, expected }: OrderPlan,
  values: Written['values'],
  follow: Written['follow'],
  checks: Written['checks'],
  records: EnsuredRecord[],
  context: OrderContext,
): Operation {
  const model = main.set.model ?? 'sale.order'
  const expect = follow.includes('cancel') ? undefined : expected
  // No part of the hash: they say whether it is written, not what.
  const approved = context.approvals ?? []
  const held = follow.includes('cancel') ? [] : checks.filter(isOdooCheck).filter((name) => !approved.includes(name))
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
    ...(held.length > 0 && { checks: held }),
    accept_difference: context.acceptDifference ?? false,
  }
}

interface Ensured {
  mapped: Mapped
  /** Absent when it could not be mapped. */
  record?: EnsuredRecord
}

function ensureRecord({ kind, ref, version: at, set, source, base }: EnsureMapping, context: OrderContext): Ensured {
  const mapped = map(set, source, context, base)
  if (!mapped.ok) return { mapped }
  const { values, match } = mapped
  return {
    mapped,
    record: { kind, ref, version: at, model: set.model ?? 'res.partner', values, ...(match && { match }) },
  }
}

interface Paid {
  mapped: Mapped
  operation?: Operation
}

/** It brings its customer with it, so it does not depend on the order's own fate. */
function paymentOperation(
  { id, set, source, base }: PaymentMapping,
  { order }: OrderPlan,
  customer: EnsuredRecord[],
  context: OrderContext,
): Paid {
  const mapped = map(set, source, context, base)
  if (!mapped.ok) return { mapped }
  const { values, follow } = mapped
  const model = set.model ?? 'account.payment'
  const ref = `${order.id}/${id}`
  const operation: Operation = {
    id: `payment:${ref}`,
    kind: 'payment',
    ref,
    version: version(order.updatedAt),
    hash: digest({ model, values, follow }),
    model,
    values,
    ensure: customer,
    follow,
    accept_difference: false,
  }
  return { mapped, operation }
}

/** The one record that is the customer, whether the order makes it or it is there; nothing to say is nothing to write. */
function profileOperation(
  { set, source, base }: Mapping,
  { order }: OrderPlan,
  customer: EnsuredRecord[],
  context: OrderContext,
): Paid {
  const mapped = map(set, source, context, base)
  if (!mapped.ok || Object.keys(mapped.values).length === 0) return { mapped }
  const values = context.history ? mapped.values : added(mapped.values)
  const model = set.model ?? 'res.partner'
  const { customer: ref } = order.parties
  const operation: Operation = {
    id: `${PROFILE}:${ref}`,
    kind: PROFILE,
    ref,
    version: version(order.updatedAt),
    hash: digest({ model, values }),
    model,
    values,
    match: { id: { $ref: `customer:${ref}` } },
    ensure: customer,
    follow: [],
    accept_difference: false,
  }
  return { mapped, operation }
}

/** Odoo may recognise a customer that it did not know by this reference: what that one has, nobody has asked yet, and it stays. */
const added = (values: Written['values']): Written['values'] =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const marker = markerOf(value)
      return [name, marker?.name === '$set' && isJson(marker.argument) ? { $add: marker.argument } : value]
    }),
  )

function originsOf(id: string, main: Written, ensured: Ensured[], payments: Paid[]): Record<string, Origins> {
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

function askedOf(id: string, main: Written, ensured: Ensured[], payments: Paid[]): Record<string, Asked> {
  const ofEnsured = ensured.flatMap(({ mapped }, index) =>
    mapped.ok ? Object.entries(mapped.asked).map(([target, entry]) => [`/ensure/${index}/values${target}`, entry]) : [],
  )
  const asked: Record<string, Asked> = { [id]: { ...main.asked, ...Object.fromEntries(ofEnsured) } }
  for (const { mapped, operation } of payments) if (mapped.ok && operation) asked[operation.id] = mapped.asked
  return asked
}

/** Pointer of an ensured record's values in the operation that needs it. */
const at = (index: number): string => `/ensure/${index}/values`

const partOf = (mapped: Mapped, model: string, place: string): Part => ({
  model,
  values: mapped.values,
  origins: visibleOrigins(placed(mapped.origins, place)),
  asked: placed(mapped.asked, place),
  at: place,
})

const placed = <T>(pointers: Record<string, T>, place: string): Record<string, T> =>
  Object.fromEntries(Object.entries(pointers).map(([target, one]) => [`${place}${target}`, one]))

/** @param place pointer of the mapped values in their operation */
const problemsOf = (mapped: Mapped, place = ''): Problem[] =>
  mapped.ok
    ? []
    : mapped.problems.map((problem) => {
        const { target } = problem
        return visibleProblem(target === undefined ? problem : { ...problem, target: `${place}${target}` })
      })
