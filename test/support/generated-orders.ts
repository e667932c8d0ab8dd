import { type Order, order as orderShape } from '../../shared/entities.ts'
import { type Amount, allocate, amount, currencyDigits, round, sum, ZERO } from '../../shared/money.ts'
import { chance } from './chance.ts'

/** 12 currencies with 0, 2 and 3 decimals. */
export const currencies = ['USD', 'EUR', 'GBP', 'CHF', 'CAD', 'SEK', 'PLN', 'AUD', 'JPY', 'KRW', 'KWD', 'BHD'] as const

export const rates = ['0', '5', '7', '15', '19', '20', '25.5'] as const

/** How storefronts differ. All of it together makes 72 shapes of tax and discount. */
export interface Shape {
  pricesIncludeTax: boolean
  /** Tax is rounded per line or once per rate and document. */
  rounding: 'line' | 'document'
  itemDiscount: 'none' | 'percent' | 'amount'
  /**
   * `own`: the coupon says its tax. `reduced`: the items' taxes are those after the coupon. `some`: as reduced, for the items
   * of one tax only. `giftCard`: no tax at all. `both`: a coupon that reduced taxes, and a gift card.
   */
  coupon: (typeof coupons)[number]
}

const coupons = ['none', 'own', 'reduced', 'some', 'giftCard', 'both'] as const

export const shapes: Shape[] = [true, false].flatMap((pricesIncludeTax) =>
  (['line', 'document'] as const).flatMap((rounding) =>
    (['none', 'percent', 'amount'] as const).flatMap((itemDiscount) =>
      coupons.map((coupon) => ({
        pricesIncludeTax,
        rounding,
        itemDiscount,
        coupon,
      })),
    ),
  ),
)

/** A consistent order as some storefront would make it; the same seed gives the same order. */
export function generatedOrder(seed: number, shape: Shape, currency: string, mostLines = 8): Order {
  const random = chance(seed)
  const digits = currencyDigits(currency)
  const count = 1 + random(mostLines)
  const few = [rates[1 + random(rates.length - 1)] ?? '15', rates[random(rates.length)] ?? '0']
  const lines = Array.from({ length: count }, (_, index) => itemOf(index, few[random(4) === 0 ? 1 : 0] ?? '15'))
  const shippingAmount = random(5) === 0 ? ZERO : coins(random(2_000))
  const shippingRate = few[0] ?? '15'
  const discount = couponOf()
  const card = shape.coupon === 'both' ? round(discount.div(3), digits) : ZERO
  const first = lines[0]?.rate
  const shares = allocate(
    discount.minus(card),
    lines.map(({ total, rate }) => (shape.coupon === 'some' && rate !== first ? ZERO : total)),
    digits,
  )
  const reduced = ['reduced', 'some', 'both'].includes(shape.coupon)
  const bases = lines.map((line, index) => (reduced ? line.total.minus(shares[index] ?? ZERO) : line.total))
  const taxes = taxesOf([...bases, shippingAmount], [...lines.map(({ rate }) => rate), shippingRate])
  const discountTax =
    shape.coupon === 'own'
      ? sum(
          taxesOf(
            shares,
            lines.map(({ rate }) => rate),
          ).parts,
        )
      : ZERO
  const taxTotal = round(taxes.total.minus(discountTax), digits)
  const subtotal = sum(lines.map(({ total }) => total))
  const total = subtotal
    .plus(shippingAmount)
    .minus(discount)
    .plus(shape.pricesIncludeTax ? ZERO : taxTotal)
  const text = (value: Amount) => value.toFixed(Math.max(digits, value.decimalPlaces()))

  return orderShape.parse({
    id: `g${seed}`,
    updatedAt: '2026-11-20T10:00:00Z',
    number: `G-${seed}`,
    status: 'pending',
    contact: { name: `Guest ${seed % 50}`, email: `guest${seed % 50}@example.com` },
    currency,
    pricesIncludeTax: shape.pricesIncludeTax,
    items: lines.map((line, index) => ({
      lineId: `L${index + 1}`,
      sku: `SKU-${index % 20}`,
      name: `Thing ${index + 1}`,
      quantity: line.quantity.toFixed(),
      unitPrice: text(line.unitPrice),
      discount: text(line.discount),
      ...(line.percent && { discountPercent: line.percent }),
      taxAmount: text(taxes.parts[index] ?? ZERO),
      taxRate: line.rate,
      taxCode: `rate-${line.rate}`,
      total: text(line.total),
    })),
    shippingLines: [
      {
        method: 'Standard delivery',
        amount: text(shippingAmount),
        taxAmount: text(taxes.parts[count] ?? ZERO),
        taxRate: shippingRate,
        taxCode: `rate-${shippingRate}`,
      },
    ],
    discounts: [
      { name: 'Coupon', amount: text(discount.minus(card)), taxAmount: text(discountTax) },
      { name: 'Gift card', amount: text(card), taxAmount: '0' },
    ].filter((one) => !amount(one.amount).isZero()),
    subtotal: text(subtotal),
    shippingTotal: text(shippingAmount),
    taxTotal: text(taxTotal),
    total: text(total),
    billingAddress: { line1: `${seed % 50} Main St`, city: 'Springfield', region: 'IL', country: 'US' },
    shippingAddress: { line1: `${seed % 50} Main St`, city: 'Springfield', region: 'IL', country: 'US' },
    placedAt: '2026-11-20T09:59:58Z',
  })

  function coins(number: number): Amount {
    return amount(number).div(amount(10).pow(digits))
  }

  function itemOf(index: number, rate: string) {
    const quantity = random(12) === 0 ? amount(1 + random(3_000)).div(100) : amount(1 + random(9))
    const unitPrice =
      random(10) === 0 ? coins(1 + random(90_000)).plus(coins(random(10)).div(10)) : coins(1 + random(20_000))
    const gross = quantity.times(unitPrice)
    const percent = shape.itemDiscount === 'percent' && index % 2 === 0 ? String(5 * (1 + random(8))) : undefined
    const discount = percent
      ? round(gross.times(percent).div(100), digits)
      : shape.itemDiscount === 'amount' && index % 2 === 0
        ? round(gross.times(random(90)).div(337), digits)
        : ZERO
    return { quantity, unitPrice, discount, percent, rate, total: round(gross.minus(discount), digits) }
  }

  function couponOf(): Amount {
    if (shape.coupon === 'none') return ZERO
    const lowered = lines.filter(({ rate }) => shape.coupon !== 'some' || rate === lines[0]?.rate)
    const most = sum(lowered.map(({ total: one }) => one))
    return round(most.times(1 + random(50)).div(100), digits)
  }

  /** `parts` as the storefront shows them; for rounding per document they have more decimals than the currency. */
  function taxesOf(amounts: Amount[], of: string[]): { parts: Amount[]; total: Amount } {
    const raw = amounts.map((one, index) => {
      const rate = amount(of[index] ?? '0')
      return shape.pricesIncludeTax ? one.times(rate).div(rate.plus(100)) : one.times(rate).div(100)
    })
    if (shape.rounding === 'line') {
      const parts = raw.map((one) => round(one, digits))
      return { parts, total: sum(parts) }
    }
    const byRate = Map.groupBy(
      raw.map((one, index) => ({ one, rate: of[index] })),
      ({ rate }) => rate,
    )
    const total = sum([...byRate.values()].map((group) => round(sum(group.map(({ one }) => one)), digits)))
    return { parts: raw.map((one) => round(one, digits + 4)), total }
  }
}
