import { chance } from '../../support/chance.ts'

/** What happens in a month, in numbers. */
export interface Size {
  orders: number
  customers: number
  /** Beside the sample catalogue; every template has three variants. */
  templates: number
  kits: number
  partial: number
  cancelled: number
  returned: number
  /** Of those that are returned. */
  partialRefunds: number
  /** Rounds of business between two nights. */
  rounds: number
}

/** The month of the acceptance, or a smaller one in the same proportions. */
export function sizeOf(orders: number): Size {
  const share = (of1000: number) => Math.max(2, Math.round((of1000 * orders) / 1_000))
  return {
    orders,
    customers: share(300),
    templates: share(50),
    // They need Odoo's manufacturing, whose installation is not worth it for a few.
    kits: orders >= 200 ? 10 : 0,
    partial: share(150),
    cancelled: share(80),
    returned: share(120),
    partialRefunds: share(40),
    rounds: Math.max(1, Math.min(12, Math.round(orders / 80))),
  }
}

export const currencies = ['USD', 'EUR', 'GBP', 'JPY', 'SEK'] as const
export type Currency = (typeof currencies)[number]

export interface Planned {
  /** Of the month. */
  index: number
  round: number
  fate: 'open' | 'delivered' | 'partial' | 'cancelled' | 'returned'
  currency: Currency
  /** By an account of the shop; else by a guest. */
  registered: boolean
  partialRefund: boolean
  /** Whether the goods of a return come back. */
  restock: boolean
  /** An accountant credits it by hand in Odoo, before the storefront refunds it. */
  byHand: boolean
}

/** The same seed plans the same month. */
export function planOf(size: Size, seed: number): Planned[] {
  const random = chance(seed)
  const fates: Planned['fate'][] = Array.from({ length: size.orders }, (_, n) => {
    if (n < size.partial) return 'partial'
    if (n < size.partial + size.cancelled) return 'cancelled'
    if (n < size.partial + size.cancelled + size.returned) return 'returned'
    return random(4) === 0 ? 'open' : 'delivered'
  })
  for (let n = fates.length - 1; n > 0; n--) {
    const other = random(n + 1)
    const [one, two] = [fates[n] ?? 'open', fates[other] ?? 'open']
    fates[n] = two
    fates[other] = one
  }
  let returned = 0
  return fates.map((fate, index) => {
    if (fate === 'returned') returned += 1
    return {
      index,
      round: Math.floor((index * size.rounds) / size.orders),
      fate,
      currency: currencies[random(10) < 5 ? 0 : 1 + random(currencies.length - 1)] ?? 'USD',
      registered: random(2) === 0,
      partialRefund: fate === 'returned' && returned <= size.partialRefunds,
      restock: random(3) > 0,
      byHand: fate === 'returned' && returned % 10 === 1,
    }
  })
}
