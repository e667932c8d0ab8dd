import type { Order } from '../../../shared/entities.ts'
import { type Amount, amount, currencyDigits, format, round, sum } from '../../../shared/money.ts'
import { type Adjustment, discountLine, restOfItem } from './adjustments.ts'
import { inCoinsByGroup } from './coins.ts'
import { discountsOf, fullTax } from './discounts.ts'
import { type WrittenItem, writeItem } from './lines.ts'
import { rawTax, type Taxation, taxGroup } from './taxes.ts'

/** Every line of the order as Odoo gets it, and the figures that must come out. */
export interface Figures {
  items: WrittenItem[]
  adjustments: Adjustment[]
  expected: Expected
}

/** What Odoo must show, to the cent: `expect` of an operation. */
export interface Expected {
  amount_total: string
  amount_tax: string
  lines: ExpectedLine[]
}

export interface ExpectedLine {
  /** `clarity_ref` of the line. */
  ref: string
  subtotal: string
  tax: string
  /** How many of the smallest coins rounding may make of difference to Odoo's own figures. */
  within: number
}

/** A line with what the storefront says of its tax, before that is whole coins. */
interface Line {
  ref: string
  ours: boolean
  tax: Taxation
  /** In whole coins, in the terms of the order's prices; negative for a discount. */
  amount: Amount
  taxAmount: Amount
  within: number
}

/**
 * Storefronts round tax per line or per document, before or after discounts, and so does Odoo, by a setting of the company. What
 * Odoo must show is therefore said line by line, in whole coins that add up to the order's own total and tax: the storefront's
 * amounts where they are whole coins, else those that are nearest. Lines that somebody else sends are left out, with their
 * share of the discounts; shipping is the merchant's.
 */
export function figuresOf(order: Order, shipping: readonly Taxation[]): Figures {
  const items = order.items.map((item) => writeItem(item, order))
  const { parts, lowerTaxes } = discountsOf(order, items)
  const ours = parts.filter((part) => part.ours)
  const discounts = parts.map((part) => ({ part, line: discountLine(order, part, part.ours ? ours : parts) }))

  const lines: Line[] = [
    ...order.items.flatMap((item, index): Line[] => {
      const tax = items[index]
      if (!tax) return []
      const taxAmount = lowerTaxes ? fullTax(order, items, index) : amount(item.taxAmount)
      const within = tax.whole ? 1 : 2
      return [{ ref: item.lineId, ours: tax.ours, tax, amount: amount(item.total), taxAmount, within }]
    }),
    ...order.shippingLines.flatMap((line, index): Line[] => {
      const tax = shipping[index]
      const [ref, taxAmount] = [shippingRef(index), amount(line.taxAmount)]
      return tax ? [{ ref, ours: true, tax, amount: amount(line.amount), taxAmount, within: 1 }] : []
    }),
    ...discounts.map(
      ({ part, line }): Line => ({
        ref: line.ref,
        ours: part.ours,
        tax: part.tax,
        amount: part.amount.neg(),
        taxAmount: part.taxAmount.neg(),
        within: Math.max(1, part.items),
      }),
    ),
  ]
  const rests = items.map((written, index) => (written.ours ? restOfItem(order, written, index) : undefined))
  const expected = expectedOf(order, lines, items, rests)
  const adjustments = [...rests, ...discounts.map(({ part, line }) => (part.ours ? line : undefined))]
  return { items, adjustments: adjustments.filter((one) => one !== undefined), expected }
}

export const shippingRef = (index: number): string => `shipping:${index + 1}`

function expectedOf(order: Order, lines: Line[], items: WrittenItem[], rests: (Adjustment | undefined)[]): Expected {
  const digits = currencyDigits(order.currency)
  const taxes = inCoinsByGroup(
    lines.map(({ tax, taxAmount }) => ({ group: taxGroup(tax), amount: taxAmount })),
    amount(order.taxTotal),
    digits,
  )
  const shown = lines.flatMap((line, index) => {
    const tax = taxes[index] ?? line.taxAmount
    const rest = index < items.length ? rests[index] : undefined
    if (!line.ours) return []
    if (!rest) return [{ ...line, taxAmount: tax }]
    const restAmount = amount(rest.amount)
    const own = line.amount.minus(restAmount)
    const ownTax = line.tax.taxed ? round(rawTax(own, line.tax.taxRate, order), digits) : amount(0)
    return [
      { ...line, amount: own, taxAmount: ownTax },
      { ...line, ref: rest.ref, amount: restAmount, taxAmount: tax.minus(ownTax), within: 2 },
    ]
  })
  const figures = shown.map(({ ref, amount: of, taxAmount, within }) => ({
    ref,
    subtotal: order.pricesIncludeTax ? of.minus(taxAmount) : of,
    tax: taxAmount,
    within,
  }))
  const tax = sum(figures.map((line) => line.tax))
  const total = sum(figures.map((line) => line.subtotal)).plus(tax)
  return {
    amount_total: format(total, order.currency),
    amount_tax: format(tax, order.currency),
    lines: figures.map((line) => ({
      ...line,
      subtotal: format(line.subtotal, order.currency),
      tax: format(line.tax, order.currency),
    })),
  }
}
