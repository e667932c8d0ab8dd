/**
 * Twelve weeks of a shop's life, made up from how shops live: a day has two peaks, a week its Sunday evening, a season grows, a sale
 * triples and cuts prices, a holiday halves. It knows nothing of how anomalies are found.
 */
export interface ShopLife {
  hours: number
  /** Per hour. */
  series: Record<'orders' | 'value' | 'refunds' | 'received' | 'errors', number[]> & { latency: number[] }
  orders: Order[]
  stock: { at: number; sku: string; quantity: number }[]
  injected: Injected[]
}

export interface Order {
  id: string
  at: number
  person: string
  country: string
  lines: { sku: string; quantity: number; unitPrice: number; listPrice: number; taxRate: number }[]
}

export const kinds = [
  'order_drop',
  'order_surge',
  'refund_burst',
  'error_burst',
  'latency_shift',
  'silence',
  'wrong_price',
  'wrong_quantity',
  'duplicate_order',
  'stock_jump',
] as const
export type Kind = (typeof kinds)[number]

export interface Injected {
  kind: Kind
  /** Hours, from and to inclusive. */
  from: number
  to: number
  /** Order id or SKU, where it is about one. */
  about?: string
}

const WEEKS = 12
const HOURS = WEEKS * 168
const HOUR = 3_600_000
const PRODUCTS = 60

export function shopLife(seed: number, perKind = 6): ShopLife {
  const random = generator(seed)
  const skus = Array.from({ length: PRODUCTS }, (_, at) => ({
    sku: `P-${100 + at}`,
    list: Math.round(500 + 9500 * random.next() ** 2) / 100,
    popularity: 1 / (at + 3),
  }))
  const injected = plan(random, perKind)
  const series: ShopLife['series'] = { orders: [], value: [], refunds: [], received: [], errors: [], latency: [] }
  const orders: Order[] = []
  const stock: ShopLife['stock'] = []
  const levels = new Map(skus.map(({ sku }) => [sku, 150 + Math.floor(200 * random.next())]))
  const at = (kind: Kind, hour: number) =>
    injected.find((one) => one.kind === kind && one.from <= hour && hour <= one.to)
  const mood = { value: 0 }
  for (let hour = 0; hour < HOURS; hour++) {
    mood.value = 0.97 * mood.value + 0.04 * random.normal()
    const sale = onSale(hour)
    let rate = 13 * dayShape(hour) * season(hour) * (sale ? 2.8 : 1) * (holiday(hour) ? 0.45 : 1) * Math.exp(mood.value)
    if (at('order_drop', hour)) rate *= 0.03
    if (at('order_surge', hour)) rate = Math.max(rate, 6) * (7 + 4 * random.next())
    if (at('silence', hour)) rate = 0
    let value = 0
    const count = random.poisson(rate * random.gamma(14))
    for (let n = 0; n < count; n++) {
      const order = makeOrder(`O${hour}-${n}`, hour, sale)
      orders.push(order)
      value += worth(order)
      for (const { sku, quantity } of order.lines) levels.set(sku, Math.max(0, (levels.get(sku) ?? 0) - quantity))
    }
    series.orders.push(count)
    for (const one of injected.filter(({ from }) => from === hour)) value += spoil(one, hour, sale)
    series.value.push(value)
    const silent = at('silence', hour) !== undefined
    const received = silent ? 0 : random.poisson(18 + 9 * dayShape(hour)) + 2 * count
    series.received.push(received)
    series.refunds.push(random.poisson(at('refund_burst', hour) ? 6 : 0.45 * dayShape(hour) * season(hour)))
    const errors = at('error_burst', hour) ? 0.35 : 0.006
    series.errors.push(random.poisson(received * errors))
    series.latency.push(
      (240 + 90 * dayShape(hour)) * Math.exp(0.18 * random.normal()) * (at('latency_shift', hour) ? 2.6 : 1),
    )
    moveStock(hour, silent)
  }
  return { hours: HOURS, series, orders: orders.sort((a, b) => a.at - b.at), stock, injected }

  function makeOrder(id: string, hour: number, sale: boolean): Order {
    const country = random.next() < 0.8 ? 'US' : random.next() < 0.6 ? 'DE' : 'FR'
    const company = random.next() < 0.02
    const lines = Array.from({ length: 1 + random.poisson(0.7) }, () => {
      const product = random.pick(skus, ({ popularity }) => popularity)
      const quantity = company ? 8 + random.poisson(10) : 1 + random.poisson(0.4)
      const discount = sale && random.next() < 0.6 ? 0.7 + 0.1 * random.next() : random.next() < 0.06 ? 0.85 : 1
      return {
        sku: product.sku,
        quantity,
        unitPrice: round(product.list * discount * (company ? 0.9 : 1)),
        listPrice: product.list,
        taxRate: { US: 8, DE: 19, FR: 20 }[country] ?? 0,
      }
    })
    return {
      id,
      at: (hour + random.next()) * HOUR,
      person: `c${Math.floor(6000 * random.next() ** 1.5)}`,
      country,
      lines,
    }
  }

  /** @returns what it adds to the hour's value */
  function spoil(one: Injected, hour: number, sale: boolean): number {
    const id = `X${one.kind}-${hour}`
    if (one.kind === 'stock_jump') {
      const product = random.pick(skus, () => 1)
      one.about = product.sku
      const now = levels.get(product.sku) ?? 0
      const wrong =
        random.next() < 0.4 ? -5 - Math.floor(40 * random.next()) : now + 1500 + Math.floor(3000 * random.next())
      stock.push({ at: (hour + 0.5) * HOUR, sku: product.sku, quantity: wrong })
      return 0
    }
    if (one.kind !== 'wrong_price' && one.kind !== 'wrong_quantity' && one.kind !== 'duplicate_order') return 0
    const order = makeOrder(id, hour, sale)
    const [line] = order.lines
    if (!line) return 0
    one.about = id
    if (one.kind === 'wrong_price') line.unitPrice = round(line.listPrice * (random.next() < 0.7 ? 0.1 : 10))
    if (one.kind === 'wrong_quantity') line.quantity = 200 + Math.floor(800 * random.next())
    orders.push(order)
    if (one.kind !== 'duplicate_order') return worth(order)
    orders.push({ ...order, id: `${id}-again`, at: order.at + (1 + 5 * random.next()) * 60_000 })
    one.about = `${id}-again`
    return 2 * worth(order)
  }

  function moveStock(hour: number, silent: boolean): void {
    for (const { sku } of skus) {
      const now = levels.get(sku) ?? 0
      if (now < 40 && random.next() < 0.05) levels.set(sku, now + 100 + Math.floor(200 * random.next()))
      if (!silent && random.next() < 0.3) stock.push({ at: (hour + 0.9) * HOUR, sku, quantity: levels.get(sku) ?? 0 })
    }
  }
}

