import type { z } from 'zod'
import { Refused } from './refused.ts'
import type { operation } from './requests.ts'
import { all, one } from './rows.ts'
import type { World } from './world.ts'

type Operation = z.infer<typeof operation>

/**
 * What an order is held to before it is confirmed. Of the checks the stand-in knows one: here every product is for sale, nobody
 * has a sales warning or is on hold, and the company uses no credit limits.
 */
export function checkAll(world: World, orderId: number, { checks, follow }: Operation): void {
  if (!checks.includes('duplicate_reference') || follow.includes('cancel')) return
  const order = one(world.records, 'sale.order', orderId)
  const { client_order_ref: reference, state, amount_total: this_total } = order
  if (!reference || (state !== 'draft' && state !== 'sent')) return
  const customer = commercial(order.partner_id)
  const twin = all(world.records, 'sale.order', { client_order_ref: reference }).find(
    (other) => other.id !== orderId && other.state !== 'cancel' && commercial(other.partner_id) === customer,
  )
  if (!twin) return
  throw new Refused('review', [
    {
      code: 'duplicate_reference',
      field: '/client_order_ref',
      value: reference,
      message: `The customer has used the reference ${reference} on ${twin.name} already.`,
      figures: { other_order: twin.name, other_total: twin.amount_total, this_total },
    },
  ])

  function commercial(partnerId: number): number {
    const { id, parent_id } = one(world.records, 'res.partner', partnerId)
    return parent_id ?? id
  }
}
