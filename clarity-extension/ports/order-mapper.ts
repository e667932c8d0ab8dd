import type { Customer, Order } from '../../shared/entities.ts'
import type { Answer } from '../../shared/outcome.ts'
import { mapOrder } from '../mapping/expressions/order.ts'
import type { ExpressionPool } from '../mapping/expressions/pool.ts'
import { orderFaults, orderParts } from '../mapping/order/faults.ts'
import { asksForHistory } from '../mapping/order/history.ts'
import { minimumAsksForProducts } from '../mapping/order/minimum.ts'
import { parties } from '../mapping/order/parties.ts'
import { asksForProducts } from '../mapping/order/products.ts'
import { type OrderContext, type OrderMapped, type OrderRuleSets, orderRuleSets } from '../mapping/order.ts'
import type { RuleSet } from '../mapping/rules.ts'
import { missesEntry } from '../mapping/unmapped.ts'
import type { LiveRules } from '../rulebook/types.ts'
import { checks } from './checked.ts'
import type { HistoryReader } from './customer-history.ts'
import type { ExistingRecords } from './existing.ts'
import type { OdooFields } from './odoo-fields.ts'
import type { ProductFactsReader } from './product-facts.ts'
import type { Rates } from './rates.ts'

type Mapped = Extract<OrderMapped, { ok: true }>

/**
 * A storefront order as what would be written to Odoo, checked against Odoo's own fields; under the live rules, or others.
 * @param approvals what a person took of what the order was held for
 */
export type OrderMapper = (
  order: Order,
  rules?: LiveRules['sets'],
  approvals?: readonly string[],
) => Promise<Answer<OrderMapped>>

export interface OrderMapperParts {
  /** @param how `fresh`: with the value tables as they are at this moment */
  context(how?: { fresh: boolean }): Promise<Answer<OrderContext>>
  /** Whether payments are booked in Odoo. */
  paymentsOn(): Promise<boolean>
  liveRules(): Promise<LiveRules>
  customer(id: string): Promise<Answer<Customer>>
  rates: Rates
  /** Asked only for rules that look at products. */
  products: ProductFactsReader
  /** Asked only for rules and tables that look at earlier orders. */
  history: HistoryReader
  expressions: ExpressionPool
  fields: OdooFields
  existing: ExistingRecords
  /** Nothing is written afterwards: every record that is named is looked for, too. */
  rehearsing?: boolean
}

export function orderMapper({
  context,
  paymentsOn,
  liveRules,
  customer,
  rates,
  products,
  history,
  expressions,
  fields,
  existing,
  rehearsing = false,
}: OrderMapperParts): OrderMapper {
  const check = checks({ fields, existing })
  return async (order, rules, approvals = []) => {
    const known = await context()
    if (!known.ok) return known
    const buyer = await customerOf(order)
    if (!buyer.ok) return buyer
    const decided = { acceptDifference: approvals.includes('totals_differ'), approvals }
    const ruleSets = orderRuleSets(rules ?? (await liveRules()).sets)
    const foreign = order.currency !== known.value.company.currency
    const rate = foreign ? await rates(order) : undefined
    if (rate?.ok === false) return rate
    const asks = asksForProducts(ruleSets.order) || minimumAsksForProducts(known.value.lookups)
    const facts = asks ? await products(order.items.map(({ sku }) => sku)) : undefined
    if (facts?.ok === false) return facts
    const before = await historyOf(order, buyer.value, known.value, ruleSets)
    if (before?.ok === false) return before
    const own = {
      ...decided,
      ruleSets,
      payments: await paymentsOn(),
      ...(rate && { exchange: rate.value }),
      ...(facts && { products: facts.value }),
      ...(before && { history: before.value }),
    }
    const sets = Object.values(ruleSets)
    const mapped = await mapOrder(order, buyer.value, { ...known.value, ...own }, expressions)
    if (mapped.ok) return { ok: true, value: await checked(mapped, sets, known.value) }
    if (!missesEntry(mapped.outcome)) return { ok: true, value: await complete(mapped, sets, known.value) }
    // Somebody may have added the entry a moment ago, on another replica: nobody would release this order afterwards.
    const fresh = await context({ fresh: true })
    if (!fresh.ok) return fresh
    const again = await mapOrder(order, buyer.value, { ...fresh.value, ...own }, expressions)
    return {
      ok: true,
      value: await (again.ok ? checked(again, sets, fresh.value) : complete(again, sets, fresh.value)),
    }
  }

  async function checked(mapped: Mapped, sets: RuleSet[], { lookups }: OrderContext): Promise<OrderMapped> {
    const parts = () => orderParts(mapped)
    const faults = await check.faults(sets, parts, (described) => orderFaults(mapped, described))
    if (faults.length === 0 && !rehearsing) return mapped
    const outcome = await check.complete(faults, sets, parts(), lookups)
    return outcome ? { ok: false, outcome } : mapped
  }

  /** What cannot be mapped is not the only thing that may be wrong with it. */
  async function complete(
    mapped: Extract<OrderMapped, { ok: false }>,
    sets: RuleSet[],
    { lookups }: OrderContext,
  ): Promise<OrderMapped> {
    const { outcome, parts } = mapped
    if (outcome.kind !== 'correct' || !parts) return mapped
    return { ok: false, outcome: (await check.complete(outcome.problems, sets, parts, lookups)) ?? outcome }
  }

  async function historyOf(order: Order, buyer: Customer | undefined, { lookups }: OrderContext, sets: OrderRuleSets) {
    if (!asksForHistory([sets.profile, sets.order], lookups)) return undefined
    const who = parties(order, buyer, lookups)
    return 'code' in who ? undefined : history(who.customer.ref, order.id)
  }

  async function customerOf({ customerId }: Order): Promise<Answer<Customer | undefined>> {
    return customerId ? customer(customerId) : { ok: true, value: undefined }
  }
}
