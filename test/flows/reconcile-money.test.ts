import { describe, expect, it } from 'vitest'
import { SideAway } from '../../clarity-extension/reconcile/answer.ts'
import { compareInvoices } from '../../clarity-extension/reconcile/invoices.ts'
import { comparePayments } from '../../clarity-extension/reconcile/payments.ts'
import { compareReturns } from '../../clarity-extension/reconcile/returns.ts'
import { reconcile } from '../../clarity-extension/reconcile/run.ts'
import type { Booked } from '../../clarity-extension/reconcile/takings.ts'
import type { CreditState, InvoiceState, ReturnState } from '../../odoo-bridge/client/shapes.ts'
import {
  type Invoice,
  invoice as invoiceShape,
  type Order,
  order as orderShape,
  type Payment,
  type ReturnRequest,
  returnRequest,
} from '../../shared/entities.ts'

const { signal } = new AbortController()
const AT = '2026-11-20T10:00:00Z'
const address = { line1: '1 Main St', city: 'Springfield', country: 'US' }
async function* pages<T>(...batches: T[][]) {
  yield* batches
}
const wanted = async () => true

describe('payments', () => {
  const order = (id: string, payments: Partial<Payment>[]): Order =>
    orderShape.parse({
      ...{ id, updatedAt: AT, number: `#${id}`, status: 'processing', currency: 'EUR', pricesIncludeTax: false },
      items: [
        {
          lineId: 'L1',
          sku: 'MUG',
          name: 'Mug',
          quantity: '1',
          unitPrice: '10',
          taxAmount: '0',
          taxRate: '0',
          total: '10',
        },
      ],
      ...{ subtotal: '10', shippingTotal: '0', taxTotal: '0', total: '10', placedAt: AT },
      ...{ billingAddress: address, shippingAddress: address },
      payments: payments.map((one, index) => ({
        ...{ id: `p${index + 1}`, method: 'card', amount: '10.00', currency: 'EUR', state: 'captured', at: AT },
        ...one,
      })),
    })
  const booked = (ref: string | null, amount: string, over: Partial<Booked> = {}): Booked => ({
    ...{
      id: 1,
      name: 'PBNK1/1',
      ref,
      order: null,
      of: null,
      journal: 'BNK1',
      date: '2026-11-20',
      currency: 'EUR',
      amount,
    },
    ...over,
  })
  const compare = (orders: Order[], rows: Booked[], returns: ReturnRequest[] = [], known = async () => true) =>
    comparePayments({
      wanted,
      orders: () => pages(orders),
      returns: async () => returns,
      booked: async () => rows,
      known,
    }).compare(signal)

  it('agree, whatever the zeros; what never came in is no payment', async () => {
    const orders = [order('1', [{}, { state: 'authorized' }, { state: 'failed' }])]
    expect((await compare(orders, [booked('1/p1', '10')])).drifts).toEqual([])
  })

  it('name one that is not booked, in another amount, or booked though it failed', async () => {
    const orders = [order('1', [{}, { amount: '5.00' }, { state: 'failed' }])]
    expect((await compare(orders, [booked('1/p2', '4.00'), booked('1/p3', '10.00')])).drifts).toMatchObject([
      { kind: 'payment', key: '1/p1', lane: 'order:1', clarity: '10.00 EUR, captured', odoo: null },
      { kind: 'payment', key: '1/p2', clarity: '5.00 EUR, captured', odoo: '4.00 EUR (PBNK1/1)' },
      { kind: 'payment', key: '1/p3', clarity: '10.00 EUR, failed', odoo: '10.00 EUR (PBNK1/1)' },
    ])
  })

  it('name an order for which another amount went back', async () => {
    const orders = [order('1', [{ state: 'refunded' }]), order('2', [{}])]
    const back = booked(null, '-7.50', { order: '2' })
    expect((await compare(orders, [booked('1/p1', '10'), booked('2/p1', '10'), back])).drifts).toMatchObject([
      { kind: 'refund', key: '1', clarity: '10.00 EUR', odoo: null },
      { kind: 'refund', key: '2', clarity: null, odoo: '7.50 EUR' },
    ])
  })

  it('leave an order that never came to Odoo to its own row', async () => {
    expect((await compare([order('1', [{}])], [], [], async () => false)).drifts).toEqual([])
  })
})

describe('invoices', () => {
  const state = (id: number, over: Partial<InvoiceState> = {}): InvoiceState => ({
    ...{
      id,
      number: `INV/${id}`,
      state: 'posted',
      payment_state: 'not_paid',
      currency: 'EUR',
      total: '10.00',
      due: '10.00',
    },
    ...{ due_date: null, orders: [{ id: 12, ref: '1' }] },
    ...over,
  })
  const shown = (id: number, over: Partial<Invoice> = {}): Invoice =>
    invoiceShape.parse({
      ...{ id: `inv${id}`, updatedAt: AT, externalKey: `INV/${id}`, number: `INV/${id}` },
      ...{ status: 'unpaid', currency: 'EUR', total: '10', balanceDue: '10' },
      ...over,
    })
  const compare = (there: Invoice[], states: InvoiceState[]) =>
    compareInvoices({
      wanted,
      shown: () => pages(there),
      page: async (after) => ({ invoices: states.filter(({ id }) => id > after), next: null }),
    }).compare(signal)

  it('agree in status, total and what is due; one that was cancelled before it was told is nothing', async () => {
    expect((await compare([shown(1)], [state(1), state(2, { state: 'cancel' })])).drifts).toEqual([])
  })

  it('name one that is missing on either side, or paid on one only', async () => {
    const states = [state(1, { payment_state: 'paid', due: '0.00' }), state(2)]
    expect((await compare([shown(1), shown(3)], states)).drifts).toMatchObject([
      { key: 'INV/1', lane: 'invoice:1', clarity: 'unpaid, 10 EUR, 10 due', odoo: 'paid, 10.00 EUR, 0.00 due' },
      { key: 'INV/2', clarity: null, odoo: 'unpaid, 10.00 EUR, 10.00 due' },
      { key: 'INV/3', clarity: 'unpaid, 10 EUR, 10 due', odoo: null },
    ])
  })
})

