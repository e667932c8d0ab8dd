import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import type { Entity, FieldGroup } from '../../shared/switches.ts'
import type { Audit } from '../audit/audit.ts'
import type { ClarityClient } from '../clarity/client.ts'
import type { Links } from '../links.ts'
import type { LookupBook } from '../lookups/book.ts'
import { type ExpressionPool, expressionPool } from '../mapping/expressions/pool.ts'
import type { LookupTables } from '../mapping/lookups.ts'
import { deliveredRules } from '../mapping/rule-sets.ts'
import { createRulebook, type Rulebook } from '../rulebook/rulebook.ts'
import type { LiveRules } from '../rulebook/types.ts'
import type { Store } from '../store/store.ts'
import type { CheckParts } from './checked.ts'
import { historyReader } from './customer-history.ts'
import { customerCache } from './customers.ts'
import { existingRecords } from './existing.ts'
import { mappingContext } from './mapping-context.ts'
import { type OdooFields, odooFields } from './odoo-fields.ts'
import { type OrderMapper, orderMapper } from './order-mapper.ts'
import { productFactsReader } from './product-facts.ts'
import type { Rates } from './rates.ts'
import { type Rehearsals, rehearsals } from './rehearsal.ts'
import { type ReturnMapper, returnMapper } from './return-mapper.ts'

/** The mapping as it runs: the stored rules, the threads that expressions run in, what is known of Odoo's fields. */
export interface MappingEngine {
  rulebook: Rulebook
  mapOrder: OrderMapper
  mapReturn: ReturnMapper
  fields: OdooFields
  /** What is mapped is held against Odoo's fields and records. */
  check: CheckParts
  /** Where JSONata runs, for whoever maps besides. */
  expressions: Pick<ExpressionPool, 'evaluate'>
  tables(): Promise<LookupTables>
  /** The same way without writing, with threads of its own: a draft's runaway expression holds up no real order. */
  rehearsals: Rehearsals
  close(): Promise<void>
}

export async function mappingEngine(parts: {
  store: Store
  audit: Pick<Audit, 'record'>
  clarity: Pick<ClarityClient, 'getCustomer' | 'getOrder' | 'getProduct' | 'getReturn'>
  odoo: Pick<OdooClient, 'productFacts' | 'readHistory' | 'choices' | 'ping' | 'describe' | 'readState'>
  /** The store whose links Odoo is asked for. */
  shop: string
  links: Pick<Links, 'manyByOdoo'>
  lookups: LookupBook
  rates: Rates
  /** Whether payments are booked in Odoo. */
  paymentsOn(): Promise<boolean>
  /** The field groups of master data that changes of this side write to the other. */
  written(entity: Entity, side: 'clarity' | 'odoo'): Promise<ReadonlySet<FieldGroup>>
}): Promise<MappingEngine> {
  const { store, audit, clarity, odoo, lookups, rates, paymentsOn } = parts
  const delivered = deliveredRules.map(({ rules }) => rules)
  const rulebook = createRulebook(store, delivered, audit.record)
  await rulebook.deliver()
  const fields = odooFields(odoo)
  const context = mappingContext(odoo, lookups)
  const liveRules = (): Promise<LiveRules> => rulebook.live()
  const customer = customerCache((id) => clarity.getCustomer(id))
  const existing = existingRecords(odoo)
  const shared = {
    existing,
    context,
    paymentsOn,
    liveRules,
    customer,
    rates,
    fields,
    products: productFactsReader(odoo),
    history: historyReader(odoo, parts.shop),
  }
  const [expressions, tried] = [expressionPool(), expressionPool()]
  const mapReturn = returnMapper({ context, liveRules, check: { fields, existing }, expressions })
  return {
    rulebook,
    fields,
    tables: () => lookups.tables(),
    mapOrder: orderMapper({ ...shared, expressions }),
    check: { fields, existing },
    expressions,
    mapReturn,
    rehearsals: rehearsals({
      mapOrder: orderMapper({ ...shared, expressions: tried, rehearsing: true }),
      check: { fields, existing },
      mapReturn: returnMapper({ context, liveRules, check: { fields, existing }, expressions: tried }),
      expressions: tried,
      readOrder: (id) => clarity.getOrder(id),
      readReturn: (id) => clarity.getReturn(id),
      readCustomer: (id) => clarity.getCustomer(id),
      readProduct: (id) => clarity.getProduct(id),
      context,
      liveRules,
      written: (entity) => parts.written(entity, 'clarity'),
      toClarity: { odoo, shop: parts.shop, links: parts.links, published: (entity) => parts.written(entity, 'odoo') },
    }),
    async close() {
      await Promise.all([expressions.close(), tried.close()])
    },
  }
}
