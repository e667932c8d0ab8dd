import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultLookups } from '../../clarity-extension/mapping/defaults/lookups.ts'
import { mergeTables } from '../../clarity-extension/mapping/lookups.ts'
import { inCoins, inCoinsByGroup } from '../../clarity-extension/mapping/order/coins.ts'
import { type Expected, type Figures, figuresOf } from '../../clarity-extension/mapping/order/figures.ts'
import { shippingTaxes } from '../../clarity-extension/mapping/order/shipping.ts'
import { rawTax, type Taxation } from '../../clarity-extension/mapping/order/taxes.ts'
import { type Operation, orderToOperations } from '../../clarity-extension/mapping/order.ts'
import type { Order } from '../../shared/entities.ts'
import { type Amount, amount, currencyDigits, sum } from '../../shared/money.ts'
import { currencies, generatedOrder, type Shape, shapes } from '../support/generated-orders.ts'
import { linesOf } from './mapping-support.ts'

const ORDERS = 10_000
const lookups = mergeTables(defaultLookups, {
  currency: { entries: Object.fromEntries(currencies.map((one) => [one, `Shop ${one}`])) },
})

function figures(order: Order): { figures: Figures; shipping: Taxation[] } {
  const shipping = shippingTaxes(order)
  if (!shipping.ok) throw new Error(JSON.stringify(shipping.problems))
  return { figures: figuresOf(order, shipping.taxes), shipping: shipping.taxes }
}

function operationOf(order: Order): Operation {
  const mapped = orderToOperations(order, undefined, { lookups, company: { currency: 'USD' } })
  if (!mapped.ok) throw new Error(JSON.stringify(mapped.outcome))
  return mapped.operations[0]
}

describe(`money, over ${ORDERS} generated orders of ${shapes.length} shapes in ${currencies.length} currencies`, () => {
  const anyOrder = fc
    .tuple(fc.integer({ min: 1 }), fc.constantFrom(...shapes), fc.constantFrom(...currencies))
    .map(([seed, shape, currency]) => ({ shape, order: generatedOrder(seed, shape, currency) }))

  it('CASES 20: lines, tax, shipping and discounts add up to the storefront’s total, in whole coins that rounding explains', () => {
    const held: Record<string, number> = {}
    fc.assert(
      fc.property(anyOrder, ({ order, shape }) => {
        const { figures: given, shipping } = figures(order)
        expectConserved(order, given.expected)
        if (!explained(order, given, shipping)) held[nameOf(shape)] = (held[nameOf(shape)] ?? 0) + 1
      }),
      { numRuns: ORDERS, seed: 2026 },
    )
    const all = Object.values(held).reduce((total, one) => total + one, 0)
    console.info(`held ${((all / ORDERS) * 100).toFixed(2)} %`, held)
    expect(all / ORDERS).toBeLessThanOrEqual(0.02)
  })

  it('CASES 20: what is written has exactly the lines that are expected', () => {
    fc.assert(
      fc.property(anyOrder, ({ order }) => {
        const operation = operationOf(order)
        const refs = linesOf(operation).map((line) => line.clarity_ref)
        expect(refs.sort()).toEqual(operation.expect?.lines?.map((line) => line.ref).sort())
        expect(operation.expect).toEqual(figures(order).figures.expected)
      }),
      { numRuns: 200 },
    )
  })
})

describe('parts in whole coins', () => {
  const part = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((milli) => amount(milli).div(1000))

  it('add up to the whole, each within a coin of what it was where rounding is all that is between', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 20 }), fc.constantFrom(0, 2, 3), (parts, digits) => {
        const whole = sum(parts).toDecimalPlaces(digits)
        const coins = inCoins(parts, whole, digits)
        if (parts.some((one) => !one.isZero())) expect(sum(coins).toFixed()).toBe(whole.toFixed())
        coins.forEach((coin, index) => {
          const off = coin.minus(parts[index] ?? 0).abs()
          expect(off.lte(amount(10).pow(-digits))).toBe(true)
        })
      }),
    )
  })

  it('add up in every group as well', () => {
    const grouped = fc.array(fc.record({ group: fc.constantFrom('a', 'b', 'c'), amount: part }), { minLength: 1 })
    fc.assert(
      fc.property(grouped, (parts) => {
        const whole = sum(parts.map((one) => one.amount)).toDecimalPlaces(2)
        const coins = inCoinsByGroup(parts, whole, 2)
        if (parts.some((one) => !one.amount.isZero())) expect(sum(coins).toFixed()).toBe(whole.toFixed())
        for (const group of ['a', 'b', 'c']) {
          const of = parts.flatMap((one, index) => (one.group === group ? [index] : []))
          const off = sum(of.map((index) => (coins[index] ?? amount(0)).minus(parts[index]?.amount ?? 0)))
          expect(off.abs().lte('0.01')).toBe(true)
        }
      }),
    )
  })
})

function expectConserved(order: Order, expected: Expected): void {
  const digits = currencyDigits(order.currency)
  const lines = expected.lines.map(({ subtotal, tax }) => ({ subtotal: amount(subtotal), tax: amount(tax) }))
  const tax = sum(lines.map((line) => line.tax))
  const total = sum(lines.map((line) => line.subtotal)).plus(tax)
  const whole = lines.every((line) => line.subtotal.decimalPlaces() <= digits && line.tax.decimalPlaces() <= digits)
  if (whole && tax.eq(order.taxTotal) && total.eq(order.total) && total.eq(expected.amount_total)) return
  expect({ ...expected, tax: tax.toFixed(), total: total.toFixed(), whole }).toBe(`${order.total} ${order.taxTotal}`)
}

const nameOf = ({ pricesIncludeTax, rounding, itemDiscount, coupon }: Shape): string =>
  [pricesIncludeTax ? 'included' : 'excluded', rounding, itemDiscount, coupon].join(' ')

/** Whether Odoo's unrounded figures of every line are as near to the expected ones as its addon asks. */
function explained(order: Order, { items, adjustments, expected }: Figures, shipping: Taxation[]): boolean {
  const coin = amount(10).pow(-currencyDigits(order.currency))
  const raw = new Map<string, { price: Amount; tax: Taxation }>()
  order.items.forEach(({ lineId, quantity }, index) => {
    const item = items[index]
    if (!item) return
    const kept = amount(100).minus(item.percent ?? 0)
    raw.set(lineId, { price: amount(quantity).times(item.unitPrice).times(kept).div(100), tax: item })
  })
  shipping.forEach((tax, index) => {
    raw.set(`shipping:${index + 1}`, { price: amount(order.shippingLines[index]?.amount ?? 0), tax })
  })
  for (const line of adjustments) raw.set(line.ref, { price: amount(line.amount), tax: line.written })
  return expected.lines.every(({ ref, subtotal, tax, within }) => {
    const line = raw.get(ref)
    if (!line) throw new Error(`nothing is written as ${ref}`)
    const ownTax = line.tax.taxed ? rawTax(line.price, line.tax.taxRate, order) : amount(0)
    const own = order.pricesIncludeTax ? line.price.minus(ownTax) : line.price
    const near = (one: Amount, other: string) => one.minus(other).abs().lte(coin.times(within))
    return near(own, subtotal) && near(ownTax, tax)
  })
}
