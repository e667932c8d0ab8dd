import { describe, expect, it } from 'vitest'
import { type InvoicePorts, invoiceToClarityFlow } from '../../clarity-extension/flows/invoice-to-clarity.ts'
import type { InvoiceState } from '../../clarity-extension/mapping/invoice.ts'
import { retry } from '../../shared/outcome.ts'
import { fixture, quiet } from './support.ts'

const invoice: InvoiceState = {
  id: 41,
  number: 'INV/2026/00001',
  state: 'posted',
  payment_state: 'not_paid',
  currency: 'USD',
  total: '28.75',
  due: '28.75',
  due_date: null,
  orders: [{ id: 12, ref: '1001' }],
}

function setup(change: Partial<InvoicePorts> = {}) {
  const calls: string[] = []
  let state: InvoiceState | undefined = invoice
  let told: { number: string | null; hash: string | null } | undefined
  const ports: InvoicePorts = {
    readInvoice: async () => ({ ok: true, value: state }),
    pdfUrl: (id) => `https://bridge.example.com/documents/invoices/${id}`,
    told: async () => told,
    async saveTold({ number }, _, hash) {
      told = { number, hash }
    },
    async putInvoice(key, { status, balanceDue }) {
      calls.push(`${key} ${status} ${balanceDue}`)
      return { ok: true, value: { id: 'inv_1' } }
    },
    ...change,
  }
  const run = (now: InvoiceState | undefined = state) => {
    state = now
    return invoiceToClarityFlow(ports)(fixture('invoice.changed'), quiet)
  }
  return { calls, run }
}

describe('invoice-to-clarity', () => {
  it('tells number, status and balance under the number, and each change once', async () => {
    const { run, calls } = setup()
    expect(await run()).toMatchObject({ kind: 'done' })
    expect(await run()).toMatchObject({ kind: 'skip', reason: 'unchanged' })
    await run({ ...invoice, due: '0.00', payment_state: 'paid' })
    await run({ ...invoice, state: 'cancel', due: '0.00' })
    expect(calls).toEqual(['INV/2026/00001 unpaid 28.75', 'INV/2026/00001 paid 0.00', 'INV/2026/00001 void 0'])
  })

  it('leaves alone drafts, what nobody was told of, and invoices of others', async () => {
    const { run, calls } = setup()
    expect(await run({ ...invoice, state: 'draft' })).toMatchObject({ kind: 'skip', reason: 'not_for_us' })
    expect(await run({ ...invoice, state: 'cancel' })).toMatchObject({ kind: 'skip', reason: 'not_for_us' })
    const gone = setup({ readInvoice: async () => ({ ok: true, value: undefined }) })
    expect(await gone.run()).toMatchObject({ kind: 'skip', reason: 'not_for_us' })
    expect(calls).toEqual([])
  })

  it('is tried again when the storefront does not take it', async () => {
    const away = retry('network', 'away')
    const { run } = setup({ putInvoice: async () => ({ ok: false, outcome: away }) })
    expect(await run()).toEqual(away)
    expect(await run()).toEqual(away)
  })
})
