import type { EventType } from '../../shared/events.ts'
import { type Facts, type Outcome, type OutcomeOf, review, skip } from '../../shared/outcome.ts'
import {
  type Direction,
  directionOf,
  type Entity,
  entityOf,
  type FieldGroup,
  fieldGroups,
  type Owner,
  PROPOSED,
  ruleOf,
  senderOf,
} from '../../shared/switches.ts'
import type { Share } from './flow.ts'

/** What a flow may ask about the merchant's switches. */
export interface SwitchPorts {
  enabled(entity: Entity, direction: Direction): Promise<boolean>
  owner(entity: Entity, group: FieldGroup): Promise<Owner>
}

/**
 * Stands before every flow. An event of an entity that is switched off, or of which the other side is the record in everything,
 * is not run; its reason is kept, so that it can be replayed when the merchant decides otherwise.
 * @param approved a person accepted what this event proposed
 */
export async function gate(
  switches: SwitchPorts,
  type: EventType,
  approved: boolean,
): Promise<{ open: true; share: Share } | { open: false; outcome: Outcome }> {
  const entity = entityOf[type]
  const direction = directionOf(type)
  if (!(await switches.enabled(entity, direction)))
    return { open: false, outcome: skip('switched_off', `${labels[entity]} are switched off ${ways[direction]}.`) }

  const groups = fieldGroups.filter((group) => ruleOf(entity).owners[group])
  const share: Share = {}
  for (const group of groups) share[group] = await mayWrite(switches, entity, group, direction, approved)
  if (groups.length > 0 && groups.every((group) => share[group] === 'ignore')) {
    const record = direction === 'toOdoo' ? 'Odoo' : 'the storefront'
    return {
      open: false,
      outcome: skip('not_the_record', `${labels[entity]}: ${record} is the record (${groups.join(', ')}).`),
    }
  }
  return { open: true, share }
}

/**
 * The outcome for a real change (no echo of ours) in groups that the merchant wants to see before they are written. Replaying
 * the held event accepts it: its flow then runs with `write` for these groups.
 */
export function proposal(entity: Entity, groups: readonly FieldGroup[], facts: Facts): OutcomeOf<'review'> {
  const message = `${labels[entity]}: ${groups.join(', ')} changed on the side that is not the record. Replay to accept it, dismiss to leave it.`
  return review(PROPOSED, message, facts)
}

async function mayWrite(
  switches: SwitchPorts,
  entity: Entity,
  group: FieldGroup,
  direction: Direction,
  approved: boolean,
) {
  const { side, otherwise } = await switches.owner(entity, group)
  if (side === senderOf(direction)) return 'write'
  if (otherwise === 'ignore') return 'ignore'
  return approved ? 'write' : 'propose'
}

const ways: Record<Direction, string> = {
  toOdoo: 'from the storefront to Odoo',
  toClarity: 'from Odoo to the storefront',
}
const labels: Record<Entity, string> = {
  order: 'Orders',
  shipment: 'Shipments',
  stock: 'Stock levels',
  product: 'Products',
  price: 'Price lists',
  customer: 'Customers',
  payment: 'Payments',
  invoice: 'Invoices',
  return: 'Returns',
}
