import { type OrderItem, type Product, sku as skuShape } from '../../../shared/entities.ts'
import { type Amount, amount, currencyDigits, format, round, sum } from '../../../shared/money.ts'
import { type FieldError, invalid } from './problem.ts'
import type { Amounts } from './totals.ts'

export interface PriceBook {
  product(sku: string): Product | undefined
  /** Percent of a tax code, decimal text. */
  taxRate(code: string): string | undefined
  /** The shop's own shipping methods; `price` net. */
  shipping(method: string): { carrier: string; price: string; taxCode: string } | undefined
}

export interface Wish {
  items: { sku: string; quantity: string; lineId?: string | undefined; keep?: OrderItem | undefined }[]
  shippingLines: { method: string; carrier?: string | null | undefined; amount?: string | undefined }[]
}

/**
 * Prices and taxes as this shop does it: net prices, tax per line, rounded half away from zero to the currency.
 * A line that `keep`s an earlier one stays at the price and discount percentage it was bought at. Throws 422 by field.
 */
export function price(wish: Wish, currency: string, book: PriceBook): Amounts {
  const digits = currencyDigits(currency)
  const errors: FieldError[] = []
  const items = wish.items.map((line, index) => priceLine(line, index, currency, book, errors))
  const shippingLines = wish.shippingLines.map((line, index) => priceShipping(line, index, currency, book, errors))
  if (errors.length > 0) throw invalid(...errors)

  const text = (value: Amount) => format(round(value, digits), currency)
  const subtotal = sum(items.map(({ total }) => amount(total)))
  const shippingTotal = sum(shippingLines.map((line) => amount(line.amount)))
  const taxTotal = sum([...items, ...shippingLines].map((line) => amount(line.taxAmount)))
  return {
    currency,
    pricesIncludeTax: false,
    items,
    shippingLines,
    discounts: [],
    subtotal: text(subtotal),
    shippingTotal: text(shippingTotal),
    taxTotal: text(taxTotal),
    total: text(subtotal.plus(shippingTotal).plus(taxTotal)),
  }
}

function priceLine(
  { sku, quantity, lineId, keep }: Wish['items'][number],
  index: number,
  currency: string,
  book: PriceBook,
  errors: FieldError[],
): OrderItem {
  const at = `/items/${index}`
  const product = book.product(sku)
  if (!product?.active)
    errors.push({ field: `${at}/sku`, code: 'unknown_sku', message: `The shop does not sell ${sku}.` })
  if (product && product.currency !== currency) {
    errors.push({ field: `${at}/sku`, code: 'other_currency', message: `${sku} is sold in ${product.currency}.` })
  }
  if (!amount(quantity).gt(0)) {
    errors.push({ field: `${at}/quantity`, code: 'invalid_value', message: 'The quantity must be more than 0.' })
  }
  const taxCode = keep?.taxCode ?? product?.taxCode ?? null
  const rate = keep?.taxRate ?? (taxCode === null ? '0' : book.taxRate(taxCode))
  if (rate === undefined) {
    errors.push({
      field: `${at}/sku`,
      code: 'unknown_tax',
      message: `The shop has no rate for the tax code ${taxCode}.`,
    })
  }
  const unitPrice = keep?.unitPrice ?? product?.prices.sale ?? product?.prices.base ?? '0'
  const digits = currencyDigits(currency)
  const gross = amount(quantity).times(unitPrice)
  const discount = round(gross.times(keep?.discountPercent ?? '0').div(100), digits)
  const total = round(gross.minus(discount), digits)
  return {
    lineId: lineId ?? `L${index + 1}`,
    sku: skuShape.parse(sku),
    name: keep?.name ?? product?.name ?? sku,
    quantity,
    unitPrice: format(amount(unitPrice), currency),
    discount: format(discount, currency),
    ...(keep?.discountPercent ? { discountPercent: keep.discountPercent } : {}),
    taxAmount: format(round(total.times(rate ?? '0').div(100), digits), currency),
    taxRate: rate ?? '0',
    taxCode,
    total: format(total, currency),
  }
}

function priceShipping(
  line: Wish['shippingLines'][number],
  index: number,
  currency: string,
  book: PriceBook,
  errors: FieldError[],
): Amounts['shippingLines'][number] {
  const known = book.shipping(line.method)
  const cost = line.amount ?? known?.price
  if (cost === undefined) {
    const message = `The shop has no price for the method ${line.method}; give the amount.`
    errors.push({ field: `/shippingLines/${index}/amount`, code: 'unknown_method', message })
  }
  const taxCode = known?.taxCode ?? 'standard'
  const rate = book.taxRate(taxCode) ?? '0'
  const net = amount(cost ?? '0')
  return {
    method: line.method,
    carrier: line.carrier ?? known?.carrier ?? null,
    amount: format(net, currency),
    taxAmount: format(round(net.times(rate).div(100), currencyDigits(currency)), currency),
    taxRate: rate,
    taxCode,
  }
}
