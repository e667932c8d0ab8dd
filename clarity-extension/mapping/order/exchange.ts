import type { Order } from '../../../shared/entities.ts'
import { type Amount, amount, currencyDigits, format, round, sum } from '../../../shared/money.ts'
import type { Problem } from '../../../shared/outcome.ts'
import { type LookupTables, lookUp } from '../lookups.ts'
import { inCoins } from './coins.ts'
import type { Expected, Figures } from './figures.ts'

/** The rate at which an order in another currency is kept, fixed at the moment of the order. */
export interface Exchange {
  /** Units of the order's currency for one of the company's, decimal text. */
  rate: string
  /** The day since which Odoo has it, `YYYY-MM-DD`. */
  date: string
}

/** What the rules read of it as `exchange`. */
export interface ExchangeSource extends Exchange {
  currency: string
  /** What the customer pays, in the order's currency. */
  total: string
  /** The same in the company's. */
  companyTotal: string
}

/** Whether the merchant wants orders in this currency converted; else they keep it, through a pricelist in it. */
export const isConverted = (currency: string, companyCurrency: string, lookups: LookupTables): boolean =>
  currency !== companyCurrency && lookUp(lookups, 'currency_policy', currency)?.result === 'convert'

export const toCompany = (of: Amount, { rate }: Exchange, companyCurrency: string): Amount =>
  round(of.div(rate), currencyDigits(companyCurrency))

/** Unit prices keep this many digits more than the coin, so that a quantity of hundreds still comes out to the coin. */
const MORE_DIGITS = 6

/**
 * The figures in the company's currency. Total and tax are converted, and every line takes its part of them in whole coins: the
 * difference that rounding leaves is allocated, none is lost.
 */
export function convertFigures(
  figures: Figures,
  shipping: readonly string[],
  order: Order,
  exchange: Exchange,
  companyCurrency: string,
): { figures: Figures; shipping: string[] } {
  const digits = currencyDigits(companyCurrency)
  const expected = convertExpected(figures.expected, order, exchange, companyCurrency)
  const priceOf = new Map(
    expected.lines.map(({ ref, subtotal, tax }) => [
      ref,
      order.pricesIncludeTax ? amount(subtotal).plus(tax) : amount(subtotal),
    ]),
  )
  const priced = (ref: string, was: string) =>
    (priceOf.get(ref) ?? toCompany(amount(was), exchange, companyCurrency)).toFixed()
  return {
    shipping: shipping.map((was, index) => priced(`shipping:${index + 1}`, was)),
    figures: {
      expected,
      items: figures.items.map((item) => ({
        ...item,
        unitPrice: amount(item.unitPrice)
          .div(exchange.rate)
          .toDecimalPlaces(digits + MORE_DIGITS)
          .toFixed(),
      })),
      adjustments: figures.adjustments.map((line) => ({ ...line, amount: priced(line.ref, line.amount) })),
    },
  }
}

function convertExpected(expected: Expected, order: Order, exchange: Exchange, companyCurrency: string): Expected {
  const digits = currencyDigits(companyCurrency)
  const tax = toCompany(amount(expected.amount_tax), exchange, companyCurrency)
  const total = toCompany(amount(expected.amount_total), exchange, companyCurrency)
  const inCompany = (figures: string[], whole: Amount) =>
    inCoins(
      figures.map((one) => amount(one).div(exchange.rate)),
      whole,
      digits,
    )
  const taxes = inCompany(
    expected.lines.map((line) => line.tax),
    tax,
  )
  const subtotals = inCompany(
    expected.lines.map((line) => line.subtotal),
    total.minus(tax),
  )
  // What was one coin of rounding may be many of the company's.
  const coins = amount(10)
    .pow(digits - currencyDigits(order.currency))
    .div(exchange.rate)
    .ceil()
    .toNumber()
  return {
    amount_total: format(sum(subtotals).plus(sum(taxes)), companyCurrency),
    amount_tax: format(sum(taxes), companyCurrency),
    lines: expected.lines.map(({ ref, within }, index) => ({
      ref,
      subtotal: format(subtotals[index] ?? amount(0), companyCurrency),
      tax: format(taxes[index] ?? amount(0), companyCurrency),
      within: within * coins + 1,
    })),
  }
}

export const noRate = (order: Order, companyCurrency: string): Problem => ({
  code: 'no_rate',
  field: '/currency',
  target: '/currency_id',
  value: order.currency,
  message: `Odoo has no rate of ${order.currency} to ${companyCurrency} on or before ${order.placedAt.slice(0, 10)}.`,
  remedy: `Enter the rate of ${order.currency} in Odoo (Accounting › Configuration › Currencies), with a date on or before the order's, and replay.`,
})
