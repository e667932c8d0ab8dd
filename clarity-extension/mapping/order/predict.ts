import type { Order } from '../../../shared/entities.ts'
import { type Amount, currencyDigits, round, sum, ZERO } from '../../../shared/money.ts'
import { rawTax, type Taxation, taxGroup } from './taxes.ts'

/** A line as Odoo takes it up. */
export interface RawLine {
  /** What its price, quantity and discount give, before rounding. */
  raw: Amount
  tax: Taxation
}

export interface Totals {
  total: Amount
  tax: Amount
}

/**
 * What Odoo computes from these lines: `Round per Line` in a company that rounds every line by itself, `Round Globally` in one
 * that rounds once per tax and document (`_round_base_lines_tax_details` of account.tax in Odoo 19).
 */
export interface Prediction {
  perLine: Totals
  /** @param keys of each line: Odoo rounds what shares a key together, apart from the rest */
  globally(keys: readonly string[]): Totals
}

export function predict(lines: readonly RawLine[], order: Order): Prediction {
  const digits = currencyDigits(order.currency)
  const bases = lines.map(({ raw }) => raw)
  const taxes = lines.map(({ raw, tax }) => (tax.taxed ? rawTax(raw, tax.taxRate, order) : ZERO))
  const groups = lines.map(({ tax }) => taxGroup(tax))
  const totals = (base: Amount, tax: Amount): Totals => ({ tax, total: order.pricesIncludeTax ? base : base.plus(tax) })
  return {
    perLine: totals(sum(bases.map((base) => round(base, digits))), sum(taxes.map((tax) => round(tax, digits)))),
    globally: (keys) =>
      totals(
        roundedTogether(bases, keys, digits),
        roundedTogether(
          taxes,
          groups.map((group, index) => `${group} ${keys[index]}`),
          digits,
        ),
      ),
  }
}

function roundedTogether(amounts: readonly Amount[], keys: readonly string[], digits: number): Amount {
  const sums = new Map<string, Amount>()
  amounts.forEach((amount, index) => {
    const key = keys[index] ?? ''
    const before = sums.get(key)
    sums.set(key, before ? before.plus(amount) : amount)
  })
  return sum([...sums.values()].map((one) => round(one, digits)))
}
