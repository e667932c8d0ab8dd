import type { components } from '../../odoo-bridge/client/schema.d.ts'
import { amount } from '../../shared/money.ts'

export type InvoiceState = components['schemas']['InvoiceState']

/** Body of `PUT /invoices/by-key/{number}`. */
export interface InvoiceBody {
  number: string
  status: 'unpaid' | 'partiallyPaid' | 'paid' | 'void'
  currency: string
  total: string
  balanceDue: string
  dueDate: string | null
  orderId: string | null
  pdfUrl: string | null
  attributes?: Record<string, unknown>
}

/**
 * A posted or cancelled invoice of Odoo for the storefront, under its number. An invoice of several orders belongs to none of
 * them alone: `attributes.orderIds` names them.
 * @param pdfUrl of the bridge's own door; never an address of Odoo
 * @returns undefined for a draft, which is nobody's business yet
 */
export function invoiceToClarity(state: InvoiceState, pdfUrl: string | null): InvoiceBody | undefined {
  if (state.state === 'draft' || state.orders.length === 0) return undefined
  const [first, second] = state.orders
  const status = statusOf(state)
  return {
    number: state.number,
    status,
    currency: state.currency,
    total: state.total,
    balanceDue: status === 'void' ? '0' : state.due,
    dueDate: state.due_date,
    orderId: second ? null : (first?.ref ?? null),
    pdfUrl: status === 'void' ? null : pdfUrl,
    ...(second && { attributes: { orderIds: state.orders.map(({ ref }) => ref) } }),
  }
}

/** Whoever owes nothing has paid, by money or by a credit note; an invoice that was reversed as a whole is void. */
function statusOf({ state, payment_state, due, total }: InvoiceState): InvoiceBody['status'] {
  if (state === 'cancel' || payment_state === 'reversed') return 'void'
  if (amount(due).isZero()) return 'paid'
  return amount(due).lt(total) ? 'partiallyPaid' : 'unpaid'
}
