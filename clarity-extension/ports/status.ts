import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import type { ClarityClient } from '../clarity/client.ts'
import type { OrderStatusPorts } from '../flows/order-status-to-clarity.ts'
import type { Links } from '../links.ts'

/** What the status flow needs, from the real clients. */
export function statusPorts(clarity: ClarityClient, odoo: OdooClient, links: Links, store: string): OrderStatusPorts {
  return {
    async readOrderState(orderId, traceparent) {
      const reply = await odoo.readState(store, 'order', [orderId], { traceparent })
      return reply.ok ? { ok: true, value: reply.value.orders[0] } : reply
    },
    async told(orderId) {
      return (await links.get('order', orderId))?.clarityHash ?? undefined
    },
    saveTold: (state, told) =>
      links.save({
        kind: 'order',
        clarityId: state.ref,
        odooModel: 'sale.order',
        odooId: state.id,
        odooName: state.name,
        clarityHash: told,
      }),
    patchStatus: (orderId, body, idempotencyKey, traceparent) =>
      clarity.patchOrderStatus(orderId, body, idempotencyKey, { traceparent }),
  }
}
