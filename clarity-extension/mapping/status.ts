import type { components } from '../../odoo-bridge/client/schema.d.ts'
import type { OrderStatus } from '../../shared/entities.ts'
import { statusRules } from './defaults/status-to-clarity.ts'

export type OrderState = components['schemas']['OrderState']

/** Odoo's state -> deliveries (`none` before there is one) -> the storefront's status. `*` is every other delivery state. */
export type StatusRules = Record<OrderState['state'], Record<string, OrderStatus>>

/** What the storefront shows for an order that stands like this in Odoo. */
export function statusToClarity(state: OrderState, rules: StatusRules = statusRules): OrderStatus {
  const byDelivery = rules[state.state]
  return byDelivery[state.delivery_status ?? 'none'] ?? byDelivery['*'] ?? 'pending'
}
