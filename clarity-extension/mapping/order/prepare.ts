import type { Order } from '../../../shared/entities.ts'
import { amount } from '../../../shared/money.ts'
import type { Problem } from '../../../shared/outcome.ts'
import { lookUp } from '../lookups.ts'
import type { Adjustment } from './adjustments.ts'
import type { OrderContext } from './context.ts'
import { convertFigures, type ExchangeSource, isConverted, noRate, toCompany } from './exchange.ts'
import { type Expected, type Figures, figuresOf, shippingRef } from './figures.ts'
import type { Parties } from './parties.ts'
import { shippingTaxes } from './shipping.ts'
import type { Taxation } from './taxes.ts'

/** An order with what is derived from it, in its own shape: a field keeps its pointer. */
export interface PreparedOrder extends Omit<Order, 'items' | 'shippingLines'> {
  items: (Order['items'][number] & { written: Figures['items'][number] })[]
  shippingLines: (Order['shippingLines'][number] & {
    written: Taxation & { ref: string; unitPrice: string; delivery: boolean }
  })[]
  adjustments: Adjustment[]
  /** Of the first shipping line that is no fee. */
  carrierMethod?: string
  foreignCurrency: boolean
  exchange?: ExchangeSource
  parties: { customer: string; contact?: string; billing: string; shipping: string }
}

export type Prepared = { ok: true; order: PreparedOrder; expected: Expected } | { ok: false; problems: Problem[] }

export function prepareOrder(order: Order, parties: Parties, context: OrderContext): Prepared {
  const shipping = shippingTaxes(order)
  if (!shipping.ok) return shipping
  const money = moneyOf(order, shipping.taxes, context)
  if ('code' in money) return { ok: false, problems: [money] }
  const { figures, exchange, foreignCurrency } = money
  const prepared: PreparedOrder = {
    ...order,
    items: order.items.flatMap((item, index) => {
      const written = figures.items[index]
      return written ? { ...item, written } : []
    }),
    shippingLines: order.shippingLines.flatMap((line, index) => {
      const tax = shipping.taxes[index]
      const unitPrice = money.shipping[index] ?? line.amount
      return tax
        ? { ...line, written: { ...tax, ref: shippingRef(index), unitPrice, delivery: !isFee(line.method, context) } }
        : []
    }),
    ...carrierOf(order, context),
    adjustments: figures.adjustments,
    foreignCurrency,
    ...(exchange && { exchange }),
    parties: {
      customer: parties.customer.ref,
      ...(parties.contact && { contact: parties.contact.ref }),
      billing: parties.billing.ref,
      shipping: parties.shipping.ref,
    },
  }
  return { ok: true, order: prepared, expected: figures.expected }
}

interface Money {
  figures: Figures
  /** Price of each shipping line as it is written. */
  shipping: string[]
  /** The order is written in its own currency, which is not the company's. */
  foreignCurrency: boolean
  exchange?: ExchangeSource
}

/** The figures in the currency in which they are written, and the rate that is kept with them. */
function moneyOf(
  order: Order,
  taxes: readonly Taxation[],
  { company, lookups, exchange }: OrderContext,
): Money | Problem {
  const figures = figuresOf(order, taxes)
  const shipping = order.shippingLines.map((line) => line.amount)
  if (order.currency === company.currency) return { figures, shipping, foreignCurrency: false }
  const converted = isConverted(order.currency, company.currency, lookups)
  if (exchange === null || (converted && !exchange)) return noRate(order, company.currency)
  if (!exchange) return { figures, shipping, foreignCurrency: true }
  const total = figures.expected.amount_total
  const companyTotal = toCompany(amount(total), exchange, company.currency).toFixed()
  const kept = { ...exchange, currency: order.currency, total, companyTotal }
  if (!converted) return { figures, shipping, foreignCurrency: true, exchange: kept }
  const written = convertFigures(figures, shipping, order, exchange, company.currency)
  return { ...written, foreignCurrency: false, exchange: kept }
}

const isFee = (method: string, { lookups }: OrderContext): boolean => lookUp(lookups, 'fee', method) !== undefined

/** The first that is a carrier and no fee. */
function carrierOf({ shippingLines }: Order, context: OrderContext): { carrierMethod?: string } {
  const carried = shippingLines.find(({ method }) => !isFee(method, context))
  return carried ? { carrierMethod: carried.method } : {}
}
