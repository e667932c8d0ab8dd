import type { Order } from '../../../shared/entities.ts'
import { amount } from '../../../shared/money.ts'
import { type Adjustment, adjustments, type Spread } from './adjustments.ts'
import { type ExpectedTotals, expectedTotals } from './expect.ts'
import { rawOf, type Style, type WrittenItem, writeItem } from './lines.ts'
import { predict, type RawLine, type Totals } from './predict.ts'
import type { Taxation } from './taxes.ts'

/** Every line of the order as Odoo gets it, and the totals that must come out. */
export interface Figures {
  items: (WrittenItem & Rounded)[]
  shipping: (Taxation & Rounded)[]
  adjustments: Adjustment[]
  expected: ExpectedTotals
}

export interface Rounded {
  /** Odoo rounds what shares a key together; without one, all of the rest. */
  roundingKey?: string
}

/** One way to write the lines, and what each of them belongs to. */
interface Arrangement {
  items: WrittenItem[]
  adjustments: Adjustment[]
  lines: (RawLine & Belonging)[]
}

interface Belonging {
  ref: string
  /** The item that it is or that it lowers. */
  lineId?: string | undefined
  /** Part of a discount on the whole order. */
  ofDiscount?: boolean
}

/**
 * Which lines are rounded together where a company rounds globally: all, every line by itself, the discounts apart from the
 * rest, or every item with its part of the discounts. The rest of an item's total is part of it wherever items stand apart.
 */
const together = {
  all: () => '',
  line: ({ ref, lineId, ofDiscount }: Belonging) => (ofDiscount ? ref : (lineId ?? ref)),
  apart: ({ ofDiscount }: Belonging) => (ofDiscount ? 'discounts' : ''),
  item: ({ ref, lineId }: Belonging) => lineId ?? ref,
}

/** From the plainest to the most particular. */
const ways: Record<Spread, (keyof typeof together)[]> = {
  tax: ['all', 'line', 'apart'],
  item: ['item', 'line', 'apart'],
}

/**
 * Chooses how lines are written so that Odoo's totals are the storefront's. Storefronts round tax per line or per document,
 * before or after discounts, and so does Odoo, by a setting of the company. Preferred is what gives the same under both
 * settings, then what does where a company rounds globally (Odoo's default). If nothing fits, the totals will differ and the
 * order is held with both computations.
 */
export function figuresOf(order: Order, shipping: readonly Taxation[]): Figures {
  const plainest = order.items.map((item) => writeItem(item, order, 'percent'))
  const expected = expectedTotals(order, plainest)
  let second: Figures | undefined
  for (const style of ['percent', 'exact'] satisfies Style[]) {
    const items = style === 'percent' ? plainest : order.items.map((item) => writeItem(item, order, style))
    for (const spread of ['tax', 'item'] satisfies Spread[]) {
      if (spread === 'item' && order.discounts.length === 0) continue
      const arrangement = arrange(order, items, shipping, spread)
      const { perLine, globally } = predict(arrangement.lines, order)
      const both = agrees(perLine, expected)
      for (const way of ways[spread]) {
        const keys = arrangement.lines.map(together[way])
        if (!agrees(globally(keys), expected)) continue
        if (both) return figures(order, arrangement, shipping, keys, expected)
        second ??= figures(order, arrangement, shipping, keys, expected)
      }
    }
  }
  return second ?? figures(order, arrange(order, plainest, shipping, 'tax'), shipping, [], expected)
}

function arrange(order: Order, items: WrittenItem[], shipping: readonly Taxation[], spread: Spread): Arrangement {
  const extra = adjustments(order, items, spread)
  const ofItems = order.items.flatMap((item, index) => {
    const written = items[index]
    return written ? { ...rawOf(item, written), ref: item.lineId, lineId: item.lineId } : []
  })
  const ofShipping = order.shippingLines.flatMap((line, index) => {
    const tax = shipping[index]
    return tax ? { raw: amount(line.amount), tax, ref: `shipping:${index + 1}` } : []
  })
  const ofExtra = extra.map((line) => ({ ...line, raw: amount(line.amount), tax: line.written }))
  const ours = ofItems.filter((_, index) => items[index]?.ours)
  return { items, adjustments: extra, lines: [...ours, ...ofShipping, ...ofExtra] }
}

function figures(
  order: Order,
  { items, adjustments: extra, lines }: Arrangement,
  shipping: readonly Taxation[],
  keys: readonly string[],
  expected: ExpectedTotals,
): Figures {
  const keyOf = new Map(lines.map(({ ref }, index) => [ref, keys[index]]))
  const rounded = (ref: string): Rounded => {
    const key = keyOf.get(ref)
    return key ? { roundingKey: key } : {}
  }
  return {
    items: items.map((item, index) => ({ ...item, ...rounded(order.items[index]?.lineId ?? '') })),
    shipping: shipping.map((tax, index) => ({ ...tax, ...rounded(`shipping:${index + 1}`) })),
    adjustments: extra.map((line) => ({ ...line, written: { ...line.written, ...rounded(line.ref) } })),
    expected,
  }
}

const agrees = ({ total, tax }: Totals, { amount_total, amount_tax }: ExpectedTotals): boolean =>
  total.eq(amount_total) && tax.eq(amount_tax)
