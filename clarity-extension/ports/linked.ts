import type { OrderStatusPorts } from '../flows/order-status-to-clarity.ts'
import type { OrderToOdooPorts } from '../flows/order-to-odoo.ts'
import type { ShipmentPorts } from '../flows/shipment-to-clarity.ts'
import type { Links } from '../links.ts'

/** What flows remember of orders and their shipments, kept as links. */

export const orderLinks = (links: Links): Pick<OrderToOdooPorts, 'link' | 'saveLink' | 'saveHash'> => ({
  async link(orderId) {
    const link = await links.get('order', orderId)
    return link && { version: link.clarityVersion, hash: link.hash }
  },
  saveLink: ({ state, version, by }, { id }) =>
    links.save({
      ...orderOf(state),
      odooName: state.name,
      clarityVersion: version,
      wroteBy: { by, eventId: id },
    }),
  saveHash: ({ state, hash }) => links.save({ ...orderOf(state), hash }),
})

export const statusLinks = (links: Links): Pick<OrderStatusPorts, 'told' | 'saveTold'> => ({
  async told(orderId) {
    return (await links.get('order', orderId))?.clarityHash ?? undefined
  },
  saveTold: (state, told) => links.save({ ...orderOf(state), odooName: state.name, clarityHash: told }),
})

export const shipmentLinks = (links: Links): Pick<ShipmentPorts, 'link' | 'saveLink'> => ({
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
})

const orderOf = ({ ref, id }: { ref: string; id: number }) => ({
  kind: 'order',
  clarityId: ref,
  odooModel: 'sale.order',
  odooId: id,
})
