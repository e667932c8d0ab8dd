import type { Customer, Order } from '../../../shared/entities.ts'
import { planOrder } from '../order/plan.ts'
import { defaultRuleSets, type OrderContext, type OrderMapped, writeOrder } from '../order.ts'
import type { ExpressionPool } from './pool.ts'

/** orderToOperations() for rule sets that may hold JSONata: runs the expressions first, apart and with limits. */
export async function mapOrder(
  order: Order,
  customer: Customer | undefined,
  context: OrderContext,
  pool: ExpressionPool,
): Promise<OrderMapped> {
  const planned = planOrder(order, customer, context, context.ruleSets ?? defaultRuleSets)
  if (!planned.ok) return planned
  const { plan } = planned
  const mappings = [plan.main, ...plan.ensure, ...plan.payments, ...(plan.profile ? [plan.profile] : [])]
  const results = await Promise.all(mappings.map(({ set, source, base }) => pool.evaluate(set, source, context, base)))
  const expressions = new Map(results.flatMap((one) => [...one]))
  return writeOrder(plan, { ...context, expressions })
}
