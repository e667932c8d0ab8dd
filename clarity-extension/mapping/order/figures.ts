import type { Order } from '../../../shared/entities.ts'
import { amount } from '../../../shared/money.ts'
import { type Adjustment, adjustments } from './adjustments.ts'
import { type ExpectedTotals, expectedTotals } from './expect.ts'
import { rawOf, type Style, type WrittenItem, writeItem } from './lines.ts'
import { predict, type RawLine } from './predict.ts'
import type { Taxation } from './taxes.ts'

/** Every line of the order as Odoo gets it, and the totals that must come out. */
export interface Figures {
  items: WrittenItem[]
  adjustments: Adjustment[]
  /** Every line is rounded by itself, whatever Odoo's setting is. */
  roundsPerLine: boolean
  expected: ExpectedTotals
}

interface Candidate {
  items: WrittenItem[]
  adjustments: Adjustment[]
  agrees: { line: boolean; document: boolean }
}

/**
 * Chooses how lines are written so that Odoo's totals are the storefront's. Storefronts round tax per line or per document and
 * so does Odoo, by a setting of the company; what gives the same under both is preferred, then what can be made to (rounding
 * line by line), then what a company that rounds per document computes. If nothing fits, Odoo's totals will differ and the
 * order is held with both computations.
 */
export function figuresOf(order: Order, shipping: readonly Taxation[]): Figures {
  const candidates = (['percent', 'exact'] as const).map((style) => candidate(order, shipping, style))
  const [first] = candidates
  if (!first) throw new Error('there is always a candidate')
  const perLine = candidates.find(({ agrees }) => agrees.line)
  const chosen = perLine ?? candidates.find(({ agrees }) => agrees.document) ?? first
  const { items, adjustments: extra, agrees } = chosen
  return {
    items,
    adjustments: extra,
    roundsPerLine: agrees.line && !agrees.document,
    expected: expectedTotals(order, items),
  }
}

function candidate(order: Order, shipping: readonly Taxation[], style: Style): Candidate {
  const items = order.items.map((item) => writeItem(item, order, style))
  const extra = adjustments(order, items)
  const expected = expectedTotals(order, items)
  const lines = rawLines(order, items, extra, shipping)
  const agrees = (rounding: 'line' | 'document') => {
    const { total, tax } = predict(lines, order, rounding)
    return total.eq(expected.amount_total) && tax.eq(expected.amount_tax)
  }
  return { items, adjustments: extra, agrees: { line: agrees('line'), document: agrees('document') } }
}

function rawLines(
  order: Order,
  items: readonly WrittenItem[],
  extra: readonly Adjustment[],
  shipping: readonly Taxation[],
): RawLine[] {
  return [
    ...order.items.flatMap((item, index) => {
      const written = items[index]
      return written?.ours ? rawOf(item, written) : []
    }),
    ...order.shippingLines.flatMap((line, index) => {
      const tax = shipping[index]
      return tax ? { raw: amount(line.amount), tax } : []
    }),
    ...extra.map((line) => ({ raw: amount(line.amount), tax: line.written })),
  ]
}
