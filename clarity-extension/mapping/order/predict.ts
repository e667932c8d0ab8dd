import type { Order } from '../../../shared/entities.ts'
import { type Amount, currencyDigits, round, sum, ZERO } from '../../../shared/money.ts'
import { rawTax, type Taxation, taxGroup } from './taxes.ts'

/** A line as Odoo takes it up: what its price, quantity and discount give, before rounding. */
export interface RawLine {
  raw: Amount
  tax: Taxation
}

export interface Totals {
  total: Amount
  tax: Amount
}

/**
 * What Odoo computes from these lines when it rounds every line by itself, or once per tax and document (`Round per Line` and
 * `Round Globally` in its settings; account.tax `_round_base_lines_tax_details` in Odoo 19).
 */
export function predict(lines: readonly RawLine[], order: Order, rounding: 'line' | 'document'): Totals {
  const digits = currencyDigits(order.currency)
  const groups =
    rounding === 'line' ? lines.map((line) => [line]) : [...Map.groupBy(lines, ({ tax }) => taxGroup(tax)).values()]
  const tax = sum(groups.map((group) => round(sum(group.map((line) => taxOf(line, order))), digits)))
  const base =
    rounding === 'line'
      ? sum(lines.map(({ raw }) => round(raw, digits)))
      : round(sum(lines.map(({ raw }) => raw)), digits)
  return { tax, total: order.pricesIncludeTax ? base : base.plus(tax) }
}

const taxOf = ({ raw, tax }: RawLine, order: Order): Amount => (tax.taxed ? rawTax(raw, tax.taxRate, order) : ZERO)
