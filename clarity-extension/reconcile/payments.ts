import type { Order, ReturnRequest } from '../../shared/entities.ts'
import { type Amount, amount, currencyDigits, sum, ZERO } from '../../shared/money.ts'
import type { Compared, Comparison, Drift } from './drift.ts'
import { paidBack } from './paid-back.ts'
import type { Booked } from './takings.ts'

export interface PaymentParts {
  wanted(): Promise<boolean>
  /** The storefront's orders that changed lately, in pages. */
  orders(): AsyncIterable<Order[]>
  /** Its returns that changed lately. */
  returns(): Promise<ReturnRequest[]>
  /** Odoo's posted payments of as long as that. */
  booked(): Promise<Booked[]>
  /** Whether the order was ever brought to Odoo: what was not is missing as a whole. */
  known(orderId: string): Promise<boolean>
}

/** Every payment that came in against its booking, and what went back of every order against what Odoo paid back. */
export const comparePayments = (parts: PaymentParts): Comparison => ({
  name: 'payments',
  kinds: ['payment', 'refund'],
  wanted: parts.wanted,
  async compare(signal): Promise<Compared> {
    const booked = await parts.booked()
    const byRef = new Map(booked.flatMap((row) => (row.ref === null ? [] : [[row.ref, row] as const])))
    const back = Map.groupBy(
      booked.filter(({ ref, order }) => ref === null && order !== null),
      ({ order }) => order ?? '',
    )
    const returns = Map.groupBy(await parts.returns(), ({ orderId }): string => orderId)
    const compared: Compared = { drifts: [], checked: 0, read: { clarity: 0, odoo: booked.length } }
    for await (const orders of parts.orders()) {
      compared.read.clarity += orders.length
      for (const order of orders) {
        const money = order.payments.filter(({ state }) => state === 'captured' || state === 'refunded')
        if (money.length === 0 || !(await parts.known(order.id))) continue
        compared.checked += money.length + 1
        compared.drifts.push(...payments(order, byRef))
        compared.drifts.push(...refunds(order, returns.get(order.id) ?? [], back.get(order.id) ?? []))
      }
      if (signal.aborted) throw new Error('interrupted')
    }
    return compared
  },
})

function payments(order: Order, byRef: ReadonlyMap<string, Booked>): Drift[] {
  return order.payments.flatMap(({ id, state, amount: value, currency }): Drift[] => {
    const ref = `${order.id}/${id}`
    const row = byRef.get(ref)
    const came = state === 'captured' || state === 'refunded'
    if (came ? row && row.currency === currency && amount(row.amount).eq(value) : !row) return []
    return [
      {
        kind: 'payment',
        key: ref,
        lane: `order:${order.id}`,
        subject: order.number,
        clarity: `${value} ${currency}, ${state}`,
        odoo: row ? `${row.amount} ${row.currency} (${row.name})` : null,
      },
    ]
  })
}

function refunds(order: Order, returns: readonly ReturnRequest[], rows: readonly Booked[]): Drift[] {
  const said = paidBack(order, returns, () => true)
  const went = rows.length > 0 ? sum(rows.map((row) => amount(row.amount))).neg() : ZERO
  if (said.eq(went)) return []
  const text = (value: Amount) =>
    value.isZero() ? null : `${value.toFixed(currencyDigits(order.currency))} ${order.currency}`
  const about = { lane: `order:${order.id}`, subject: order.number }
  return [{ ...about, kind: 'refund', key: order.id, clarity: text(said), odoo: text(went) }]
}
