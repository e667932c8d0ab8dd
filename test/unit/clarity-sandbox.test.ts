import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { catalogue } from '../../clarity-extension/sandbox/catalogue.ts'
import { legalMoves, mayMove } from '../../clarity-extension/sandbox/storefront/order-status.ts'
import { html } from '../../clarity-extension/sandbox/storefront/pages/html.ts'
import { type PriceBook, price } from '../../clarity-extension/sandbox/storefront/pricing.ts'
import { legalReturnMoves } from '../../clarity-extension/sandbox/storefront/returns.ts'
import { amountsThatDoNotAddUp } from '../../clarity-extension/sandbox/storefront/totals.ts'
import { orderStatuses, product } from '../../shared/entities.ts'
import { amount, sum } from '../../shared/money.ts'

describe('the catalogue', () => {
  const { products, taxes, warehouses } = catalogue

  it('has at least 40 sellable SKUs with variants, each once', () => {
    expect(products.length).toBeGreaterThanOrEqual(40)
    expect(new Set(products.map(({ sku }) => sku)).size).toBe(products.length)
    expect(products.filter(({ options }) => Object.keys(options).length > 1).length).toBeGreaterThan(20)
  })

  it('gives every variant of a product its own options, name and barcode', () => {
    for (const key of ['name', 'barcode'] as const) {
      expect(new Set(products.map((one) => one[key])).size).toBe(products.length)
    }
    const variants = products.map(({ templateName, options }) => JSON.stringify([templateName, options]))
    expect(new Set(variants).size).toBe(products.length)
  })

  it('uses every tax, knows every warehouse, and writes prices with two digits', () => {
    expect(new Set(products.map(({ taxCode }) => taxCode))).toEqual(new Set(taxes.map(({ code }) => code)))
    for (const { stock, price: text, weight } of products) {
      expect(Object.keys(stock).sort()).toEqual(warehouses.map(({ code }) => code).sort())
      expect(text).toMatch(/^\d+\.\d\d$/)
      expect(weight).toMatch(/^\d+\.\d{3}$/)
    }
  })

  it('has barcodes whose check digit is right', () => {
    for (const { barcode } of products) {
      const total = [...barcode].reduce((n, digit, index) => n + Number(digit) * (index % 2 === 0 ? 1 : 3), 0)
      expect([barcode.length, total % 10]).toEqual([13, 0])
    }
  })
})

describe('order status', () => {
  it('moves only as listed', () => {
    const allowed = orderStatuses.flatMap((from) =>
      orderStatuses.filter((to) => mayMove(from, to)).map((to) => `${from} ${to}`),
    )
    const listed = orderStatuses.flatMap((from) => [from, ...legalMoves[from]].map((to) => `${from} ${to}`))
    expect(allowed.sort()).toEqual(listed.sort())
  })

  it('ends where it ends', () => {
    expect([legalMoves.completed, legalMoves.cancelled, legalReturnMoves.refunded, legalReturnMoves.rejected]).toEqual([
      [],
      [],
      [],
      [],
    ])
  })

  it('never lets go back what has shipped', () => {
    expect(legalMoves.shipped).not.toEqual(
      expect.arrayContaining(['pending', 'confirmed', 'processing', 'partiallyShipped']),
    )
  })
})

describe('prices', () => {
  const item = product.parse({
    id: 'p',
    sku: 'X',
    name: 'X',
    prices: { base: '1' },
    currency: 'USD',
    taxCode: 't',
    updatedAt: '2026-01-01T00:00:00Z',
  })
  const decimals = (max: number, digits: number) =>
    fc.integer({ min: 1, max }).map((n) =>
      amount(n)
        .div(10 ** digits)
        .toFixed(),
    )
  const currencies = fc.constantFrom('USD', 'JPY', 'KWD')

  it('always add up by the very check that complete orders must pass', () => {
    fc.assert(
      fc.property(
        currencies,
        fc.array(fc.tuple(decimals(10_000, 2), decimals(1_000_000, 4), decimals(30_000, 3)), {
          minLength: 1,
          maxLength: 8,
        }),
        decimals(5_000, 2),
        (currency, lines, shipping) => {
          const book: PriceBook = {
            product: (sku) => ({ ...item, currency, taxCode: sku, prices: { base: lines[Number(sku)]?.[1] ?? '1' } }),
            taxRate: (code) => lines[Number(code)]?.[2] ?? '15',
            shipping: () => undefined,
          }
          const items = lines.map(([quantity], index) => ({ sku: String(index), quantity }))
          const priced = price({ items, shippingLines: [{ method: 'x', amount: shipping }] }, currency, book)
          expect(amountsThatDoNotAddUp(priced)).toEqual([])
          const parts = [priced.subtotal, priced.shippingTotal, priced.taxTotal].map(amount)
          expect(sum(parts).eq(priced.total)).toBe(true)
        },
      ),
    )
  })
})

describe('pages', () => {
  it('escape everything that is put in', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", 'a') }), (text) => {
        const made = html`<p title="${text}">${[html`${text}`]}</p>`.html
        expect(made.replace(/&(amp|lt|gt|quot|#39);/g, '')).toMatch(/^<p title="a*">a*<\/p>$/)
      }),
    )
  })
})
