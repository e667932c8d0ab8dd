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
  written: Taxation
  /** Pointer of what it comes from. */
  source: string
}

type Items = readonly WrittenItem[]

export function adjustments(order: Order, items: Items): Adjustment[] {
  return [...restsOfItems(order, items), ...order.discounts.flatMap((_, index) => discountLines(order, items, index))]
}

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
      source: `/items/${index}/${discounted ? 'discount' : 'total'}`,
    }
  })
}

/** A discount that says how it is taxed is one line; any other is spread over the items' taxes by what they cost. */
function discountLines(order: Order, items: Items, index: number): Adjustment[] {
  const discount = order.discounts[index]
  if (!discount) return []
  const parts = shares(order, items, index).filter((part) => !part.amount.isZero())
  return parts.map((part) => ({
    kind: 'discount',
    ref:
      parts.length === 1
        ? `discount:${index + 1}`
        : `discount:${index + 1}:${[part.tax.taxCode, part.tax.taxRate].filter(Boolean).join('-')}`,
    name: discount.code ? `${discount.name} (${discount.code})` : discount.name,
    amount: part.amount.neg().toFixed(),
    taxCode: part.tax.taxCode,
    written: part.tax,
    source: `/discounts/${index}`,
  }))
}

function shares(order: Order, items: Items, index: number): { tax: Taxation; amount: Amount }[] {
  const discount = order.discounts[index]
  const whole = merchantsPart(order, items, amount(discount?.amount ?? '0'))
  const stated = statedTax(order, items, index)
  if (stated) return [{ tax: stated, amount: whole }]
  const groups = [...Map.groupBy(ours(order, items), ({ tax }) => taxGroup(tax)).values()]
  const weights = groups.map((group) => sum(group.map(({ total }) => total)))
  const parts = allocate(whole, weights, currencyDigits(order.currency))
  return groups.flatMap((group, at) => {
    const [first] = group
    return first ? { tax: first.tax, amount: parts[at] ?? ZERO } : []
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
  return order.items.every((item) => round(rawTax(amount(item.total), item.taxRate, order), digits).eq(item.taxAmount))
}

function ours(order: Order, items: Items): { tax: WrittenItem; total: Amount }[] {
  return order.items.flatMap((item, index) => {
    const written = items[index]
    return written?.ours ? { tax: written, total: amount(item.total) } : []
  })
}

/** Of an amount on the whole order, what falls on the items that the merchant sends. */
export function merchantsPart(order: Order, items: Items, whole: Amount): Amount {
  const mine = sum(ours(order, items).map(({ total }) => total))
  const all = sum(order.items.map(({ total }) => amount(total)))
  return allocate(whole, [mine, all.minus(mine)], currencyDigits(order.currency))[0] ?? ZERO
}
