import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import { odooEnvelope } from '../../shared/events.ts'
import { jsonOf } from '../../shared/json.ts'
import { type Answer, correct } from '../../shared/outcome.ts'
import type { Entity, FieldGroup } from '../../shared/switches.ts'
import { problemsOf } from '../flows/problems.ts'
import { isForSale } from '../flows/product-to-clarity.ts'
import type { Links } from '../links.ts'
import type { MappingContext } from '../mapping/context.ts'
import { partnerToChange } from '../mapping/customer-to-clarity.ts'
import { withExpressions } from '../mapping/expressions/mapped.ts'
import type { ExpressionPool } from '../mapping/expressions/pool.ts'
import type { MasterContext } from '../mapping/masters/context.ts'
import type { Body } from '../mapping/masters/to-clarity.ts'
import { type Rehearsed, rehearsedRows } from '../mapping/preview.ts'
import { priceToRows } from '../mapping/price-to-clarity.ts'
import { productToRow } from '../mapping/product-to-clarity.ts'
import type { LiveRules } from '../rulebook/types.ts'
import type { Rehearsal, Rehearsals } from './rehearsal.ts'

export interface ToClarityParts {
  odoo: Pick<OdooClient, 'readState'>
  /** The store whose links Odoo is asked for. */
  shop: string
  links: Pick<Links, 'manyByOdoo'>
  context(): Promise<Answer<MappingContext>>
  liveRules(): Promise<LiveRules>
  expressions: Pick<ExpressionPool, 'evaluate'>
  /** The field groups of which Odoo is the record. */
  published(entity: Entity): Promise<ReadonlySet<FieldGroup>>
}

/** What events of Odoo's master data would write to the storefront: the record is read as it is now, nothing is written. */
export function rehearsalsToClarity(parts: ToClarityParts): Rehearsals {
  const { odoo, shop, links, context, liveRules, published } = parts
  const run = <T>(known: MasterContext, map: (now: MasterContext) => T) =>
    withExpressions(known, parts.expressions, map)
  return {
    'product.changed': rehearsal(async (event, known) => {
      if (event.type !== 'product.changed') return notThis
      const { product_id: id } = event.data
      const reply = await odoo.readState(shop, 'product', [String(id)])
      if (!reply.ok) return reply
      const [state] = reply.value.products
      if (!state?.sku || !isForSale(state)) return gone('The product is not for sale in Odoo, or has no SKU there.')
      const isNew = !(await links.manyByOdoo('product.product', [id])).some(({ kind }) => kind === 'product')
      const groups = await published('product')
      const mapped = await run(known, (now) => productToRow(state, groups, isNew, now))
      return rowsOf(mapped, ({ row }) => [[`product:${row.externalKey}`, row]])
    }),
    'pricelist_item.changed': rehearsal(async (event, known) => {
      if (event.type !== 'pricelist_item.changed') return notThis
      const reply = await odoo.readState(shop, 'price', [String(event.data.item_id)])
      if (!reply.ok) return reply
      const [state] = reply.value.prices
      if (!state?.price_list.active) return gone('The rule, or its price list, is no longer there in Odoo.')
      return rowsOf(await run(known, (now) => priceToRows(state, now)), ({ rows }) =>
        rows.map((row) => [`price_rule:${row.externalKey}`, row]),
      )
    }),
    'partner.changed': rehearsal(async (event, known) => {
      if (event.type !== 'partner.changed') return notThis
      const { ref } = event.data.customer
      const reply = await odoo.readState(shop, 'partner', [ref])
      if (!reply.ok) return reply
      const [state] = reply.value.partners
      if (!state) return gone('The customer is no longer linked in Odoo.')
      const groups = await published('customer')
      const mapped = await run(known, (now) => partnerToChange(state, groups, now))
      return rowsOf(mapped, ({ change }) => [[`customer:${ref}`, change]])
    }),
  }

  function rehearsal(
    map: (event: ReturnType<typeof odooEnvelope.parse>, known: MasterContext) => Promise<Rehearsed>,
  ): Rehearsal {
    return async (payload, rules) => {
      const envelope = odooEnvelope.safeParse(jsonOf(payload))
      if (!envelope.success) return { ok: false, outcome: correct(...problemsOf(envelope.error)) }
      const known = await context()
      if (!known.ok) return known
      return map(envelope.data, { ...known.value, sets: rules ?? (await liveRules()).sets })
    }
  }
}

const rowsOf = <T>(mapped: Body<T>, rows: (value: T) => [string, object][]): Rehearsed =>
  mapped.ok ? rehearsedRows(rows(mapped.value)) : { ok: false, outcome: correct(...mapped.problems) }

const gone = (detail: string): Rehearsed => ({
  ok: false,
  outcome: { kind: 'skip', reason: 'not_for_us', detail },
  untried: true,
})
const notThis: Rehearsed = gone('The event is of another kind than it says.')