const round = (price: number): number => Math.round(price * 100) / 100
const worth = ({ lines }: Order): number =>
  lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0)

const FIRST_DAY = 28
/** How long the ones last that are about hours, not about a record. */
const lasting: Partial<Record<Kind, number>> = {
  order_drop: 4,
  order_surge: 2,
  refund_burst: 3,
  error_burst: 2,
  latency_shift: 8,
  silence: 4,
}

/** Anomalies begin after four weeks; those about hours happen by day and have a day for themselves. */
function plan(random: Generator, perKind: number): Injected[] {
  const days = Array.from({ length: HOURS / 24 - FIRST_DAY }, (_, at) => FIRST_DAY + at)
  return kinds.flatMap((kind) =>
    Array.from({ length: perKind }, () => {
      const length = lasting[kind]
      const day =
        length === undefined
          ? FIRST_DAY + Math.floor((HOURS / 24 - FIRST_DAY) * random.next())
          : (days.splice(Math.floor(days.length * random.next()), 1)[0] ?? FIRST_DAY)
      const from = day * 24 + 9 + Math.floor(8 * random.next())
      return { kind, from, to: from + (length ?? 1) - 1 }
    }),
  )
}

/** Local time: the week begins on a Monday at midnight. */
function dayShape(hour: number): number {
  const clock = hour % 24
  const day = Math.floor(hour / 24) % 7
  const peak = (at: number, width: number) => Math.exp(-(((clock - at) / width) ** 2))
  return (0.08 + 0.75 * peak(12, 4) + peak(20, 2.6)) * ([1, 0.95, 0.95, 1, 0.9, 1.1, 1.3][day] ?? 1)
}

const season = (hour: number): number => 0.85 + (0.5 * hour) / HOURS
/** Four days in week 4 and five days in week 9. */
const onSale = (hour: number): boolean => between(hour, 3, 3, 6) || between(hour, 8, 3, 7)
/** A Monday in week 6, two days in week 11. */
const holiday = (hour: number): boolean => between(hour, 5, 0, 0) || between(hour, 10, 2, 3)
const between = (hour: number, week: number, from: number, to: number): boolean => {
  const day = Math.floor(hour / 24) - week * 7
  return day >= from && day <= to
}

type Generator = ReturnType<typeof generator>

/** Chance with a seed (mulberry32), and the distributions that a shop needs. */
function generator(seed: number) {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  const poisson = (mean: number): number => {
    if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()))
    let [count, product] = [0, next()]
    for (const limit = Math.exp(-mean); product > limit; product *= next()) count++
    return count
  }
  /** Mean 1; the larger the shape, the closer to it. */
  const gamma = (shape: number): number =>
    Array.from({ length: shape }, () => -Math.log(1 - next())).reduce((sum, one) => sum + one, 0) / shape
  function pick<T>(items: readonly T[], weight: (item: T) => number): T {
    let left = next() * items.reduce((sum, item) => sum + weight(item), 0)
    for (const item of items) {
      left -= weight(item)
      if (left <= 0) return item
    }
    const [first] = items
    if (first === undefined) throw new Error('nothing to pick from')
    return first
  }
  return { next, normal, poisson, gamma, pick }
}
