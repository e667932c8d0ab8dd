import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import type { ClarityClient } from '../clarity/client.ts'
import { pickingReader } from '../delivery/state-reader.ts'
import type { ShipmentPorts } from '../flows/shipment-to-clarity.ts'
import type { Links } from '../links.ts'
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
    async link(pickingId) {
      const link = await links.byOdoo('stock.picking', pickingId)
      return link && { shipmentId: link.clarityId, hash: link.clarityHash }
    },
    saveLink: (picking, shipmentId, hash) =>
      links.save({
        kind: 'shipment',
        clarityId: shipmentId,
        odooModel: 'stock.picking',
        odooId: picking.id,
        odooName: picking.name,
        clarityHash: hash,
      }),
    listShipments: (orderId, traceparent) => clarity.listShipments(orderId, { traceparent }),
    postShipment: (orderId, body, idempotencyKey, traceparent) =>
      clarity.postShipment(orderId, body, idempotencyKey, { traceparent }),
    patchShipment: (orderId, shipmentId, body, idempotencyKey, traceparent) =>
      clarity.patchShipment(orderId, shipmentId, body, idempotencyKey, { traceparent }),
  }
}
