import type { MappingContext } from '../context.ts'
import { orderToOdoo } from '../defaults/order-to-odoo.ts'
import { addressToOdoo, contactToOdoo, customerToOdoo } from '../defaults/partner-to-odoo.ts'
import { paymentToOdoo } from '../defaults/payment-to-odoo.ts'
import { profileToOdoo } from '../defaults/profile-to-odoo.ts'
import type { RuleSet } from '../rules.ts'
import type { Exchange } from './exchange.ts'
import type { CustomerHistory } from './history.ts'
import type { Products } from './products.ts'

export interface OrderRuleSets {
  order: RuleSet
  customer: RuleSet
  contact: RuleSet
  address: RuleSet
  payment: RuleSet
  profile: RuleSet
}

export const defaultRuleSets: OrderRuleSets = {
  order: orderToOdoo,
  customer: customerToOdoo,
  contact: contactToOdoo,
  address: addressToOdoo,
  payment: paymentToOdoo,
  profile: profileToOdoo,
}

/** Those that an order is mapped with, of all that are live; one that is not stored maps as it is delivered. */
export const orderRuleSets = (sets: ReadonlyMap<string, RuleSet>): OrderRuleSets => ({
  order: sets.get(orderToOdoo.name) ?? orderToOdoo,
  customer: sets.get(customerToOdoo.name) ?? customerToOdoo,
  contact: sets.get(contactToOdoo.name) ?? contactToOdoo,
  address: sets.get(addressToOdoo.name) ?? addressToOdoo,
  payment: sets.get(paymentToOdoo.name) ?? paymentToOdoo,
  profile: sets.get(profileToOdoo.name) ?? profileToOdoo,
})

export interface OrderContext extends MappingContext {
  /** For an order in another currency than the company's: its rate, or null where Odoo has none. */
  exchange?: Exchange | null
  ruleSets?: OrderRuleSets
  /** A person has seen that Odoo's totals differ and takes them. */
  acceptDifference?: boolean
  /** Only for rules that look at products (order/products.ts). */
  products?: Products
  /** Only for rules that ask what the customer ordered before; null for a customer that Odoo does not know. */
  history?: CustomerHistory | null
  /** What a person has taken of what the order was held for: `rule`, or the name of a check. */
  approvals?: readonly string[]
  /** False while payments are switched off: they are shown on the order, and no money is booked. */
  payments?: boolean
}
