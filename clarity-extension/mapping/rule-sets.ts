import type { EventType } from '../../shared/events.ts'
import { customerToClarity } from './defaults/customer-to-clarity.ts'
import { orderToOdoo } from './defaults/order-to-odoo.ts'
import { addressToOdoo, contactToOdoo, customerToOdoo } from './defaults/partner-to-odoo.ts'
import { paymentToOdoo } from './defaults/payment-to-odoo.ts'
import { priceToClarity } from './defaults/price-to-clarity.ts'
import { productToClarity } from './defaults/product-to-clarity.ts'
import { categoryToOdoo, productToOdoo, templateToOdoo } from './defaults/product-to-odoo.ts'
import { profileToOdoo } from './defaults/profile-to-odoo.ts'
import { returnToOdoo } from './defaults/return-to-odoo.ts'
import type { RuleSet } from './rules.ts'

/** A rule set as it is delivered, and the events whose flow maps with it. */
export interface DeliveredRules {
  rules: RuleSet
  events: readonly EventType[]
}

const orders: EventType[] = ['order.created', 'order.updated', 'order.cancelled', 'order.paymentUpdated']
const customers: EventType[] = ['customer.created', 'customer.updated']
const products: EventType[] = ['product.created', 'product.updated']

/** Every rule set that a flow maps with: what can be edited, previewed and rolled back. A new entity joins with its line. */
export const deliveredRules: readonly DeliveredRules[] = [
  { rules: orderToOdoo, events: orders },
  { rules: customerToOdoo, events: [...orders, ...customers] },
  { rules: contactToOdoo, events: [...orders, ...customers] },
  { rules: addressToOdoo, events: [...orders, ...customers] },
  { rules: paymentToOdoo, events: orders },
  { rules: profileToOdoo, events: orders },
  { rules: returnToOdoo, events: ['return.created', 'return.updated'] },
  { rules: productToOdoo, events: products },
  { rules: templateToOdoo, events: products },
  { rules: categoryToOdoo, events: products },
  { rules: productToClarity, events: ['product.changed'] },
  { rules: customerToClarity, events: ['partner.changed'] },
  { rules: priceToClarity, events: ['pricelist_item.changed'] },
]

/** A rule set as it is delivered. */
export const deliveredSet = (name: string): RuleSet | undefined =>
  deliveredRules.find(({ rules }) => rules.name === name)?.rules

/** The versions of rule sets that took part in a mapping, in the order of their names. */
export type MappedBy = { name: string; version: number }[]

export const mappedBy = (sets: readonly RuleSet[]): MappedBy =>
  [...new Set(sets)]
    .map(({ name, version }) => ({ name, version }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
