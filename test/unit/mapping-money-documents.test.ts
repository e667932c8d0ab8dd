import { describe, expect, it } from 'vitest'
import { type InvoiceState, invoiceToClarity } from '../../clarity-extension/mapping/invoice.ts'
import { mergeTables } from '../../clarity-extension/mapping/lookups.ts'
import { type ReturnState, returnToClarity, returnToOperation } from '../../clarity-extension/mapping/return.ts'
import { returnRequest } from '../../shared/entities.ts'
import { fixture } from '../flows/support.ts'
import { operationsOf, usd } from './mapping-support.ts'

const invoice: InvoiceState = {
  id: 41,
  number: 'INV/2026/00001',
  state: 'posted',
  payment_state: 'not_paid',
  currency: 'USD',
  total: '28.75',
  due: '28.75',
  due_date: '2026-12-20',
  orders: [{ id: 12, ref: '1001' }],
}
const told = (change: Partial<InvoiceState>) =>
  invoiceToClarity({ ...invoice, ...change }, 'https://b/documents/invoices/41')

describe('an invoice of Odoo in the storefront', () => {
  it.each([
    ['unpaid', {}, '28.75'],
    ['partiallyPaid', { due: '8.75', payment_state: 'partial' }, '8.75'],
    ['paid', { due: '0.00', payment_state: 'in_payment' }, '0.00'],
    ['void', { state: 'cancel' as const, due: '0.00' }, '0'],
    ['void', { payment_state: 'reversed', due: '0.00' }, '0'],
  ])('is %s', (status, change, balanceDue) => {
    expect(told(change)).toMatchObject({
      status,
      balanceDue,
      total: '28.75',
      orderId: '1001',
      number: 'INV/2026/00001',
    })
  })

  it('is nobody’s business while it is a draft', () => {
    expect(told({ state: 'draft' })).toBeUndefined()
  })

  it('of several orders belongs to none of them alone', () => {
    const orders = [
      { id: 12, ref: '1001' },
      { id: 13, ref: '1002' },
    ]
    expect(told({ orders })).toMatchObject({ orderId: null, attributes: { orderIds: ['1001', '1002'] } })
  })

  it('has a document only while it counts', () => {
    expect(told({})?.pdfUrl).toContain('/documents/invoices/41')
    expect(told({ state: 'cancel' })?.pdfUrl).toBeNull()
  })
})

const request = (change: object = {}) => {
  const { data } = JSON.parse(fixture('return.created').payload.toString())
  return returnRequest.parse({ ...data, ...change })
}
const follow = (status: string) => {
  const mapped = returnToOperation(request({ status }), usd)
  return mapped.ok ? mapped.operation.follow : mapped.outcome
}

describe('a return of the storefront in Odoo', () => {
  it('makes documents only when its status asks for them', () => {
    expect(follow('requested')).toEqual([])
    expect(follow('approved')).toEqual(['receive'])
    expect(follow('received')).toEqual(['receive', 'validate'])
    expect(follow('refunded')).toEqual(['receive', 'refund'])
    expect(follow('rejected')).toEqual(['cancel'])
  })

  it('keeps two conditions of one line apart, and its own currency', () => {
    const [item] = request().items
    const items = [
      { ...item, quantity: '1', restock: true },
      { ...item, quantity: '1', restock: false },
    ]
    const mapped = returnToOperation(request({ items, currency: 'EUR' }), usd)
    expect(mapped).toMatchObject({
      operation: {
        kind: 'return',
        model: 'clarity.return',
        values: {
          order_id: { $ref: `order:${request().orderId}` },
          currency_id: { $find: { model: 'res.currency', by: { name: 'EUR' } } },
          line_ids: {
            $lines: {
              key: 'clarity_ref',
              items: [
                { clarity_ref: '1', line_ref: item?.lineId, restock: true },
                { clarity_ref: '2', line_ref: item?.lineId, restock: false },
              ],
            },
          },
        },
      },
    })
  })
})

