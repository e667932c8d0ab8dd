import { z } from 'zod'
import { type Order, order as orderShape, type Product, product as productShape } from '../../../shared/entities.ts'
import { type Amount, amount, currencyDigits, round, sum } from '../../../shared/money.ts'
import { checkout, type Shop, springfield } from '../../support/shop.ts'
import type { Currency, Planned } from './plan.ts'

type Random = (below: number) => number

const made = z.object({ id: z.string() })
const RATES: Record<string, string> = { standard: '15', reduced: '5', zero: '0' }
/** Coins of a currency for a dollar. */
const FX: Record<Currency, string> = { USD: '1', EUR: '0.9', GBP: '0.8', JPY: '150', SEK: '10.5' }

/** Everything that is for sale there now. */
export async function goodsOf(shop: Shop): Promise<Product[]> {
  const page = z.object({ results: z.array(productShape) })
  const goods: Product[] = []
  for (let pageIndex = 0; ; pageIndex++) {
    const { results } = page.parse(await shop.call('GET', `/products?pageSize=200&pageIndex=${pageIndex}`))
    goods.push(...results.filter(({ active }) => active))
    if (results.length < 200) return goods
  }
}

export async function register(shop: Shop, n: number): Promise<string> {
  const body = {
    type: 'person',
    name: `Customer ${n}`,
    email: `customer${n}@month.example`,
    phone: `+1 217 555 ${1000 + n}`,
  }
  return made.parse(await shop.control('POST', '/customers', body)).id
}

/** An order in dollars goes through the shop's own checkout; one in another currency is complete, as a market's would be. */
export async function place(
  shop: Shop,
  { index, currency, registered }: Planned,
  { goods, customers, at, random }: { goods: Product[]; customers: string[]; at: string; random: Random },
): Promise<Order> {
  const lines = Array.from({ length: 1 + random(3) }, (_, n) => ({
    product: goods[random(goods.length)],
    quantity: n === 0 ? 2 + random(2) : 1 + random(2),
  })).flatMap(({ product, quantity }) => (product ? [{ product, quantity }] : []))
  const unlike = [...new Map(lines.map((line) => [line.product.sku, line])).values()]
  const customerId = registered ? customers[random(customers.length)] : undefined
  const base = checkout(index, customerId ? { customerId } : {})
  const { contact, billingAddress, shippingAddress } = base
  const buyer = customerId ? { customerId } : { contact }
  if (currency === 'USD') {
    const items = unlike.map(({ product, quantity }) => ({ sku: product.sku, quantity: `${quantity}` }))
    const shippingLines = [{ method: 'Standard', carrier: 'Post', amount: '5.00' }]
    return shop.place({ ...buyer, items, shippingLines, billingAddress, shippingAddress } as Parameters<
      Shop['place']
    >[0])
  }
  const addresses = { billingAddress, shippingAddress }
  return orderShape.parse(
    await shop.call('POST', '/orders', complete({ ...buyer, ...addresses }, unlike, currency, at, random)),
  )
}

/** Net prices, tax per line, a discount now and then; every figure given. */
function complete(
  base: object,
  lines: { product: Product; quantity: number }[],
  currency: Currency,
  at: string,
  random: Random,
): object {
  const digits = currencyDigits(currency)
  const text = (value: Amount) => value.toFixed(digits)
  const items = lines.map(({ product, quantity }, n) => {
    const unitPrice = round(amount(product.prices.base).times(FX[currency]), digits)
    const gross = unitPrice.times(quantity)
    const discount = random(5) === 0 ? round(gross.div(10), digits) : amount(0)
    const rate = RATES[product.taxCode ?? 'zero'] ?? '0'
    const total = gross.minus(discount)
    return {
      ...{ lineId: `L${n + 1}`, sku: product.sku, name: product.name, quantity: `${quantity}` },
      ...{ unitPrice: text(unitPrice), discount: text(discount), total: text(total) },
      ...{
        taxAmount: text(round(total.times(rate).div(100), digits)),
        taxRate: rate,
        taxCode: product.taxCode ?? null,
      },
    }
  })
  const shipping = round(amount('5').times(FX[currency]), digits)
  const shippingTax = round(shipping.times('0.15'), digits)
  const subtotal = sum(items.map(({ total }) => amount(total)))
  const taxTotal = sum(items.map(({ taxAmount }) => amount(taxAmount))).plus(shippingTax)
  const total = subtotal.plus(shipping).plus(taxTotal)
  return {
    ...base,
    ...{ currency, pricesIncludeTax: false, items, placedAt: at },
    shippingLines: [
      { method: 'Standard', carrier: 'Post', amount: text(shipping), taxAmount: text(shippingTax), taxRate: '15' },
    ],
    ...{ subtotal: text(subtotal), shippingTotal: text(shipping), taxTotal: text(taxTotal), total: text(total) },
    payments: [{ id: 'p1', method: 'card', amount: text(total), currency, state: 'captured', at }],
    ...{ billingAddress: springfield, shippingAddress: springfield, ...base },
  }
}

/** And the money goes back. */
export async function cancel(shop: Shop, { id, payments }: Order): Promise<void> {
  await shop.control('POST', `/orders/${id}/cancel`, {})
  for (const payment of payments)
    await shop.control('POST', `/orders/${id}/payments`, { id: payment.id, state: 'refunded' })
}

/** One piece of the first line. @returns the return's id and what is refunded */
export async function sendBack(shop: Shop, order: Order, plan: Planned): Promise<{ id: string; refund: string }> {
  const [item] = order.items
  if (!item) throw new Error(`order ${order.number} has no line`)
  const digits = currencyDigits(order.currency)
  const piece = amount(item.total).plus(item.taxAmount).div(item.quantity)
  const refund = round(plan.partialRefund ? piece.div(2) : piece, digits).toFixed(digits)
  const items = [{ lineId: item.lineId, sku: item.sku, quantity: '1', reason: 'too small', restock: plan.restock }]
  const { id } = made.parse(await shop.control('POST', '/returns', { orderId: order.id, items, refundAmount: refund }))
  return { id, refund }
}

export const moveReturn = (shop: Shop, id: string, status: string) =>
  shop.call('PATCH', `/returns/${id}/status`, { status })

/** What came in less what went back, by currency: summed over the storefront's own records, by nothing of the bridge. */
export async function takenIn(shop: Shop): Promise<Map<string, Amount>> {
  const sums = new Map<string, Amount>()
  const add = (currency: string, value: Amount) => sums.set(currency, (sums.get(currency) ?? amount(0)).plus(value))
  for (const { payments } of await shop.orders())
    for (const one of payments) if (one.state === 'captured') add(one.currency, amount(one.amount))
  const page = z.object({
    results: z.array(z.object({ status: z.string(), refundAmount: z.string(), currency: z.string() })),
  })
  for (let pageIndex = 0; ; pageIndex++) {
    const { results } = page.parse(await shop.call('GET', `/returns?pageSize=200&pageIndex=${pageIndex}`))
    for (const one of results) if (one.status === 'refunded') add(one.currency, amount(one.refundAmount).neg())
    if (results.length < 200) return sums
  }
}
