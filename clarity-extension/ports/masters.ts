import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import type { Answer } from '../../shared/outcome.ts'
import { type Entity, entityNames, type FieldGroup, fieldGroups } from '../../shared/switches.ts'
import type { ClarityClient } from '../clarity/client.ts'
import { masterSender } from '../delivery/odoo-sender.ts'
import type { MasterPorts } from '../flows/registry.ts'
import type { Links } from '../links.ts'
import type { LookupBook } from '../lookups/book.ts'
import { customerToOperations } from '../mapping/customer.ts'
import type { ExpressionPool } from '../mapping/expressions/pool.ts'
import type { MasterContext } from '../mapping/masters/context.ts'
import { productToOperations } from '../mapping/product.ts'
import type { Rulebook } from '../rulebook/rulebook.ts'
import type { Switches } from '../switches.ts'
import type { CheckParts } from './checked.ts'
import { mappingContext } from './mapping-context.ts'
import { knownByKey } from './match.ts'
import { publishing } from './publish.ts'
import { recordPorts } from './record.ts'

export interface MasterParts {
  clarity: ClarityClient
  odoo: OdooClient
  links: Links
  store: string
  rulebook: Pick<Rulebook, 'live'>
  lookups: LookupBook
  check: CheckParts
  expressions: Pick<ExpressionPool, 'evaluate'>
}

/** What the flows of master data need, from the real parts. */
export function masterPorts({
  clarity,
  odoo,
  links,
  store,
  rulebook,
  lookups,
  check,
  expressions,
}: MasterParts): MasterPorts {
  const sender = masterSender(odoo, store)
  const company = mappingContext(odoo, lookups)
  const context = async (): Promise<Answer<MasterContext>> => {
    const known = await company()
    return known.ok ? { ok: true, value: { ...known.value, sets: (await rulebook.live()).sets } } : known
  }
  const toClarity = publishing({ clarity, odoo, links, store, context, expressions })
  const customer = recordPorts({
    kind: 'customer',
    read: (id, traceparent) => clarity.getCustomer(id, { traceparent }),
    map: customerToOperations,
    ...{ context, sender, links, check, expressions },
  })
  return {
    ...toClarity,
    customer: knownByKey(customer, toClarity.customerToClarity.readPartner),
    product: recordPorts({
      kind: 'product',
      read: (id, traceparent) => clarity.getProduct(id, { traceparent }),
      map: productToOperations,
      ...{ context, sender, links, check, expressions },
    }),
  }
}

/** Entities with a choice of owner of which the storefront is the record in anything, and that are on: those need rights. */
export async function writtenToOdoo(switches: Pick<Switches, 'of'>): Promise<string[]> {
  const settings = await Promise.all(entityNames.map(async (name) => ({ name, ...(await switches.of(name)) })))
  const written = settings.filter(
    ({ directions, owners }) => directions.toOdoo && Object.values(owners).some(({ side }) => side === 'clarity'),
  )
  return written.map(({ name }) => name)
}

/** Of the entities that are documents in Odoo those that are switched on: they need rights that orders do not. */
export async function documentsInOdoo(switches: Pick<Switches, 'enabled'>): Promise<Entity[]> {
  const ways = [
    ['payment', 'toOdoo'],
    ['return', 'toOdoo'],
    ['invoice', 'toClarity'],
  ] as const
  const on = await Promise.all(ways.map(([entity, direction]) => switches.enabled(entity, direction)))
  return ways.flatMap(([entity], index) => (on[index] ? [entity] : []))
}

/** The field groups of an entity that a side is the record for: what its changes write to the other. */
export const writtenGroups =
  (switches: Pick<Switches, 'of'>) =>
  async (entity: Entity, side: 'clarity' | 'odoo'): Promise<ReadonlySet<FieldGroup>> => {
    const { owners } = await switches.of(entity)
    return new Set(fieldGroups.filter((group) => owners[group]?.side === side))
  }
