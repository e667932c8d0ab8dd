import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeTables } from '../../clarity-extension/mapping/lookups.ts'
import { convertFigures } from '../../clarity-extension/mapping/order/exchange.ts'
import { figuresOf } from '../../clarity-extension/mapping/order/figures.ts'
import { shippingTaxes } from '../../clarity-extension/mapping/order/shipping.ts'
import type { OrderContext } from '../../clarity-extension/mapping/order.ts'
import { orderRates } from '../../clarity-extension/ports/rates.ts'
import { amount, currencyDigits, round, sum } from '../../shared/money.ts'
import { currencies, generatedOrder, shapes } from '../support/generated-orders.ts'
import { linesOf, mapFixture, operationsOf, orderFixture, usd } from './mapping-support.ts'

const exchange = { rate: '0.8', date: '2026-11-01' }
const tables = (own: Record<string, Record<string, string>>): OrderContext => ({
  ...usd,
  exchange,
  lookups: mergeTables(
    usd.lookups,
    Object.fromEntries(Object.entries(own).map(([name, entries]) => [name, { entries }])),
  ),
})
const converting = tables({ currency_policy: { EUR: 'convert' } })
const euros = { currency: 'EUR' }

describe('an order in another currency', () => {
  it('CASES 23: keeps it through the one pricelist in it, with the rate and both amounts', () => {
    const [operation] = operationsOf('guest', euros, { ...usd, exchange })
    expect(operation?.values).toMatchObject({
      pricelist_id: { $find: { model: 'product.pricelist', by: { 'currency_id.name': 'EUR' } } },
      clarity_currency_id: { $find: { model: 'res.currency', by: { name: 'EUR' } } },
      clarity_total: operation?.expect?.amount_total,
      clarity_rate: '0.8',
      clarity_rate_date: '2026-11-01',
      clarity_company_total: round(amount(operation?.expect?.amount_total ?? 0).div('0.8'), 2).toFixed(),
    })
    const [named] = operationsOf('guest', euros, tables({ currency: { EUR: 'Europe' } }))
    expect(named?.values.pricelist_id).toEqual({ $find: { model: 'product.pricelist', by: { name: 'Europe' } } })
  })

  it('CASES 23: is converted where the table says so, line by line, and keeps what the customer paid', () => {
    const [kept] = operationsOf('guest', euros, { ...usd, exchange })
    const [operation] = operationsOf('guest', euros, converting)
    expect(operation?.values).toMatchObject({ pricelist_id: false, clarity_total: kept?.expect?.amount_total })
    expect(operation?.expect?.amount_total).toBe(kept?.values.clarity_company_total)
    const [item] = linesOf(operation)
    const [was] = linesOf(kept)
    expect(item?.price_unit).toBe(amount(String(was?.price_unit)).div('0.8').toDecimalPlaces(8).toFixed())
  })

  it('CASES 23: waits where Odoo has no rate, under either policy', () => {
    for (const context of [
      { ...usd, exchange: null },
      { ...converting, exchange: null },
    ]) {
      expect(mapFixture('guest', euros, context)).toMatchObject({
        ok: false,
        outcome: { kind: 'correct', problems: [{ code: 'no_rate', field: '/currency', value: 'EUR' }] },
      })
    }
  })

  it('in the company’s own currency has no rate', () => {
    const [operation] = operationsOf('guest')
    expect(operation?.values).not.toHaveProperty('clarity_rate')
  })

  it('CASES 23: loses no coin in the conversion, whatever the currencies', () => {
    const rates = fc.constantFrom('0.0031', '0.305', '0.92', '1', '1.36', '151.4', '16250.75')
    const any = fc.tuple(fc.integer({ min: 1 }), fc.constantFrom(...shapes), fc.constantFrom(...currencies), rates)
    fc.assert(
      fc.property(any, fc.constantFrom(...currencies), ([seed, shape, currency, rate], company) => {
        const order = generatedOrder(seed, shape, currency)
        const shipping = shippingTaxes(order)
        if (!shipping.ok) throw new Error('shipping has rates')
        const kept = figuresOf(order, shipping.taxes)
        const amounts = order.shippingLines.map((line) => line.amount)
        const { figures } = convertFigures(kept, amounts, order, { rate, date: '2026-01-01' }, company)
        const { lines, amount_total, amount_tax } = figures.expected
        const digits = currencyDigits(company)
        const tax = sum(lines.map((line) => amount(line.tax)))
        const total = sum(lines.map((line) => amount(line.subtotal))).plus(tax)
        const whole = lines.every((line) => amount(line.tax).decimalPlaces() <= digits)
        expect([total.eq(amount_total), tax.eq(amount_tax), whole]).toEqual([true, true, true])
        expect(round(amount(order.total).div(rate), digits).toFixed()).toBe(amount(amount_total).toFixed())
        expect(round(amount(order.taxTotal).div(rate), digits).toFixed()).toBe(amount(amount_tax).toFixed())
      }),
      { numRuns: 1_000, seed: 2026 },
    )
  })
})

describe('rates', () => {
  it('are asked for once per order and day, and a missing one again', async () => {
    const asked: unknown[] = []
    const answers = [null, '0.8', '0.9']
    const rates = orderRates(
      {
        async readRates(_store, orders) {
          asked.push(orders)
          const rate = answers[asked.length - 1] ?? null
          const one = { ref: 'o', rate, date: rate && '2026-01-01', fixed: false }
          return { ok: true, value: { company_currency: 'USD', rates: [one] } }
        },
      },
      'main',
    )
    const { order } = orderFixture('guest', { ...euros, placedAt: '2026-11-20T23:59:58Z' })
    expect(await rates(order)).toEqual({ ok: true, value: null })
    expect(await rates(order)).toEqual({ ok: true, value: { rate: '0.8', date: '2026-01-01' } })
    expect(await rates(order)).toEqual({ ok: true, value: { rate: '0.8', date: '2026-01-01' } })
    expect(asked).toEqual(Array(2).fill([{ ref: order.id, currency: 'EUR', date: '2026-11-20' }]))
  })
})

describe('what is charged or given beside goods', () => {
  it('CASES 24: a fee is a line of its own product and no delivery; the carrier is that of the delivery', () => {
    const lookups = mergeTables(usd.lookups, { fee: { entries: { Handling: 'HANDLING' } } })
    const { order } = orderFixture('guest')
    const [delivery] = order.shippingLines
    const shippingLines = [{ method: 'Handling', amount: '0.00', taxAmount: '0' }, delivery]
    const [operation] = operationsOf('guest', { shippingLines }, { ...usd, lookups })
    const [fee, shipping] = linesOf(operation).filter((line) => String(line.clarity_ref).startsWith('shipping'))
    expect(fee).toMatchObject({
      is_delivery: false,
      product_id: { $find: { model: 'product.product', by: { default_code: 'HANDLING' } } },
    })
    expect(shipping).toMatchObject({ is_delivery: true })
    expect(operation?.values.carrier_id).toEqual({
      $find: { model: 'delivery.carrier', by: { name: delivery?.method } },
    })
  })

  it('CASES 24: a gift card is money: no tax, and a product whose account the accountant chooses', () => {
    const { order } = orderFixture('guest')
    const discounts = [{ name: 'Gift card', amount: '10.00' }]
    const [operation] = operationsOf('guest', { discounts, total: amount(order.total).minus(10).toFixed(2) })
    expect(linesOf(operation).at(-1)).toMatchObject({
      clarity_ref: 'discount:1',
      price_unit: '-10',
      product_id: { $xmlid: 'clarity_bridge.product_gift_card' },
      tax_ids: { $set: [] },
    })
  })
})
