import type { components } from '../../../odoo-bridge/client/schema.d.ts'
import { amount, currencyDigits, sum } from '../../../shared/money.ts'
import { Refused } from './refused.ts'
import { all, one, type RowOf } from './rows.ts'
import { bringBack } from './stock.ts'
import { linesOf } from './totals.ts'
import { odooTime, type World } from './world.ts'

type Return = RowOf<'clarity.return'>
type ReturnLine = RowOf<'clarity.return.line'>

/** Returns as the stand-in knows them: goods that come back, and money. It makes no invoices, hence no credit notes. */
export function returnStates(world: World, store: string, refs: string[]): components['schemas']['ReturnState'][] {
  return refs.flatMap((ref) => {
    const link = world.links.get(store, 'return', ref)
    if (!link) return []
    const row = one(world.records, 'clarity.return', link.res_id)
    const order = world.links.of('sale.order', row.order_id)
    const currency = one(world.records, 'res.currency', row.currency_id).name
    const none = amount(0).toFixed(currencyDigits(currency))
    return {
      ref,
      id: row.id,
      version: link.version,
      order: { id: row.order_id, ref: order?.ref ?? '' },
      status: row.status,
      currency,
      received: row.received ? ('all' as const) : ('no' as const),
      credited: none,
      open: none,
      credit_notes: [],
    }
  })
}

/** @throws Refused when more would come back than was delivered */
export function receive(world: World, id: number): boolean {
  const row = one(world.records, 'clarity.return', id)
  if (row.received) return false
  for (const { line, sold } of goods(world, row)) {
    if (sold && amount(line.quantity).lte(sold.qty_delivered)) continue
    const message = `Only what was delivered can come back: ${sold?.name ?? line.line_ref}, ${line.quantity}.`
    throw new Refused('review', [{ code: 'not_delivered', field: '/line_ids', value: line.line_ref, message }])
  }
  return false
}

/** Puts the goods back on their shelf. @returns whether they were not there yet */
export function receiveGoods(world: World, id: number): boolean {
  const row = one(world.records, 'clarity.return', id)
  if (row.received) return false
  for (const { line, sold } of goods(world, row)) if (sold) bringBack(world, sold, amount(line.quantity))
  world.records.update('clarity.return', id, { received: true })
  return true
}

/** Money that the storefront says went back and that no payment says yet. */
export function payBack(world: World, orderId: number): boolean {
  const { records } = world
  const said = all(records, 'clarity.payment', { order_id: orderId })
  const byPayments = sum(said.filter(({ state }) => state === 'refunded').map((row) => amount(row.amount)))
  const returns = all(records, 'clarity.return', { order_id: orderId }).filter(({ status }) => status === 'refunded')
  const byReturns = sum(returns.map(({ refund_amount }) => amount(refund_amount)))
  const booked = sum(all(records, 'account.payment', { clarity_order_id: orderId }).map((row) => amount(row.amount)))
  const left = (byPayments.gt(byReturns) ? byPayments : byReturns).minus(booked)
  const source = said.find(({ state }) => state === 'refunded') ?? said.find(({ state }) => state === 'captured')
  if (!source || left.lte(0)) return false
  const order = one(records, 'sale.order', orderId)
  records.create('account.payment', {
    name: `PBNK1/${String(records.next('payment')).padStart(5, '0')}`,
    state: 'paid',
    payment_type: 'outbound',
    partner_type: 'customer',
    partner_id: order.partner_id,
    amount: left.toString(),
    currency_id: source.currency_id,
    journal_id: source.journal_id,
    date: odooTime(world.now()).slice(0, 10),
    clarity_order_id: orderId,
  })
  return true
}

function goods(
  world: World,
  { id, order_id }: Return,
): { line: ReturnLine; sold: ReturnType<typeof linesOf>[number] | undefined }[] {
  const sold = linesOf(world, order_id)
  return all(world.records, 'clarity.return.line', { return_id: id })
    .filter(({ restock }) => restock)
    .map((line) => ({ line, sold: sold.find(({ clarity_ref }) => clarity_ref === line.line_ref) }))
}
