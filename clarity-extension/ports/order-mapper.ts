import type { Customer, Order } from '../../shared/entities.ts'
import { type Answer, correct } from '../../shared/outcome.ts'
import { mapOrder } from '../mapping/expressions/order.ts'
import type { ExpressionPool } from '../mapping/expressions/pool.ts'
import { orderFaults } from '../mapping/order/faults.ts'
import { minimumAsksForProducts } from '../mapping/order/minimum.ts'
import { asksForProducts } from '../mapping/order/products.ts'
import { type OrderContext, type OrderMapped, type OrderRuleSets, orderRuleSets } from '../mapping/order.ts'
import { missesEntry } from '../mapping/unmapped.ts'
import type { LiveRules } from '../rulebook/types.ts'
import type { OdooFields } from './odoo-fields.ts'
import type { ProductFactsReader } from './product-facts.ts'
import type { Rates } from './rates.ts'

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
  expressions: ExpressionPool
  fields: OdooFields
}

export function orderMapper({
  context,
  paymentsOn,
  liveRules,
  customer,
  rates,
  products,
  expressions,
  fields,
}: OrderMapperParts): OrderMapper {
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
    const own = {
      ...decided,
      ruleSets,
      payments: await paymentsOn(),
      ...(rate && { exchange: rate.value }),
      ...(facts && { products: facts.value }),
    }
    const mapped = await mapOrder(order, buyer.value, { ...known.value, ...own }, expressions)
    if (mapped.ok) return { ok: true, value: await checked(mapped, ruleSets) }
    if (!missesEntry(mapped.outcome)) return { ok: true, value: mapped }
    // Somebody may have added the entry a moment ago, on another replica: nobody would release this order afterwards.
    const fresh = await context({ fresh: true })
    if (!fresh.ok) return fresh
    const again = await mapOrder(order, buyer.value, { ...fresh.value, ...own }, expressions)
    return { ok: true, value: again.ok ? await checked(again, ruleSets) : again }
  }

  /** A field that was made or widened in Odoo since it was last asked must not park an order. */
  async function checked(mapped: Extract<OrderMapped, { ok: true }>, ruleSets: OrderRuleSets): Promise<OrderMapped> {
    const sets = Object.values(ruleSets)
    if (orderFaults(mapped, await fields.of(sets)).length === 0) return mapped
    const [first, ...others] = orderFaults(mapped, await fields.renewed(sets))
    return first ? { ok: false, outcome: correct(first, ...others) } : mapped
  }

  async function customerOf({ customerId }: Order): Promise<Answer<Customer | undefined>> {
    return customerId ? customer(customerId) : { ok: true, value: undefined }
  }
}
