import { type Amount, amount, sum } from '../../../shared/money.ts'
import type { Problem } from '../../../shared/outcome.ts'
import { readDecimal } from '../functions/numbers.ts'
import type { LookupTables, UsedLookup } from '../lookups.ts'
import type { CustomerSource } from './parties.ts'
import type { PreparedOrder } from './prepare.ts'
import type { ProductFacts, Products } from './products.ts'

export const MINIMUM = 'minimum_quantity'

/** A product of which less is ordered than the merchant sends out. */
export interface TooFew {
  /** Pointer of its first line. */
  field: string
  sku: string
  quantity: string
  minimum: string
}

export interface Minimums {
  below: TooFew[]
  problems: Problem[]
  used: UsedLookup[]
}

/**
 * What is ordered less of than the table of minimum quantities asks for; all lines of a product count together. Of several
 * entries the nearest decides: a product's before a tag's, a tag's before a category's, and each of them the customer's price
 * list or segment before everybody.
 */
export function belowMinimum(
  { items }: Pick<PreparedOrder, 'items'>,
  place: CustomerSource['place'],
  { lookups, products }: { lookups: LookupTables; products?: Products },
): Minimums {
  const found: Minimums = { below: [], problems: [], used: [] }
  const entries = lookups[MINIMUM]?.entries ?? {}
  if (Object.keys(entries).length === 0) return found
  const ours = items.flatMap((item, index) => (item.written.ours ? [{ ...item, index }] : []))
  for (const [sku, lines] of Map.groupBy(ours, (line) => line.sku)) {
    const entry = keysOf(sku, products?.get(sku), place).find((key) => Object.hasOwn(entries, key))
    if (entry === undefined) continue
    const field = `/items/${lines[0]?.index ?? 0}`
    const minimum = readDecimal(entries[entry] ?? null)
    if (!minimum) {
      found.problems.push(noNumber(field, entry, lookups[MINIMUM]?.title ?? MINIMUM))
      continue
    }
    found.used.push({ table: MINIMUM, key: sku, entry })
    const ordered: Amount = sum(lines.map(({ quantity }) => amount(quantity)))
    if (ordered.lt(minimum)) found.below.push({ field, sku, quantity: ordered.toFixed(), minimum: minimum.toFixed() })
  }
  return found
}

/** Whether an entry speaks of what only Odoo knows of a product. */
export const minimumAsksForProducts = (lookups: LookupTables): boolean =>
  Object.keys(lookups[MINIMUM]?.entries ?? {}).some((key) => /(^|\/)(tag|category):/.test(key))

function keysOf(sku: string, facts: ProductFacts | undefined, { segment, priceList }: CustomerSource['place']) {
  const buyers = [...(priceList ? [priceList] : []), segment]
  const tags = (facts?.tags ?? []).map((tag) => `tag:${tag}`)
  const categories = (facts?.categories ?? []).map((category) => `category:${category}`).reverse()
  return [sku, ...tags, ...categories, '*'].flatMap((key) => [...buyers.map((buyer) => `${buyer}/${key}`), key])
}

const noNumber = (field: string, entry: string, title: string): Problem => ({
  code: 'invalid_value',
  field: `${field}/quantity`,
  value: entry,
  message: `The table “${title}” gives no number for “${entry}”.`,
  remedy: `Correct the entry for “${entry}” in the table “${title}”, and replay.`,
})