const state: ReturnState = {
  ref: '501',
  id: 3,
  version: '2026-11-22T09:00:00.000Z',
  order: { id: 12, ref: '1001' },
  status: 'approved',
  currency: 'USD',
  received: 'no',
  credited: '0.00',
  open: '0.00',
  credit_notes: [],
}

describe('what Odoo knows of a return', () => {
  const before = { status: 'approved' as const, refundAmount: '10.00' }

  it('is told when all goods are back, and when the credit note is settled', () => {
    expect(returnToClarity(state, before)).toBeUndefined()
    expect(returnToClarity({ ...state, received: 'part' }, before)).toBeUndefined()
    expect(returnToClarity({ ...state, received: 'all' }, before)).toEqual({ status: 'received' })
    const credited = { ...state, received: 'all' as const, credited: '10.00' }
    expect(returnToClarity({ ...credited, open: '10.00' }, before)).toEqual({ status: 'received' })
    expect(returnToClarity(credited, before)).toEqual({ status: 'refunded' })
    expect(returnToClarity({ ...credited, credited: '9.50' }, before)).toEqual({
      status: 'refunded',
      refundAmount: '9.50',
    })
  })

  it('never takes a step back and says nothing twice', () => {
    const refunded = { status: 'refunded' as const, refundAmount: '10' }
    expect(returnToClarity({ ...state, received: 'all' }, refunded)).toBeUndefined()
    expect(returnToClarity({ ...state, received: 'all', credited: '10.00' }, refunded)).toBeUndefined()
    expect(returnToClarity({ ...state, received: 'all' }, { ...before, status: 'rejected' })).toBeUndefined()
  })
})

describe('payments of an order', () => {
  const paid = (state: string, id = 'p1') => ({
    id,
    method: 'card',
    transactionId: `tx-${id}`,
    amount: '10.00',
    currency: 'USD',
    state,
    at: '2026-11-20T10:00:00.000Z',
  })
  const models = (payments: object[], context = usd) =>
    operationsOf('guest', { payments }, context).map(({ model, ref }) => `${model} ${ref.split('/')[1] ?? ''}`.trim())

  it('are all shown on it; only money that came in is booked', () => {
    const states = ['pending', 'authorized', 'captured', 'failed', 'voided', 'refunded']
    const payments = states.map((state, index) => paid(state, `p${index}`))
    const [order] = operationsOf('guest', { payments })
    const shown = states.map((state, index) => expect.objectContaining({ clarity_ref: `p${index}`, state }))
    expect(order?.values.clarity_payment_ids).toEqual({ $lines: { key: 'clarity_ref', items: shown } })
    expect(models(payments)).toEqual(['sale.order', 'account.payment p2', 'account.payment p5'])
  })

  it('bring what the provider kept, and its account where the table names one', () => {
    const withFee = { ...paid('captured'), fee: '0.59' }
    const payment = (context = usd, one: object = withFee) =>
      operationsOf('guest', { payments: [one] }, context).find(({ model }) => model === 'account.payment')?.values
    expect(payment()).toMatchObject({ clarity_fee: '0.59' })
    expect(payment()).not.toHaveProperty('clarity_fee_account_id')
    const lookups = mergeTables(usd.lookups, { provider_fee: { entries: { '*': '601990' } } })
    expect(payment({ ...usd, lookups })).toMatchObject({
      clarity_fee_account_id: { $find: { model: 'account.account', by: { code: '601990' } } },
    })
    expect(payment({ ...usd, lookups }, { ...withFee, fee: '0.00' })).not.toHaveProperty('clarity_fee')
  })

  it('that went back are paid back, unless payments are switched off', () => {
    const [order] = operationsOf('guest', { payments: [paid('refunded')] })
    expect(order?.follow).toEqual(['confirm', 'refund'])
    expect(operationsOf('guest', { payments: [paid('captured')] })[0]?.follow).toEqual(['confirm'])
    const off = operationsOf('guest', { payments: [paid('refunded')] }, { ...usd, payments: false })
    expect(off.map(({ model, follow }) => [model, follow])).toEqual([['sale.order', ['confirm']]])
  })
})
