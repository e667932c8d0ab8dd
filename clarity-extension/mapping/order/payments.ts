import type { MappingContext } from '../context.ts'
import { type Mapped, map } from '../engine.ts'
import type { RuleSet } from '../rules.ts'
import { digest } from './digest.ts'
import type { EnsuredRecord, Operation } from './operation.ts'
import { version } from './operation.ts'
import type { PreparedOrder } from './prepare.ts'

export interface MappedPayment {
  mapped: Mapped
  /** Absent when the payment could not be mapped. */
  operation?: Operation
}

/**
 * One operation per captured payment: an authorised one is a promise, not money, and the others never came or went back. Each
 * brings its customer with it, so it does not depend on the order's own fate.
 */
export function paymentOperations(
  order: PreparedOrder,
  set: RuleSet,
  customer: EnsuredRecord[],
  context: MappingContext,
): MappedPayment[] {
  return order.payments.flatMap((payment, index) => {
    if (payment.state !== 'captured') return []
    const source = {
      ...payment,
      customer: order.parties.customer,
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
      ensure: customer,
      follow,
      accept_difference: false,
    }
    return { mapped, operation }
  })
}
