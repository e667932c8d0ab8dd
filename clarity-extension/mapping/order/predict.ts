import type { Order } from '../../../shared/entities.ts'
import { type Amount, currencyDigits, round, sum, ZERO } from '../../../shared/money.ts'
import { rawTax, type Taxation, taxGroup } from './taxes.ts'

/** A line as Odoo takes it up. */
export interface RawLine {
  /** What its price, quantity and discount give, before rounding. */
  raw: Amount
  tax: Taxation
  /** Odoo rounds what shares a key together, apart from the rest. */
  roundingKey?: string | undefined
}

export interface Totals {
  total: Amount
  tax: Amount
}

/**
 * What Odoo computes from these lines in a company that rounds every line by itself, or once per tax and document (`Round per
 * Line` and `Round Globally` in its settings; `_round_base_lines_tax_details` of account.tax in Odoo 19).
 */
export function predict(lines: readonly RawLine[], order: Order, rounding: 'line' | 'document'): Totals {
  const digits = currencyDigits(order.currency)
  const together = (group: (line: RawLine) => string) =>
    rounding === 'line' ? lines.map((line) => [line]) : [...Map.groupBy(lines, group).values()]
  const rounded = (groups: readonly (readonly RawLine[])[], value: (line: RawLine) => Amount) =>
    sum(groups.map((group) => round(sum(group.map(value)), digits)))
  const tax = rounded(
    together(({ tax: of, roundingKey }) => `${taxGroup(of)} ${roundingKey}`),
    (line) => taxOf(line, order),
  )
  const base = rounded(
    together(({ roundingKey }) => `${roundingKey}`),
    ({ raw }) => raw,
  )
  return { tax, total: order.pricesIncludeTax ? base : base.plus(tax) }
}

const taxOf = ({ raw, tax }: RawLine, order: Order): Amount => (tax.taxed ? rawTax(raw, tax.taxRate, order) : ZERO)
