import { type Amount, amount, currencyDigits, round } from '../../../shared/money.ts'

/** What a line says about its tax. */
export interface Taxation {
  taxCode?: string | null | undefined
  /** Percent, decimal text. */
  taxRate: string
  /** The line carries tax. */
  taxed: boolean
  /** It has a rate that would give tax, and carries none. */
  exempt: boolean
}

export interface TaxTerms {
  currency: string
  pricesIncludeTax: boolean
}

/** Tax on an amount, unrounded; within it when prices include tax. */
export function rawTax(base: Amount, rate: string, { pricesIncludeTax }: TaxTerms): Amount {
  const { percent, plusHundred, fraction } = parsedRate(rate)
  return pricesIncludeTax ? base.times(percent).div(plusHundred) : base.times(fraction)
}

const HUNDRED = amount(100)
const parsedRates = new Map<string, { percent: Amount; plusHundred: Amount; fraction: Amount }>()

/** A shop has a handful of rates, and every line of every order asks for one. */
function parsedRate(rate: string) {
  const known = parsedRates.get(rate)
  if (known) return known
  const percent = amount(rate)
  const parsed = { percent, plusHundred: percent.plus(HUNDRED), fraction: percent.div(HUNDRED) }
  if (parsedRates.size < 1_000) parsedRates.set(rate, parsed)
  return parsed
}

export function taxation(
  line: { taxCode?: string | null | undefined; taxRate: string; taxAmount: string },
  base: Amount,
  terms: TaxTerms,
): Taxation {
  const rate = amount(line.taxRate)
  const rated = !rate.isZero()
  const exempt = rated && amount(line.taxAmount).isZero() && !expectedTax(base, line.taxRate, terms).isZero()
  return { taxCode: line.taxCode, taxRate: rate.toFixed(), taxed: rated && !exempt, exempt }
}

const expectedTax = (base: Amount, rate: string, terms: TaxTerms): Amount =>
  round(rawTax(base, rate, terms), currencyDigits(terms.currency))

/** Lines of one group are taxed alike. */
export const taxGroup = ({ taxCode, taxRate, taxed, exempt }: Taxation): string =>
  [taxCode ?? '', taxed ? taxRate : '0', exempt ? 'exempt' : ''].join('|')

/**
 * The rate that gives this tax to the smallest coin, of those that the order uses elsewhere; for shipping whose rate the
 * storefront does not say.
 */
export function inferRate(
  base: Amount,
  taxAmount: string,
  rates: readonly string[],
  terms: TaxTerms,
): string | undefined {
  if (amount(taxAmount).isZero()) return '0'
  const digits = currencyDigits(terms.currency)
  return rates.find((rate) => round(rawTax(base, rate, terms), digits).eq(taxAmount))
}
