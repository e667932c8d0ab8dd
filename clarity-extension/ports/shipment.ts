import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import type { ClarityClient } from '../clarity/client.ts'
import { pickingReader } from '../delivery/state-reader.ts'
import type { ShipmentPorts } from '../flows/shipment-to-clarity.ts'
import type { Links } from '../links.ts'
import { shipmentLinks } from './linked.ts'
import type { StockSettings } from './stock.ts'

/** What the shipment flow needs, from the real clients. */
export function shipmentPorts(
  clarity: ClarityClient,
  odoo: OdooClient,
  links: Links,
  store: string,
  { location, refresh }: Pick<StockSettings, 'location' | 'refresh'>,
): ShipmentPorts {
  const readPicking = pickingReader(odoo, store)
  return {
    location,
    async readPicking(id) {
      await refresh()
      return readPicking(String(id))
    },
    ...shipmentLinks(links),
    listShipments: (orderId, traceparent) => clarity.listShipments(orderId, { traceparent }),
    postShipment: (orderId, body, idempotencyKey, traceparent) =>
      clarity.postShipment(orderId, body, idempotencyKey, { traceparent }),
    patchShipment: (orderId, shipmentId, body, idempotencyKey, traceparent) =>
      clarity.patchShipment(orderId, shipmentId, body, idempotencyKey, { traceparent }),
  }
}
