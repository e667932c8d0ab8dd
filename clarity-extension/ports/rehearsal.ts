import type { z } from 'zod'
import {
  type Customer,
  customer,
  type Order,
  order,
  type Product,
  product,
  type ReturnRequest,
  returnRequest,
} from '../../shared/entities.ts'
import { clarityEnvelope, type EventType } from '../../shared/events.ts'
import { jsonOf } from '../../shared/json.ts'
import { type Answer, correct } from '../../shared/outcome.ts'
import type { Entity, FieldGroup } from '../../shared/switches.ts'
import { problemsOf } from '../flows/problems.ts'
import type { MappingContext } from '../mapping/context.ts'
import { customerToOperations } from '../mapping/customer.ts'
import { withExpressions } from '../mapping/expressions/mapped.ts'
import type { ExpressionPool } from '../mapping/expressions/pool.ts'
import type { MasterContext } from '../mapping/masters/context.ts'
import type { MasterMapped } from '../mapping/masters/mapped.ts'
import { type Rehearsed, rehearsedOperations, rehearsedOrder } from '../mapping/preview.ts'
import { productToOperations } from '../mapping/product.ts'
import type { LiveRules } from '../rulebook/types.ts'
import type { CheckParts } from './checked.ts'
import { masterCheck } from './master-check.ts'
import type { OrderMapper } from './order-mapper.ts'
import { rehearsalsToClarity, type ToClarityParts } from './rehearsal-to-clarity.ts'
import type { ReturnMapper } from './return-mapper.ts'

type Rules = LiveRules['sets']

/** What an event would write under these rules (the live ones if none are given). Nothing is written. */
export type Rehearsal = (payload: string, rules?: Rules) => Promise<Rehearsed>

/** By event type: whoever maps by rule sets says here how to try them. */
export type Rehearsals = Partial<Record<EventType, Rehearsal>>

export function rehearsals(parts: {
  mapOrder: OrderMapper
  mapReturn: ReturnMapper
  readOrder(id: string): Promise<Answer<Order>>
  readReturn(id: string): Promise<Answer<ReturnRequest>>
  readCustomer(id: string): Promise<Answer<Customer>>
  readProduct(id: string): Promise<Answer<Product>>
  context(): Promise<Answer<MappingContext>>
  liveRules(): Promise<LiveRules>
  written(entity: Entity): Promise<ReadonlySet<FieldGroup>>
  expressions: Pick<ExpressionPool, 'evaluate'>
  check: CheckParts
  toClarity: Omit<ToClarityParts, 'context' | 'liveRules' | 'expressions'>
}): Rehearsals {
  const ofOrder = rehearsal(order, parts.readOrder, async (given, rules) => {
    const mapped = await parts.mapOrder(given, rules)
    return mapped.ok ? rehearsedOrder(mapped.value) : mapped
  })
  const ofReturn = rehearsal(returnRequest, parts.readReturn, async (given, rules) => {
    const mapped = await parts.mapReturn(given, rules)
    if (!mapped.ok) return mapped
    return mapped.value.ok ? rehearsedOperations([mapped.value.operation]) : mapped.value
  })
  const ofCustomer = rehearsal(customer, parts.readCustomer, (given, rules) =>
    master('customer', (written, context) => customerToOperations(given, written, context), rules),
  )
  const ofProduct = rehearsal(product, parts.readProduct, (given, rules) =>
    master('product', (written, context) => productToOperations(given, written, context), rules),
  )
  const { context, liveRules, expressions } = parts
  const check = masterCheck(parts.check)
  return {
    ...rehearsalsToClarity({ ...parts.toClarity, context, liveRules, expressions }),
    'customer.created': ofCustomer,
    'customer.updated': ofCustomer,
    'product.created': ofProduct,
    'product.updated': ofProduct,
    'order.created': ofOrder,
    'order.updated': ofOrder,
    'order.cancelled': ofOrder,
    'order.paymentUpdated': ofOrder,
    'return.created': ofReturn,
    'return.updated': ofReturn,
  }

  async function master(
    entity: Entity,
    map: (written: ReadonlySet<FieldGroup>, context: MasterContext) => MasterMapped,
    rules: Rules | undefined,
  ): Promise<Rehearsed> {
    const known = await parts.context()
    if (!known.ok) return known
    const sets = rules ?? (await parts.liveRules()).sets
    const written = await parts.written(entity)
    const given = { ...known.value, sets }
    const mapped = await withExpressions(given, parts.expressions, (context) => map(written, context))
    // Nobody writes it: a field that Odoo requires may be filled there already.
    const outcome = await check(mapped, given, { linked: true, rehearsing: true })
    if (!mapped.ok) return { ok: false, outcome: outcome ?? correct(...mapped.problems) }
    return outcome ? { ok: false, outcome } : rehearsedOperations(mapped.operations)
  }
}

/** A complete snapshot is taken as it is, as the flow does; else the record is read. */
function rehearsal<Shape extends z.ZodType>(
  shape: Shape,
  read: (id: string) => Promise<Answer<z.infer<Shape>>>,
  map: (record: z.infer<Shape>, rules: Rules | undefined) => Promise<Rehearsed>,
): Rehearsal {
  return async (payload, rules) => {
    const envelope = clarityEnvelope.safeParse(jsonOf(payload))
    if (!envelope.success) return { ok: false, outcome: correct(...problemsOf(envelope.error)) }
    const snapshot = shape.safeParse(envelope.data.data)
    const current = snapshot.success ? { ok: true as const, value: snapshot.data } : await read(envelope.data.data.id)
    return current.ok ? map(current.value, rules) : current
  }
}
