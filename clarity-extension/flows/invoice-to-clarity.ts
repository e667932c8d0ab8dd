import { createHash } from 'node:crypto'
import { odooEnvelope } from '../../shared/events.ts'
import { type Answer, correct, done, skip } from '../../shared/outcome.ts'
import { type InvoiceBody, type InvoiceState, invoiceToClarity } from '../mapping/invoice.ts'
import type { Flow } from './flow.ts'
import { problemsOf } from './problems.ts'

/** invoice.changed from Odoo -> the invoice in the storefront: number, status, what is due, and a door to its PDF. */
export interface InvoicePorts {
  readInvoice(id: number, traceparent: string): Promise<Answer<InvoiceState | undefined>>
  /** Of the bridge's own door; null while nobody knows where the bridge can be reached. */
  pdfUrl(id: number): string | null
  /** What the storefront was last told of it. */
  told(id: number): Promise<{ number: string | null; hash: string | null } | undefined>
  saveTold(state: InvoiceState, clarityId: string, hash: string): Promise<void>
  putInvoice(key: string, body: InvoiceBody, traceparent: string): Promise<Answer<{ id: string }>>
}

export const invoiceToClarityFlow =
  (ports: InvoicePorts): Flow =>
  async (event, trace) => {
    const envelope = odooEnvelope.safeParse(JSON.parse(event.payload.toString('utf8')))
    if (!envelope.success) return correct(...problemsOf(envelope.error))
    if (envelope.data.type !== 'invoice.changed') return skip('not_for_us', `${envelope.data.type} has its own flow`)
    const { traceparent } = event

    const read = await ports.readInvoice(envelope.data.data.invoice_id, traceparent)
    if (!read.ok) return read.outcome
    const state = read.value
    if (!state) return skip('not_for_us', 'the invoice belongs to no order of the storefront any more')
    const body = invoiceToClarity(state, ports.pdfUrl(state.id))
    if (!body) return skip('not_for_us', `${state.number} is ${state.state}`)
    trace.step('map', `${state.number}: ${body.status}, ${body.balanceDue} of ${body.total} ${body.currency} due`)

    const hash = createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 32)
    const told = await ports.told(state.id)
    if (told?.hash === hash) return skip('unchanged', `the storefront shows ${state.number} as it is`)
    if (!told && state.state === 'cancel') return skip('not_for_us', `${state.number} was never told`)

    const answer = await ports.putInvoice(state.number, body, traceparent)
    if (!answer.ok) return answer.outcome
    await ports.saveTold(state, answer.value.id, hash)
    return done(`${state.number} is ${body.status} in the storefront`)
  }
