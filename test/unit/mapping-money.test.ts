import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defaultLookups } from '../../clarity-extension/mapping/defaults/lookups.ts'
import { mergeTables } from '../../clarity-extension/mapping/lookups.ts'
import { inCoins, inCoinsByGroup } from '../../clarity-extension/mapping/order/coins.ts'
import { type Operation, orderToOperations } from '../../clarity-extension/mapping/order.ts'
import type { Order } from '../../shared/entities.ts'
import { type Amount, amount, currencyDigits, sum } from '../../shared/money.ts'
import { currencies, generatedOrder, type Shape, shapes } from '../support/generated-orders.ts'
import { linesOf } from './mapping-support.ts'

const ORDERS = 10_000
const lookups = mergeTables(defaultLookups, {
  currency: { entries: Object.fromEntries(currencies.map((one) => [one, `Shop ${one}`])) },
})

function written(order: Order): Operation {
  const mapped = orderToOperations(order, undefined, { lookups, company: { currency: 'USD' } })
  if (!mapped.ok) throw new Error(JSON.stringify(mapped.outcome))
  return mapped.operations[0]
}

describe(`money, over ${ORDERS} generated orders of ${shapes.length} shapes in ${currencies.length} currencies`, () => {
  it('CASES 20: lines, tax, shipping and discounts add up to the storefront’s total, in whole coins that Odoo’s rounding explains', {
    timeout: 240_000,
  }, () => {
    const held: Record<string, number> = {}
    const anyOrder = fc.tuple(fc.integer({ min: 1 }), fc.constantFrom(...shapes), fc.constantFrom(...currencies))
    fc.assert(
      fc.property(anyOrder, ([seed, shape, currency]) => {
        const order = generatedOrder(seed, shape, currency)
        const operation = written(order)
        expectConserved(order, operation)
        if (!explained(order, operation)) held[nameOf(shape)] = (held[nameOf(shape)] ?? 0) + 1
      }),
      { numRuns: ORDERS, seed: 2026 },
    )
    const all = Object.values(held).reduce((total, one) => total + one, 0)
    console.info(`held ${((all / ORDERS) * 100).toFixed(2)} %`, held)
    expect(all / ORDERS).toBeLessThanOrEqual(0.02)
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

function expectConserved(order: Order, { expect: expected }: Operation): void {
  const digits = currencyDigits(order.currency)
  const lines = (expected?.lines ?? []).map(({ subtotal, tax }) => ({ subtotal: amount(subtotal), tax: amount(tax) }))
  const tax = sum(lines.map((line) => line.tax))
  const total = sum(lines.map((line) => line.subtotal)).plus(tax)
  expect([tax.toFixed(), total.toFixed()]).toEqual([amount(order.taxTotal).toFixed(), amount(order.total).toFixed()])
  expect(expected).toMatchObject({ amount_total: order.total, amount_tax: order.taxTotal })
  expect(lines.every((line) => line.subtotal.decimalPlaces() <= digits && line.tax.decimalPlaces() <= digits)).toBe(
    true,
  )
}

const nameOf = ({ pricesIncludeTax, rounding, itemDiscount, coupon }: Shape): string =>
  [pricesIncludeTax ? 'included' : 'excluded', rounding, itemDiscount, coupon].join(' ')

const lineShape = z.object({
  clarity_ref: z.string(),
  product_uom_qty: z.string(),
  price_unit: z.string(),
  discount: z.string(),
  tax_ids: z.object({
    $set: z.array(z.object({ $find: z.object({ by: z.object({ amount: z.number(), price_include: z.boolean() }) }) })),
  }),
})

/** Whether Odoo's unrounded figures of every line are as near to the expected ones as its addon asks. */
function explained(order: Order, operation: Operation): boolean {
  const coin = amount(10).pow(-currencyDigits(order.currency))
  const expected = new Map((operation.expect?.lines ?? []).map((line) => [line.ref, line]))
  const lines = linesOf(operation).map((given) => lineShape.parse(given))
  expect(lines.map((line) => line.clarity_ref).sort()).toEqual([...expected.keys()].sort())
  return lines.every((line) => {
    const own = odooFigures(line)
    const { subtotal = '0', tax = '0', within = 0 } = expected.get(line.clarity_ref) ?? {}
    const near = (one: Amount, other: string) => one.minus(other).abs().lte(coin.times(within))
    return near(own.subtotal, subtotal) && near(own.tax, tax)
  })
}

function odooFigures(line: z.infer<typeof lineShape>): { subtotal: Amount; tax: Amount } {
  const kept = amount(100).minus(line.discount).div(100)
  const price = amount(line.product_uom_qty).times(line.price_unit).times(kept)
  const taxes = line.tax_ids.$set.map(({ $find }) => $find.by)
  const rate = sum(taxes.map((tax) => amount(tax.amount)))
  if (!taxes.some((tax) => tax.price_include)) return { subtotal: price, tax: price.times(rate).div(100) }
  const tax = price.times(rate).div(rate.plus(100))
  return { subtotal: price.minus(tax), tax }
}
