import { amount } from '../../../shared/money.ts'
import type { LookupTables } from '../lookups.ts'
import type { RuleSet } from '../rules.ts'
import type { CustomerSource } from './parties.ts'
import type { PreparedOrder } from './prepare.ts'

/** What Odoo knows of a customer besides the order at hand. */
export interface CustomerHistory {
  /** Confirmed orders, without this one. */
  orders: number
  /** Their total, in the company's currency. */
  value: string
  tags: { id: number; name: string }[]
}

/** What the rules of a customer's profile see: this order counts, unless it is cancelled. */
export interface ProfileSource {
  customer: string
  place: CustomerSource['place']
  history: {
    orders: string
    value: string
    /** Ids of the customer's tags in Odoo that are none of the table's: they stay. */
    otherTags: number[]
  }
  /** Entries of the table of customer levels that were reached, e.g. `orders:10`: the highest of each kind. */
  levels: { orders?: string; value?: string }
}

export const LEVELS = 'customer_level'

/** @param history null: Odoo does not know the customer yet */
export function profileSource(
  order: PreparedOrder,
  place: CustomerSource['place'],
  history: CustomerHistory | null,
  lookups: LookupTables,
): ProfileSource {
  const counts = order.status !== 'cancelled'
  const total = amount(order.exchange?.companyTotal ?? order.total)
  const orders = (history?.orders ?? 0) + (counts ? 1 : 0)
  const value = amount(history?.value ?? '0').plus(counts ? total : 0)
  const entries = lookups[LEVELS]?.entries ?? {}
  const given = new Set(Object.values(entries).map(String))
  const reached = (kind: 'orders' | 'value', count: number | string) => highest(Object.keys(entries), kind, count)
  return {
    customer: order.parties.customer,
    place,
    history: {
      orders: String(orders),
      value: value.toFixed(),
      otherTags: (history?.tags ?? []).filter(({ name }) => !given.has(name)).map(({ id }) => id),
    },
    levels: { ...reached('orders', orders), ...reached('value', value.toFixed()) },
  }
}

/** Whether anything asks what the customer ordered before: only then is Odoo asked. */
export const asksForHistory = (sets: readonly RuleSet[], lookups: LookupTables): boolean =>
  Object.keys(lookups[LEVELS]?.entries ?? {}).length > 0 || sets.some(readsHistory)

const known = new WeakMap<RuleSet, boolean>()

function readsHistory(set: RuleSet): boolean {
  const before = known.get(set)
  if (before !== undefined) return before
  const reads = /\bhistory\.(orders|value)\b/.test(JSON.stringify(set))
  known.set(set, reads)
  return reads
}

function highest(
  keys: string[],
  kind: 'orders' | 'value',
  count: number | string,
): Partial<Record<typeof kind, string>> {
  const reached = keys
    .filter((key) => key.startsWith(`${kind}:`) && /^\d+(\.\d+)?$/.test(key.slice(kind.length + 1)))
    .map((key) => ({ key, threshold: amount(key.slice(kind.length + 1)) }))
    .filter(({ threshold }) => threshold.lte(count))
    .sort((a, b) => b.threshold.comparedTo(a.threshold))
  return reached[0] ? { [kind]: reached[0].key } : {}
}
