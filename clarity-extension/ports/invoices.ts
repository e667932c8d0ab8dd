import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import type { ClarityClient } from '../clarity/client.ts'
import type { InvoicePorts } from '../flows/invoice-to-clarity.ts'
import type { Links } from '../links.ts'

/**
 * What the invoice flow needs, from the real clients.
 * @param publicUrl where the storefront reaches this bridge
 */
export function invoicePorts(
  clarity: Pick<ClarityClient, 'putInvoice'>,
  odoo: Pick<OdooClient, 'readState'>,
  links: Links,
  store: string,
  publicUrl: string | undefined,
): InvoicePorts {
  return {
    async readInvoice(id, traceparent) {
      const reply = await odoo.readState(store, 'invoice', [`${id}`], { traceparent })
      return reply.ok ? { ok: true, value: reply.value.invoices[0] } : reply
    },
    pdfUrl: (id) => (publicUrl ? `${publicUrl.replace(/\/$/, '')}/documents/invoices/${id}` : null),
    async told(id) {
      const link = await links.byOdoo('account.move', id)
      return link && { number: link.odooName, hash: link.clarityHash }
    },
    saveTold: ({ id, number }, clarityId, hash) =>
      links.save({
        kind: 'invoice',
        clarityId,
        odooModel: 'account.move',
        odooId: id,
        odooName: number,
        clarityHash: hash,
      }),
    putInvoice: (key, body, traceparent) => clarity.putInvoice(key, body, { traceparent }),
  }
}