describe('returns', () => {
  const request = (id: string, over: Partial<ReturnRequest> = {}): ReturnRequest =>
    returnRequest.parse({
      ...{ id, updatedAt: AT, orderId: '1', currency: 'EUR', refundAmount: '4.00', status: 'refunded' },
      items: [{ lineId: 'L1', sku: 'MUG', quantity: '1' }],
      ...over,
    })
  const state = (ref: string, over: Partial<ReturnState> = {}): ReturnState => ({
    ...{ ref, id: 5, version: AT, order: { id: 12, ref: '1' }, status: 'refunded', currency: 'EUR', received: 'all' },
    ...{ credited: '4.00', open: '0.00', credit_notes: ['RINV/1'] },
    ...over,
  })
  const credit = (id: number, over: Partial<CreditState> = {}): CreditState => ({
    ...{ id, number: `RINV/${id}`, currency: 'EUR', total: '4.00', order: { id: 12, ref: '1' }, return: 'r1' },
    ...over,
  })
  const compare = (there: ReturnRequest[], states: ReturnState[], credits: CreditState[] = [], known = true) =>
    compareReturns({
      wanted,
      returns: async () => there,
      page: async () => ({ returns: states, next: null }),
      credits: async () => ({ credits, next: null }),
      known: async () => known,
    }).compare(signal)
  const kinds = async (...args: Parameters<typeof compare>) => (await compare(...args)).drifts.map(({ kind }) => kind)

  it('agree when goods and money are where both say', async () => {
    expect(await kinds([request('r1')], [state('r1')], [credit(1)])).toEqual([])
    // Nothing was invoiced, so nothing is credited: the money is a payment's business.
    expect(await kinds([request('r1')], [state('r1', { credited: '0.00' })])).toEqual([])
    // The storefront learnt it from Odoo.
    expect(await kinds([request('r1')], [state('r1', { status: 'approved' })])).toEqual([])
  })

  it('name one that Odoo does not have, does not know the newest of, or knows more of', async () => {
    expect((await compare([request('r1')], [])).drifts).toMatchObject([
      { kind: 'return', key: 'r1', lane: 'return:r1', subject: '1', clarity: 'refunded, 4.00 EUR', odoo: null },
    ])
    const behind = state('r1', { status: 'approved', received: 'no', credited: '0.00' })
    expect(await kinds([request('r1')], [behind])).toEqual(['return'])
    expect(await kinds([request('r1', { status: 'approved' })], [state('r1')])).toEqual(['return'])
    expect(await kinds([request('r1')], [state('r1', { credited: '3.99' })])).toEqual(['return'])
    expect(await kinds([request('r1')], [state('r1', { open: '4.00' })])).toEqual(['return'])
  })

  it('leave one of an order that never came to Odoo to that order', async () => {
    expect(await kinds([request('r1')], [], [], false)).toEqual([])
  })

  it('name a credit note that somebody made by hand for an order of the storefront', async () => {
    const { drifts } = await compare([], [], [credit(1), credit(2, { return: null })])
    expect(drifts).toMatchObject([
      { kind: 'credit_note', key: 'RINV/2', subject: '1', clarity: null, odoo: 'RINV/2: 4.00 EUR' },
    ])
  })
})

it('what cannot be read does not keep the others from being compared, and is said', async () => {
  const settled: unknown[] = []
  const none = { drifts: [], checked: 3, read: { clarity: 3, odoo: 3 } }
  const away = {
    name: 'payments',
    kinds: ['payment'] as const,
    compare: () => Promise.reject(new SideAway('no right')),
  }
  const fine = { name: 'invoices', kinds: ['invoice'] as const, compare: async () => none }
  const settle = async (kinds: readonly string[]) => settled.push(...kinds)
  const run = reconcile(() => [away, fine], { settle })({ signal })
  await expect(run).rejects.toThrow('payments: no right; invoices: 3 compared')
  expect(settled).toEqual(['invoice'])
})

it('what is switched off is not compared, and its old differences are gone', async () => {
  const settled: unknown[] = []
  const off = compareInvoices({
    wanted: async () => false,
    shown: () => pages<Invoice>(),
    page: () => Promise.reject(new Error('read though it is off')),
  })
  const settle = async (kinds: readonly string[], found: readonly unknown[]) => settled.push(kinds, found)
  expect(await reconcile(() => [off], { settle })({ signal })).toBe('invoices: switched off')
  expect(settled).toEqual([['invoice'], []])
})
