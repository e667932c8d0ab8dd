import type { Customer, Order } from '../../../shared/entities.ts'
import type { MappingContext } from '../context.ts'
import { type Mapped, map } from '../engine.ts'
import type { RuleSet } from '../rules.ts'
import { type EnsuredRecord, version } from './operation.ts'
import type { Parties, Party } from './parties.ts'

export interface PartyRuleSets {
  customer: RuleSet
  contact: RuleSet
  address: RuleSet
}

export interface Ensured {
  mapped: Mapped
  /** Absent when it could not be mapped. */
  record?: EnsuredRecord
}

/** The records an order needs, each after those it refers to. One address used twice is one record. */
export function ensure(
  who: Parties,
  order: Order,
  customer: Customer | undefined,
  sets: PartyRuleSets,
  context: MappingContext,
): Ensured[] {
  const ofCustomer = version(customer?.updatedAt ?? order.updatedAt)
  const ofOrder = version(order.updatedAt)
  const places = who.billing.ref === who.shipping.ref ? [who.billing] : [who.billing, who.shipping]
  return [
    one('customer', who.customer, sets.customer, ofCustomer),
    ...(who.contact ? [one('contact', who.contact, sets.contact, ofOrder)] : []),
    ...places.map((place) => one('address', place, sets.address, ofOrder)),
  ]

  function one(kind: string, party: Party<unknown>, set: RuleSet, at: string): Ensured {
    const mapped = map(set, party.source, context, party.base)
    if (!mapped.ok) return { mapped }
    const { values, match } = mapped
    const model = set.model ?? 'res.partner'
    return { mapped, record: { kind, ref: party.ref, version: at, model, values, ...(match && { match }) } }
  }
}
