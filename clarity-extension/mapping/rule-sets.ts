import type { EventType } from '../../shared/events.ts'
import { orderToOdoo } from './defaults/order-to-odoo.ts'
import { addressToOdoo, contactToOdoo, customerToOdoo } from './defaults/partner-to-odoo.ts'
import { paymentToOdoo } from './defaults/payment-to-odoo.ts'
import { returnToOdoo } from './defaults/return-to-odoo.ts'
import type { RuleSet } from './rules.ts'

/** A rule set as it is delivered, and the events whose flow maps with it. */
export interface DeliveredRules {
  rules: RuleSet
  events: readonly EventType[]
}

const orders: EventType[] = ['order.created', 'order.updated', 'order.cancelled', 'order.paymentUpdated']

/** Every rule set that a flow maps with: what can be edited, previewed and rolled back. A new entity joins with its line. */
export const deliveredRules: readonly DeliveredRules[] = [
  { rules: orderToOdoo, events: orders },
  { rules: customerToOdoo, events: orders },
  { rules: contactToOdoo, events: orders },
  { rules: addressToOdoo, events: orders },
  { rules: paymentToOdoo, events: orders },
  { rules: returnToOdoo, events: ['return.created', 'return.updated'] },
]

/** The versions of rule sets that took part in a mapping, in the order of their names. */
export type MappedBy = { name: string; version: number }[]

export const mappedBy = (sets: readonly RuleSet[]): MappedBy =>
  [...new Set(sets)]
    .map(({ name, version }) => ({ name, version }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
