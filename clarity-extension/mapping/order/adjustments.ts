import type { Order } from '../../../shared/entities.ts'
import { type Amount, allocate, amount, currencyDigits, round, sum, ZERO } from '../../../shared/money.ts'
import type { WrittenItem } from './lines.ts'
import { rawTax, type Taxation, taxGroup } from './taxes.ts'

/** A line that belongs to no product: a discount, or the rest of an item's total. */
export interface Adjustment {
  kind: 'discount' | 'rounding'
  ref: string
  name: string
  /** Decimal text; a discount is negative. */
  amount: string
  taxCode?: string | null | undefined
  written: Taxation & { roundingKey?: string | undefined }
  /** The item it belongs to. */
  lineId?: string
  /** Part of a discount on the whole order. */
  ofDiscount: boolean
  /** Pointer of what it comes from. */
  source: string
}

/** A discount on the whole order is spread over the items' taxes, or over the items. */
export type Spread = 'tax' | 'item'

type Items = readonly WrittenItem[]

export function adjustments(order: Order, items: Items, spread: Spread): Adjustment[] {
  const rests = restsOfItems(order, items)
  return [...rests, ...order.discounts.flatMap((_, index) => discountLines(order, items, index, spread))]
}

/** A discount on an item belongs to it however its tax is rounded. */
function restsOfItems(order: Order, items: Items): Adjustment[] {
  return order.items.flatMap((item, index) => {
    const written = items[index]
    if (!written?.ours || amount(written.rest).isZero()) return []
    const discounted = !amount(item.discount).isZero()
    const kind = discounted ? 'discount' : 'rounding'
    return {
      kind,
      ref: `${item.lineId}:${kind}`,
      name: `${discounted ? 'Discount' : 'Rounding'}: ${item.name}`,
      amount: written.rest,
      taxCode: written.taxCode,
      written,
      lineId: item.lineId,
      ofDiscount: false,
      source: `/items/${index}/${discounted ? 'discount' : 'total'}`,
    }
  })
}

interface Part {
  tax: Taxation
  amount: Amount
  name: string
  lineId?: string
}

/** A discount that says how it is taxed is one line; any other is spread by what the items cost. */
function discountLines(order: Order, items: Items, index: number, spread: Spread): Adjustment[] {
  const discount = order.discounts[index]
  if (!discount) return []
  const whole = merchantsPart(order, items, amount(discount.amount))
  const stated = statedTax(order, items, index)
  const parts = stated ? [{ tax: stated, amount: whole, name: '' }] : spreadOver(order, items, whole, spread)
  const given = parts.filter((part) => !part.amount.isZero())
  const ref = `discount:${index + 1}`
  return given.map(({ tax, amount: part, name, lineId }) => ({
    kind: 'discount',
    ref: given.length === 1 ? ref : `${ref}:${name}`,
    name: discount.code ? `${discount.name} (${discount.code})` : discount.name,
    amount: part.neg().toFixed(),
    taxCode: tax.taxCode,
    written: tax,
    ...(lineId !== undefined && { lineId }),
    ofDiscount: true,
    source: `/discounts/${index}`,
  }))
}

function spreadOver(order: Order, items: Items, whole: Amount, spread: Spread): Part[] {
  const groups = groupsOf(order, items, spread)
  const weights = groups.map(({ total }) => total)
  const amounts = allocate(whole, weights, currencyDigits(order.currency))
  return groups.map((group, index) => ({ ...group, amount: amounts[index] ?? ZERO }))
}

function groupsOf(order: Order, items: Items, spread: Spread): (Omit<Part, 'amount'> & { total: Amount })[] {
  const own = ours(order, items)
  if (spread === 'item') return own.map((item) => ({ ...item, name: item.lineId }))
  return [...Map.groupBy(own, ({ tax }) => taxGroup(tax)).values()].flatMap((group) => {
    const tax = group[0]?.tax
    if (!tax) return []
    const name = [tax.taxCode, tax.taxRate, tax.exempt && 'exempt'].filter(Boolean).join('-')
    return { tax, name, total: sum(group.map(({ total }) => total)) }
  })
}

/** A discount without any tax of its own, on items that are taxed in full, is money given: a gift card, say. */
function statedTax(order: Order, items: Items, index: number): Taxation | undefined {
  const discount = order.discounts[index]
  if (!discount) return undefined
  const { taxCode, taxRate } = discount
  if (taxRate) return { taxCode, taxRate: amount(taxRate).toFixed(), taxed: !amount(taxRate).isZero(), exempt: false }
  const sameCode = taxCode ? ours(order, items).find(({ tax }) => tax.taxCode === taxCode) : undefined
  if (sameCode) return sameCode.tax
  if (!amount(discount.taxAmount).isZero() || !taxedInFull(order)) return undefined
  return { taxCode, taxRate: '0', taxed: false, exempt: false }
}

function taxedInFull(order: Order): boolean {
  const digits = currencyDigits(order.currency)
  return order.items.every((item) =>
    round(rawTax(amount(item.total), item.taxRate, order), digits).eq(round(amount(item.taxAmount), digits)),
  )
}

function ours(order: Order, items: Items): { tax: WrittenItem; total: Amount; lineId: string }[] {
  return order.items.flatMap((item, index) => {
    const written = items[index]
    return written?.ours ? { tax: written, total: amount(item.total), lineId: item.lineId } : []
  })
}

/** Of an amount on the whole order, what falls on the items that the merchant sends. */
export function merchantsPart(order: Order, items: Items, whole: Amount): Amount {
  if (items.every((item) => item.ours)) return whole
  const mine = sum(ours(order, items).map(({ total }) => total))
  const all = sum(order.items.map(({ total }) => amount(total)))
  return allocate(whole, [mine, all.minus(mine)], currencyDigits(order.currency))[0] ?? ZERO
}
