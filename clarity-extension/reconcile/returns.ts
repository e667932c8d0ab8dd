import type { CreditState, ReturnState } from '../../odoo-bridge/client/shapes.ts'
import type { ReturnRequest } from '../../shared/entities.ts'
import { amount } from '../../shared/money.ts'
import { returnToClarity } from '../mapping/return.ts'
import type { Compared, Comparison, Drift } from './drift.ts'

export interface ReturnParts {
  wanted(): Promise<boolean>
  /** The storefront's returns that changed lately. */
  returns(): Promise<ReturnRequest[]>
  /** Odoo's returns after one, by id. */
  page(after: number): Promise<{ returns: ReturnState[]; next: number | null }>
  /** Odoo's posted credit notes for the storefront's orders after one, by id. */
  credits(after: number): Promise<{ credits: CreditState[]; next: number | null }>
  /** Whether the order was ever brought to Odoo. */
  known(orderId: string): Promise<boolean>
}

/** Status and refund of every return, and credit notes that are of none. */
export const compareReturns = (parts: ReturnParts): Comparison => ({
  name: 'returns',
  kinds: ['return', 'credit_note'],
  wanted: parts.wanted,
  async compare(signal): Promise<Compared> {
    const there = await parts.returns()
    const states = new Map<string, ReturnState>()
    for (let after: number | null = 0; after !== null && !signal.aborted; ) {
      const page: Awaited<ReturnType<ReturnParts['page']>> = await parts.page(after)
      for (const state of page.returns) states.set(state.ref, state)
      after = page.next
    }
    const drifts: Drift[] = []
    for (const request of there) {
      const state = states.get(request.id)
      if (state || (await parts.known(request.orderId))) drifts.push(...differing(request, state))
    }
    const credits = await byHand(parts, signal)
    drifts.push(...credits.drifts)
    const odoo = states.size + credits.read
    return { drifts, checked: there.length + credits.read, read: { clarity: there.length, odoo } }
  },
})

function differing(request: ReturnRequest, state: ReturnState | undefined): Drift[] {
  const { id, status, refundAmount, currency } = request
  const about = { key: id, lane: `return:${id}`, subject: request.orderId }
  const clarity = `${status}, ${refundAmount} ${currency}`
  if (!state) return [{ ...about, kind: 'return', clarity, odoo: null }]
  const odoo = `${state.status}, received: ${state.received}, credited ${state.credited} ${state.currency}, ${state.open} open`
  // What Odoo knows and the storefront does not, or the other way round.
  const ahead = returnToClarity(state, request) !== undefined
  const behind = state.status !== status && status !== 'rejected' && !reached(state, status)
  const unsettled = status === 'refunded' && !(amount(state.open).isZero() && agrees(state, refundAmount))
  return ahead || behind || unsettled ? [{ ...about, kind: 'return', clarity, odoo }] : []
}

/** The storefront learnt of this step from Odoo itself, so Odoo was never told of it. */
const reached = (state: ReturnState, status: ReturnRequest['status']): boolean =>
  (status === 'received' && state.received === 'all') ||
  (status === 'refunded' && amount(state.credited).gt(0) && amount(state.open).isZero())

/** Without an invoice there is nothing to credit; the money is compared as a payment. */
const agrees = ({ credited }: ReturnState, refund: string): boolean =>
  amount(credited).isZero() || amount(credited).eq(refund)

async function byHand(parts: ReturnParts, signal: AbortSignal): Promise<{ drifts: Drift[]; read: number }> {
  const drifts: Drift[] = []
  let read = 0
  for (let after: number | null = 0; after !== null && !signal.aborted; ) {
    const page: Awaited<ReturnType<ReturnParts['credits']>> = await parts.credits(after)
    read += page.credits.length
    for (const { number, order, total, currency } of page.credits.filter((one) => one.return === null)) {
      const lane = `order:${order.ref}`
      drifts.push({
        kind: 'credit_note',
        key: number,
        lane,
        subject: order.ref,
        clarity: null,
        odoo: `${number}: ${total} ${currency}`,
      })
    }
    after = page.next
  }
  return { drifts, read }
}
