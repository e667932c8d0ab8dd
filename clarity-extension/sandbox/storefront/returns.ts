import { z } from 'zod'
import { decimal, returnRequest } from '../../../shared/entities.ts'
import { type Api, type Incoming, pageQueryOf, textOf } from './api.ts'
import { matchVersion, newId, type Stored } from './collection.ts'
import { orderOf, shown } from './orders.ts'
import { type FieldError, invalid, notFound, parsed } from './problem.ts'
import type { Shop } from './shop.ts'

type Return = z.infer<typeof returnRequest>
type ReturnStatus = Return['status']

/** From where to where a return may go. Staying is always allowed. */
export const legalReturnMoves: Record<ReturnStatus, readonly ReturnStatus[]> = {
  requested: ['approved', 'received', 'refunded', 'rejected'],
  approved: ['received', 'refunded', 'rejected'],
  received: ['refunded', 'rejected'],
  refunded: [],
  rejected: [],
}

export function returnRoutes(api: Api, shop: Shop): void {
  api.get('/returns', 'returns:read', ({ query }) => {
    const where = { parent: textOf(query, 'orderId') }
    return { status: 200, body: shop.returns.list({ ...pageQueryOf(query), where }) }
  })
  api.get('/returns/digest', 'returns:read', () => ({ status: 200, body: shop.returns.digest() }))
  api.get('/returns/:id', 'returns:read', ({ param }) => shown(200, returnOf(shop, param('id'))))
  api.patch('/returns/:id/status', 'returns:write', (incoming) => shown(200, changeStatus(shop, incoming)))
}

const request = returnRequest
  .pick({ orderId: true, items: true })
  .extend({ refundAmount: decimal, restockingFee: decimal.default('0') })

/** A shopper asks to send goods back. */
export function requestReturn(shop: Shop, body: unknown): Return {
  const wish = parsed(request, body)
  const order = orderOf(shop, wish.orderId).record
  const errors = wish.items.flatMap(({ lineId }, index): FieldError[] =>
    order.items.some((item) => item.lineId === lineId)
      ? []
      : [{ field: `/items/${index}/lineId`, code: 'unknown_line', message: `The order has no line ${lineId}.` }],
  )
  if (errors.length > 0) throw invalid(...errors)
  const status: ReturnStatus = 'requested'
  const draft = { ...wish, id: newId('ret', shop.clock()), currency: order.currency, status }
  const added = shop.returns.insert(draft, order.id)
  shop.events.emit('return.created', added.record)
  return added.record
}

const statusChange = z
  .object({
    status: returnRequest.shape.status.optional(),
    externalKey: z.string().min(1).max(200).optional(),
    note: z.string().max(4000).optional(),
    refundAmount: decimal.optional(),
  })
  .refine((body) => Object.values(body).some((value) => value !== undefined), 'Give status, note or externalKey')

function changeStatus(shop: Shop, { param, body, ifMatch }: Incoming): Stored<Return> {
  const { status, externalKey, note, refundAmount } = parsed(statusChange, body)
  const before = returnOf(shop, param('id'))
  matchVersion(ifMatch, before.version)
  const from = before.record.status
  if (status !== undefined && status !== from && !legalReturnMoves[from].includes(status)) {
    const message = `A return that is ${from} cannot become ${status}.`
    throw invalid({ field: '/status', code: 'illegal_status', message })
  }
  const after = shop.returns.save(before, {
    ...before.record,
    status: status ?? from,
    externalKey: externalKey ?? before.record.externalKey,
    refundAmount: refundAmount ?? before.record.refundAmount,
    attributes: note === undefined ? before.record.attributes : { ...before.record.attributes, statusNote: note },
  })
  if (after.changed) shop.events.emit('return.updated', after.record)
  return after
}

function returnOf(shop: Shop, id: string): Stored<Return> {
  const found = shop.returns.get(id)
  if (!found) throw notFound(`Return ${id}`)
  return found
}
