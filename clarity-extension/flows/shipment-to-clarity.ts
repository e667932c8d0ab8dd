import { createHash } from 'node:crypto'
import { odooEnvelope } from '../../shared/events.ts'
import { type Answer, correct, done, skip } from '../../shared/outcome.ts'
import { type PickingState, type ShipmentBody, shipmentToClarity } from '../mapping/shipment.ts'
import type { Flow } from './flow.ts'
import { problemsOf } from './problems.ts'

/**
 * picking.done and picking.tracking from Odoo -> one shipment per picking in the storefront. A backorder is another picking,
 * hence another shipment. Tracking that comes later completes the shipment that is there.
 */
export interface ShipmentPorts {
  readPicking(id: number): Promise<Answer<PickingState | undefined>>
  /** Warehouse code -> the storefront's locationKey; undefined where the warehouse has none. */
  location(warehouse: string): string | undefined
  link(pickingId: number): Promise<{ shipmentId: string; hash: string | null } | undefined>
  saveLink(picking: PickingState, shipmentId: string, hash: string): Promise<void>
  listShipments(
    orderId: string,
    traceparent: string,
  ): Promise<Answer<{ id: string; externalKey?: string | null | undefined }[]>>
  postShipment(
    orderId: string,
    body: ShipmentBody,
    idempotencyKey: string,
    traceparent: string,
  ): Promise<Answer<{ id: string }>>
  patchShipment(
    orderId: string,
    shipmentId: string,
    body: Pick<ShipmentBody, 'trackingNumber' | 'trackingUrl' | 'carrier'>,
    idempotencyKey: string,
    traceparent: string,
  ): Promise<Answer<unknown>>
}

export const shipmentToClarityFlow =
  (ports: ShipmentPorts): Flow =>
  async (event, trace) => {
    const envelope = odooEnvelope.safeParse(JSON.parse(event.payload.toString('utf8')))
    if (!envelope.success) return correct(...problemsOf(envelope.error))
    if (!('picking_id' in envelope.data.data)) return skip('not_for_us', `${envelope.data.type} has its own flow`)
    const { traceparent } = event

    const read = await ports.readPicking(envelope.data.data.picking_id)
    if (!read.ok) return read.outcome
    const picking = read.value
    if (!picking) return skip('not_for_us', 'the delivery no longer exists in Odoo')
    if (picking.state !== 'done') return skip('not_for_us', `${picking.name} is ${picking.state}`)
    trace.step('picking', `${picking.name} is done`)
    const body = shipmentToClarity(picking, ports.location)
    if (!body) return skip('not_for_us', `${picking.name} delivers nothing that was ordered in the storefront`)
    trace.step('map', `${picking.name}: ${body.lines.length} lines, tracking ${body.trackingNumber ?? 'not yet'}`, body)

    const hash = createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 32)
    const orderId = picking.order.ref
    const known = (await ports.link(picking.id)) ?? (event.attempt > 1 ? await findLost(body) : undefined)
    if (known && 'outcome' in known) return known.outcome
    if (known?.hash === hash) return skip('unchanged', `the storefront shows ${picking.name} as it is`)

    const key = `order:${orderId}:picking:${picking.id}`
    if (known) {
      const { trackingNumber, trackingUrl, carrier } = body
      const patch = { trackingNumber, trackingUrl, carrier }
      const answer = await ports.patchShipment(orderId, known.shipmentId, patch, `${event.key}:${key}`, traceparent)
      if (!answer.ok) return answer.outcome
      await ports.saveLink(picking, known.shipmentId, hash)
      trace.step('shipment', `${picking.name} completed with tracking`)
      return done(`${picking.name} completed with tracking ${trackingNumber ?? 'removed'}`)
    }
    const posted = await ports.postShipment(orderId, body, key, traceparent)
    if (!posted.ok) return posted.outcome
    await ports.saveLink(picking, posted.value.id, hash)
    trace.step('shipment', `${picking.name} is ${posted.value.id}`)
    return done(`${picking.name} is shipment ${posted.value.id}`)

    /** An earlier attempt may have been applied and its answer lost: the picking's name is the shipment's key. */
    async function findLost(wanted: ShipmentBody) {
      const there = await ports.listShipments(orderId, traceparent)
      if (!there.ok) return there
      const found = there.value.find(({ externalKey }) => externalKey === wanted.externalKey)
      return found && { shipmentId: found.id, hash: null }
    }
  }
