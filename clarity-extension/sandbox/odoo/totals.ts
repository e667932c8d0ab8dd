import { type Amount, amount, currencyDigits, round, sum } from '../../../shared/money.ts'
import { all, type Line, one, type RowOf } from './rows.ts'
import type { World } from './world.ts'

/**
 * Computes every line and the order the way Odoo 19 does it by default ("Round per Tax", account.tax
 * `_round_base_lines_tax_details`): tax is summed per rate before it is rounded, except that lines with a computation key of
 * their own are rounded by themselves, and that amounts given in `extra_tax_data` stand.
 */
export function computeTotals(world: World, orderId: number): void {
  const { records } = world
  const { currency_id } = one(records, 'sale.order', orderId)
  const digits = currencyDigits(one(records, 'res.currency', currency_id).name)
  const lines = linesOf(world, orderId).map((line) => given(rawOf(world, line), line))
  for (const line of lines) {
    const { untaxed, tax } = figuresOf([line], digits)
    records.update('sale.order.line', line.id, {
      price_subtotal: untaxed.toFixed(digits),
      price_tax: tax.toFixed(digits),
      price_total: untaxed.plus(tax).toFixed(digits),
    })
  }
  const groups = [...Map.groupBy(lines, ({ computationKey }) => computationKey).values()]
  const figures = groups.map((group) => figuresOf(group, digits))
  const untaxed = sum(figures.map((figure) => figure.untaxed))
  const tax = sum(figures.map((figure) => figure.tax))
  records.update('sale.order', orderId, {
    amount_untaxed: untaxed.toFixed(digits),
    amount_tax: tax.toFixed(digits),
    amount_total: untaxed.plus(tax).toFixed(digits),
  })
}

export const linesOf = (world: World, orderId: number): Line[] =>
  all(world.records, 'sale.order.line', { order_id: orderId })

export interface RawLine {
  id: number
  computationKey: string
  base: Amount
  taxes: { id: number; included: boolean; raw: Amount }[]
}

/** A line before any rounding. */
export function rawOf({ records }: World, line: Line): RawLine {
  const taxes = line.tax_ids.map((id) => one(records, 'account.tax', id))
  const kept = amount(100).minus(line.discount).div(100)
  const price = amount(line.product_uom_qty).times(line.price_unit).times(kept)
  const percentInside = sum(taxes.filter(isIncluded).map((tax) => amount(tax.amount))).plus(100)
  const parts = taxes.map((tax) => {
    const raw = price.times(tax.amount).div(percentInside)
    return { id: tax.id, included: tax.price_include, raw }
  })
  const inside = sum(parts.filter(({ included }) => included).map(({ raw }) => raw))
  return {
    id: line.id,
    computationKey: line.extra_tax_data?.computation_key ?? '',
    base: price.minus(inside),
    taxes: parts,
  }
}

/** Given amounts stand as long as what they were given for is unchanged. */
function given(raw: RawLine, { extra_tax_data: extra, price_unit, discount, product_uom_qty }: Line): RawLine {
  const { manual_total_excluded_currency: subtotal, manual_tax_amounts: taxes } = extra ?? {}
  if (!extra || subtotal === undefined || !taxes) return raw
  const pairs = [
    [extra.price_unit, price_unit],
    [extra.discount, discount],
    [extra.quantity, product_uom_qty],
  ]
  const unchanged = pairs.every(([then, now]) => then !== undefined && now !== undefined && amount(then).eq(now))
  if (!unchanged || raw.taxes.some(({ id }) => !taxes[id])) return raw
  const kept = raw.taxes.map((tax) => ({ ...tax, raw: amount(taxes[tax.id]?.tax_amount_currency ?? 0) }))
  return { ...raw, base: amount(subtotal), taxes: kept }
}

function figuresOf(lines: RawLine[], digits: number): { untaxed: Amount; tax: Amount } {
  const parts = lines.flatMap(({ taxes }) => taxes)
  const byTax = [...Map.groupBy(parts, ({ id }) => id).values()]
  const tax = sum(byTax.map((some) => rounded(sum(some.map(({ raw }) => raw)), digits)))
  const base = sum(lines.map((line) => line.base))
  if (parts.some(({ included }) => !included)) return { untaxed: rounded(base, digits), tax }
  const total = base.plus(sum(parts.map(({ raw }) => raw)))
  return { untaxed: rounded(total, digits).minus(tax), tax }
}

const isIncluded = (tax: RowOf<'account.tax'>) => tax.price_include

/** A division may have left the value a hair below the half that is meant. */
const rounded = (value: Amount, digits: number): Amount => round(value.toDecimalPlaces(12), digits)
