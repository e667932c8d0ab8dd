import type { Order, OrderItem } from '../../../shared/entities.ts'
import { type Amount, amount, currencyDigits, round, sum, ZERO } from '../../../shared/money.ts'
import { type Taxation, taxation, taxGroup } from './taxes.ts'

/** How an item is written so that Odoo computes the storefront's total from it. */
export interface WrittenItem extends Taxation {
  /** False for what somebody else sends: it is left out of the order. */
  ours: boolean
  unitPrice: string
  /** Discount in percent, at most 2 decimals. */
  percent?: string
  /** What unit price and percent leave of the line's total; a line of its own. */
  rest: string
}

interface Plan {
  item: OrderItem
  tax: Taxation
  /** With the discount in percent or none: what Odoo computes before it rounds. Absent when that misses the total. */
  inline?: { percent?: string; raw: Amount }
}

/**
 * A discount stays a percentage where that gives the line's total to the cent, by itself and in the sum of the lines that are
 * taxed alike (Odoo may round per line or per document; both must agree). Else the rest is a line of its own.
 */
export function writeItems(order: Order): WrittenItem[] {
  const digits = currencyDigits(order.currency)
  const plans = order.items.map((item) => plan(item, order, digits))
  const trusted = new Set(plans.filter((one) => one.inline?.raw.eq(one.item.total)))
  for (const group of Map.groupBy(plans, ({ tax }) => taxGroup(tax)).values()) {
    const inline = group.filter((one) => one.inline)
    const raw = sum(inline.map((one) => one.inline?.raw ?? ZERO))
    const total = sum(inline.map(({ item }) => amount(item.total)))
    if (round(raw, digits).eq(total)) for (const one of inline) trusted.add(one)
  }
  return plans.map((one) => {
    const ours = one.item.fulfilledBy !== 'thirdParty'
    if (one.inline && trusted.has(one)) {
      const { percent } = one.inline
      return { ...one.tax, ours, unitPrice: one.item.unitPrice, ...(percent && { percent }), rest: '0' }
    }
    return { ...one.tax, ours, ...exactly(one.item, digits) }
  })
}

function plan(item: OrderItem, order: Order, digits: number): Plan {
  const tax = taxation(item, amount(item.total), order)
  const gross = amount(item.quantity).times(item.unitPrice)
  const percent = percentOf(item, gross)
  const raw = percent === undefined ? gross : gross.times(amount(100).minus(percent)).div(100)
  if (!round(raw, digits).eq(item.total)) return { item, tax }
  return { item, tax, inline: { ...(percent !== undefined && { percent }), raw } }
}

/** The storefront's own percentage, or the one of two decimals nearest to its amount. */
function percentOf(item: OrderItem, gross: Amount): string | undefined {
  if (amount(item.discount).isZero() || gross.isZero()) return undefined
  const given = item.discountPercent ? amount(item.discountPercent) : undefined
  if (given && given.decimalPlaces() <= 2) return given.toFixed()
  return round(amount(item.discount).times(100).div(gross), 2).toFixed()
}

/** A unit price in whole coins, and the rest of the total beside it: exact however Odoo rounds. */
function exactly(item: OrderItem, digits: number): { unitPrice: string; rest: string } {
  const quantity = amount(item.quantity)
  const unitPrice = [amount(item.unitPrice), round(amount(item.unitPrice), digits)].find(
    (price) => price.times(quantity).decimalPlaces() <= digits,
  )
  if (unitPrice === undefined) return { unitPrice: item.unitPrice, rest: '0' }
  return { unitPrice: unitPrice.toFixed(), rest: amount(item.total).minus(unitPrice.times(quantity)).toFixed() }
}
