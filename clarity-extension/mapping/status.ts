import { z } from 'zod'
import type { components } from '../../odoo-bridge/client/schema.d.ts'
import { type OrderStatus, orderStatuses } from '../../shared/entities.ts'
import { defaultLookups } from './defaults/lookups.ts'
import { type LookupTables, lookUp } from './lookups.ts'

export type OrderState = components['schemas']['OrderState']

/** What the storefront shows for an order that stands like this in Odoo; `*` is every other delivery status. */
export function statusToClarity(state: OrderState, lookups: LookupTables = defaultLookups): OrderStatus {
  const delivery = state.delivery_status ?? 'none'
  const found =
    lookUp(lookups, 'order_state', `${state.state}/${delivery}`) ?? lookUp(lookups, 'order_state', `${state.state}/*`)
  return status.safeParse(found?.result).data ?? 'pending'
}

const status = z.enum(orderStatuses)
