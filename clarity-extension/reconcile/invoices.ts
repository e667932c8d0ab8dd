import type { InvoiceState } from '../../odoo-bridge/client/shapes.ts'
import type { Invoice } from '../../shared/entities.ts'
import { amount } from '../../shared/money.ts'
import { invoiceToClarity } from '../mapping/invoice.ts'
import type { Compared, Comparison, Drift } from './drift.ts'

export interface InvoiceParts {
  wanted(): Promise<boolean>
  /** Every invoice that the storefront shows, in pages. */
  shown(): AsyncIterable<Invoice[]>
  /** Odoo's posted and cancelled invoices of the storefront's orders after one, by id. */
  page(after: number): Promise<{ invoices: InvoiceState[]; next: number | null }>
}

/** Status, total and what is due of every invoice. */
export const compareInvoices = (parts: InvoiceParts): Comparison => ({
  name: 'invoices',
  kinds: ['invoice'],
  wanted: parts.wanted,
  async compare(signal): Promise<Compared> {
    const shown = new Map<string, Invoice>()
    for await (const page of parts.shown()) for (const one of page) shown.set(one.externalKey ?? one.number, one)
    const drifts: Drift[] = []
    const seen = new Set<string>()
    let after: number | null = 0
    while (after !== null && !signal.aborted) {
      const page: Awaited<ReturnType<InvoiceParts['page']>> = await parts.page(after)
      for (const state of page.invoices) {
        seen.add(state.number)
        drifts.push(...differing(state, shown.get(state.number)))
      }
      after = page.next
    }
    for (const [number, invoice] of shown) {
      if (seen.has(number) || invoice.status === 'void') continue
      const lane = `invoice:${number}`
      drifts.push({ kind: 'invoice', key: number, lane, subject: number, clarity: said(invoice), odoo: null })
    }
    return { drifts, checked: new Set([...seen, ...shown.keys()]).size, read: { clarity: shown.size, odoo: seen.size } }
  },
})

function differing(state: InvoiceState, there: Invoice | undefined): Drift[] {
  const wanted = invoiceToClarity(state, null)
  // Of one that was cancelled before the storefront knew of it there is nothing to tell.
  if (!wanted || (!there && wanted.status === 'void')) return []
  const same =
    there?.status === wanted.status &&
    there.currency === wanted.currency &&
    amount(there.total).eq(wanted.total) &&
    amount(there.balanceDue).eq(wanted.balanceDue)
  if (same) return []
  const about = { key: state.number, lane: `invoice:${state.id}`, subject: state.number }
  return [{ ...about, kind: 'invoice', clarity: there ? said(there) : null, odoo: said(wanted) }]
}

const said = ({ status, total, currency, balanceDue }: Pick<Invoice, 'status' | 'total' | 'currency' | 'balanceDue'>) =>
  `${status}, ${total} ${currency}, ${balanceDue} due`
