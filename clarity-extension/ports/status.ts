import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import { skip } from '../../shared/outcome.ts'
import type { ClarityClient } from '../clarity/client.ts'
import { orderReader } from '../delivery/state-reader.ts'
import type { SwitchPorts } from '../flows/gate.ts'
import { type OrderStatusPorts, publishStatus } from '../flows/order-status-to-clarity.ts'
import type { OrderToOdooPorts } from '../flows/order-to-odoo.ts'
import type { Ledger } from '../ledger/types.ts'
import type { Links } from '../links.ts'
import type { LookupBook } from '../lookups/book.ts'
import { statusToClarity } from '../mapping/status.ts'
import { statusLinks } from './linked.ts'

/** What the status flow needs, from the real clients. */
export function statusPorts(
  clarity: ClarityClient,
  odoo: OdooClient,
  links: Links,
  store: string,
  lookups: LookupBook,
): OrderStatusPorts {
  return {
    statusOf: async (state) => statusToClarity(state, await lookups.tables()),
    readOrderState: orderReader(odoo, store),
    readShown: (orderId, traceparent) => clarity.getOrder(orderId, { traceparent }),
    ...statusLinks(links),
    patchStatus: (orderId, body, idempotencyKey, traceparent) =>
      clarity.patchOrderStatus(orderId, body, idempotencyKey, { traceparent }),
  }
}

/**
 * The status that travels back with an order. While that direction is off it becomes an event of its own, which the switch
 * then records as skipped: so it can be replayed after switching on, like those that Odoo sends.
 */
export function statusWhenOn(
  status: OrderStatusPorts,
  switches: SwitchPorts,
  ledger: Pick<Ledger, 'enqueue'>,
): OrderToOdooPorts['publishStatus'] {
  const publish = publishStatus(status)
  return async (state, event, trace) => {
    if (await switches.enabled('order', 'toClarity')) return publish(state, event, trace)
    await ledger.enqueue({
      type: 'sale_order.changed',
      lane: event.lane,
      subject: state.ref,
      priority: 1,
      data: { order: { id: state.id, ref: state.ref } },
    })
    trace.step('status', 'not told to the storefront: that direction is switched off')
    return skip('switched_off', 'Orders are switched off from Odoo to the storefront.')
  }
}
