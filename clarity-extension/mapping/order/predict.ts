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
 * What Odoo computes from these lines in a company that rounds every line by itself (`line`), and in one that rounds once per
 * tax and document (`Round per Line` and `Round Globally` in its settings; `_round_base_lines_tax_details` of account.tax in
 * Odoo 19).
 */
export function predict(lines: readonly RawLine[], order: Order): { line: Totals; document: Totals } {
  const digits = currencyDigits(order.currency)
  const taxes = lines.map(({ raw, tax }) => (tax.taxed ? rawTax(raw, tax.taxRate, order) : ZERO))
  const bases = lines.map(({ raw }) => raw)
  const totals = (base: Amount, tax: Amount): Totals => ({ tax, total: order.pricesIncludeTax ? base : base.plus(tax) })
  return {
    line: totals(sum(bases.map((base) => round(base, digits))), sum(taxes.map((tax) => round(tax, digits)))),
    document: totals(
      roundedBy(bases, lines, digits, ({ roundingKey }) => roundingKey ?? ''),
      roundedBy(taxes, lines, digits, ({ tax, roundingKey }) => `${taxGroup(tax)} ${roundingKey}`),
    ),
  }
}

function roundedBy(
  amounts: readonly Amount[],
  lines: readonly RawLine[],
  digits: number,
  group: (line: RawLine) => string,
): Amount {
  const sums = new Map<string, Amount>()
  lines.forEach((line, index) => {
    const key = group(line)
    sums.set(key, (sums.get(key) ?? ZERO).plus(amounts[index] ?? ZERO))
  })
  return sum([...sums.values()].map((one) => round(one, digits)))
}
