import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import type { Audit } from '../audit/audit.ts'
import type { ClarityClient } from '../clarity/client.ts'
import type { LookupBook } from '../lookups/book.ts'
import { expressionPool } from '../mapping/expressions/pool.ts'
import { deliveredRules } from '../mapping/rule-sets.ts'
import { createRulebook, type Rulebook } from '../rulebook/rulebook.ts'
import type { Store } from '../store/store.ts'
import { customerCache } from './customers.ts'
import { mappingContext } from './mapping-context.ts'
import { odooFields } from './odoo-fields.ts'
import { type OrderMapper, orderMapper } from './order-mapper.ts'
import type { Rates } from './rates.ts'
import { type ReturnMapper, returnMapper } from './return-mapper.ts'

/** The mapping as it runs: the stored rules, the threads that expressions run in, what is known of Odoo's fields. */
export interface MappingEngine {
  rulebook: Rulebook
  mapOrder: OrderMapper
  mapReturn: ReturnMapper
  close(): Promise<void>
}

export async function mappingEngine(parts: {
  store: Store
  audit: Pick<Audit, 'record'>
  clarity: Pick<ClarityClient, 'getCustomer'>
  odoo: Pick<OdooClient, 'ping' | 'describe'>
  lookups: LookupBook
  rates: Rates
  /** Whether payments are booked in Odoo. */
  paymentsOn(): Promise<boolean>
}): Promise<MappingEngine> {
  const { store, audit, clarity, odoo, lookups, rates, paymentsOn } = parts
  const rulebook = createRulebook(
    store,
    deliveredRules.map(({ rules }) => rules),
    audit.record,
  )
  await rulebook.deliver()
  const expressions = expressionPool()
  const context = mappingContext(odoo, lookups)
  const liveRules = () => rulebook.live()
  const mapOrder = orderMapper({
    context,
    paymentsOn,
    liveRules,
    customer: customerCache((id) => clarity.getCustomer(id)),
    rates,
    expressions,
    fields: odooFields(odoo),
  })
  return { rulebook, mapOrder, mapReturn: returnMapper({ context, liveRules }), close: () => expressions.close() }
}
