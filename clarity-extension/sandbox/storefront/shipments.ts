import { z } from 'zod'
import { decimal, instant, type Shipment } from '../../../shared/entities.ts'
import { amount, sum } from '../../../shared/money.ts'
import { type Api, type Incoming, pageQueryOf } from './api.ts'
import { matchVersion, newId, type Stored } from './collection.ts'
import { orderOf, shown } from './orders.ts'
import { type FieldError, invalid, notFound, parsed } from './problem.ts'
import type { Shop } from './shop.ts'

export function shipmentRoutes(api: Api, shop: Shop): void {
  api.get('/orders/:id/shipments', 'orders:read', ({ param, query }) => {
    orderOf(shop, param('id'))
    return { status: 200, body: shop.shipments.list({ ...pageQueryOf(query), where: { parent: param('id') } }) }
  })
  api.post('/orders/:id/shipments', 'orders:write', (incoming) => shown(201, addShipment(shop, incoming)))
  api.patch('/orders/:id/shipments/:shipmentId', 'orders:write', (incoming) =>
    shown(200, changeShipment(shop, incoming)),
  )
}

export const shipmentsOf = (shop: Shop, orderId: string): Shipment[] => shop.shipments.under(orderId)

const tracking = z.object({
  externalKey: z.string().min(1).max(200).nullish(),
  attributes: z.record(z.string(), z.unknown()).optional(),
  trackingNumber: z.string().nullish(),
  trackingUrl: z.string().nullish(),
  carrier: z.string().nullish(),
  method: z.string().nullish(),
  locationKey: z.string().nullish(),
  shippedAt: instant.optional(),
})

const request = tracking.extend({
  lines: z.array(z.object({ lineId: z.string(), sku: z.string(), quantity: decimal })).min(1),
})

function addShipment(shop: Shop, { param, body }: Incoming): Stored<Shipment> {
  const wish = parsed(request, body)
  const order = orderOf(shop, param('id')).record
  const errors = linesThatDoNotFit(shop, order, wish.lines)
  if (errors.length > 0) throw invalid(...errors)
  const added = shop.shipments.insert(
    {
      ...wish,
      id: newId('shp', shop.clock()),
      shippedAt: wish.shippedAt ?? new Date(shop.clock()).toISOString(),
    },
    order.id,
  )
  touch(shop, order.id)
  return added
}

function changeShipment(shop: Shop, { param, body, ifMatch }: Incoming): Stored<Shipment> {
  const wish = parsed(tracking.strip(), body)
  const order = orderOf(shop, param('id')).record
  const before = shop.shipments.get(param('shipmentId'))
  if (!before || !shipmentsOf(shop, order.id).some(({ id }) => id === before.record.id)) {
    throw notFound(`Shipment ${param('shipmentId')}`)
  }
  matchVersion(ifMatch, before.version)
  const { attributes, shippedAt, ...rest } = wish
  const after = shop.shipments.save(before, {
    ...before.record,
    ...rest,
    shippedAt: shippedAt ?? before.record.shippedAt,
    attributes: { ...before.record.attributes, ...attributes },
  })
  if (after.changed) touch(shop, order.id)
  return after
}

/** A shipment is part of what the shopper sees of the order: its readers hear of it as of a change of the order. */
function touch(shop: Shop, orderId: string): void {
  const after = shop.orders.touch(orderOf(shop, orderId))
  shop.events.emit('order.updated', after.record)
}

type Line = z.infer<typeof request>['lines'][number]

function linesThatDoNotFit(shop: Shop, order: ReturnType<typeof orderOf>['record'], lines: Line[]): FieldError[] {
  const shipped = shipmentsOf(shop, order.id).flatMap((one) => one.lines)
  return lines.flatMap((line, index): FieldError[] => {
    const at = `/lines/${index}`
    const item = order.items.find(({ lineId }) => lineId === line.lineId)
    if (!item)
      return [{ field: `${at}/lineId`, code: 'unknown_line', message: `The order has no line ${line.lineId}.` }]
    if (item.sku !== line.sku) {
      return [
        { field: `${at}/sku`, code: 'other_sku', message: `Line ${line.lineId} is ${item.sku}, not ${line.sku}.` },
      ]
    }
    const sameLine = ({ lineId }: Line) => lineId === line.lineId
    const before = [...shipped.filter(sameLine), ...lines.slice(0, index).filter(sameLine)]
    const left = amount(item.quantity).minus(sum(before.map(({ quantity }) => amount(quantity))))
    if (amount(line.quantity).gt(0) && amount(line.quantity).lte(left)) return []
    const message = `${line.quantity} of line ${line.lineId} cannot be shipped: ${left.toFixed()} are left.`
    return [{ field: `${at}/quantity`, code: 'more_than_ordered', message }]
  })
}
