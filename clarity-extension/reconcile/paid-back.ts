import type { Order, ReturnRequest } from '../../shared/entities.ts'
import { type Amount, amount, sum, ZERO } from '../../shared/money.ts'

/** An order as far as money went back for it. */
export type Refundable = Pick<Order, 'payments' | 'currency'>

/**
 * What the storefront says went back. Refunded payments and refunded returns are often the same money told twice: the larger
 * of both sums counts, as Odoo books it (the addon's tools/payments.py).
 */
export function paidBack(
  { payments }: Refundable,
  returns: readonly ReturnRequest[],
  within: (at: string) => boolean,
): Amount {
  const byPayments = payments.filter(({ state, at }) => state === 'refunded' && within(at))
  const byReturns = returns.filter(({ status, updatedAt }) => status === 'refunded' && within(updatedAt))
  const paid = total(byPayments.map((one) => one.amount))
  const returned = total(byReturns.map((one) => one.refundAmount))
  return paid.gt(returned) ? paid : returned
}

const total = (values: string[]): Amount => (values.length > 0 ? sum(values.map((value) => amount(value))) : ZERO)
