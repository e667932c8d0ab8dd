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

interface Rounded {
  roundingKey?: string | undefined
}

/**
 * Which lines are rounded together where a company rounds per document: all, every line by itself, the discounts apart from the
 * rest, or every item with its part of the discounts.
 */
type Together = 'all' | 'line' | 'apart' | 'item'

/** From the plainest to the most particular. */
const ways: { spread: Spread; together: Together }[] = [
  { spread: 'tax', together: 'all' },
  { spread: 'tax', together: 'line' },
  { spread: 'tax', together: 'apart' },
  { spread: 'item', together: 'item' },
  { spread: 'item', together: 'line' },
  { spread: 'item', together: 'apart' },
]

/**
 * Chooses how lines are written so that Odoo's totals are the storefront's. Storefronts round tax per line or per document,
 * before or after discounts, and so does Odoo, by a setting of the company. Preferred is what gives the same under both
 * settings, then what does where a company rounds per document (Odoo's default). If nothing fits, the totals will differ and
 * the order is held with both computations.
 */
export function figuresOf(order: Order, shipping: readonly Taxation[]): Figures {
  const asWritten = order.items.map((item) => writeItem(item, order, 'percent'))
  const expected = expectedTotals(order, asWritten)
  let second: Figures | undefined
  for (const style of ['percent', 'exact'] satisfies Style[]) {
    const items = style === 'percent' ? asWritten : order.items.map((item) => writeItem(item, order, style))
    for (const { spread, together } of ways) {
      if (spread === 'item' && order.discounts.length === 0) continue
      const figures = arrange(order, items, shipping, spread, together, expected)
      const { line, document } = predict(rawLines(order, figures), order)
      if (!agrees(document, expected)) continue
      if (agrees(line, expected)) return figures
      second ??= figures
    }
  }
  return second ?? arrange(order, asWritten, shipping, 'tax', 'all', expected)
}

function arrange(
  order: Order,
  items: readonly WrittenItem[],
  shipping: readonly Taxation[],
  spread: Spread,
  together: Together,
  expected: ExpectedTotals,
): Figures {
  const keyed = together === 'line' || together === 'item'
  return {
    items: items.map((item, index) => ({ ...item, ...(keyed && { roundingKey: order.items[index]?.lineId }) })),
    shipping: shipping.map((tax, index) => ({ ...tax, ...(keyed && { roundingKey: `shipping:${index + 1}` }) })),
    adjustments: adjustments(order, items, spread).map((line) => ({
      ...line,
      written: { ...line.written, ...keyOf(line, together) },
    })),
    expected,
  }
}

/** The rest of an item's total is part of it wherever items stand apart. */
function keyOf(line: Adjustment, together: Together): Rounded {
  if (together === 'all') return {}
  if (together === 'item') return { roundingKey: line.lineId ?? line.ref }
  const ofItem = line.ofDiscount ? undefined : line.lineId
  if (together === 'line') return { roundingKey: ofItem ?? line.ref }
  return ofItem === undefined ? { roundingKey: 'discounts' } : {}
}

function rawLines(order: Order, { items, shipping, adjustments: extra }: Figures): RawLine[] {
  return [
    ...order.items.flatMap((item, index) => {
      const written = items[index]
      return written?.ours ? { ...rawOf(item, written), roundingKey: written.roundingKey } : []
    }),
    ...order.shippingLines.flatMap((line, index) => {
      const tax = shipping[index]
      return tax ? { raw: amount(line.amount), tax, roundingKey: tax.roundingKey } : []
    }),
    ...extra.map(({ amount: raw, written }) => ({
      raw: amount(raw),
      tax: written,
      roundingKey: written.roundingKey,
    })),
  ]
}

const agrees = ({ total, tax }: Totals, expected: ExpectedTotals): boolean =>
  total.eq(expected.amount_total) && tax.eq(expected.amount_tax)
