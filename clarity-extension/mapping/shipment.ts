import type { components } from '../../odoo-bridge/client/schema.d.ts'
import { amount, sum } from '../../shared/money.ts'

export type PickingState = components['schemas']['PickingState']

/** Body of `POST /orders/{id}/shipments`; `externalKey` is the picking's name. */
export interface ShipmentBody {
  externalKey: string
  trackingNumber: string | null
  trackingUrl: string | null
  carrier: string | null
  method: string | null
  /** ISO 8601, UTC. */
  shippedAt: string
  locationKey: string | null
  lines: { lineId: string; sku: string; quantity: string }[]
}

/**
 * One finished picking as a shipment. Moves of one order line (several lots, say) are one shipment line; what the storefront
 * did not order (a gift the warehouse added) is not told to it.
 * @param location warehouse code -> locationKey
 * @returns undefined when nothing of it was ordered in the storefront
 */
export function shipmentToClarity(
  picking: PickingState,
  location: (warehouse: string) => string | undefined,
): ShipmentBody | undefined {
  const lines = shippedLines(picking)
  if (lines.length === 0 || !picking.done_at) return undefined
  return {
    externalKey: picking.name,
    trackingNumber: picking.tracking || null,
    trackingUrl: picking.tracking_url || null,
    carrier: picking.carrier || null,
    method: picking.carrier || null,
    shippedAt: new Date(picking.done_at).toISOString(),
    locationKey: location(picking.warehouse) ?? null,
    lines,
  }
}

function shippedLines(picking: PickingState): ShipmentBody['lines'] {
  const byLine = Map.groupBy(
    picking.lines.filter(({ line_ref, sku }) => line_ref && sku),
    ({ line_ref, sku }) => `${line_ref}\n${sku}`,
  )
  return [...byLine.values()].flatMap((moves) => {
    const quantity = sum(moves.map((move) => amount(move.quantity)))
    const { line_ref, sku } = moves[0] ?? {}
    return line_ref && sku && quantity.gt(0) ? [{ lineId: line_ref, sku, quantity: quantity.toFixed() }] : []
  })
}
