import { existsSync, readFileSync } from 'node:fs'
import {
  judgeOrder,
  judgeStock,
  learnOrder,
  learnStock,
  noHistory,
  type StockHistory,
} from '../../clarity-extension/watch/anomalies/orders.ts'
import { judgeSeries, type SeriesKind } from '../../clarity-extension/watch/anomalies/series.ts'
import { type Injected, type Kind, type ShopLife, shopLife } from './anomalies/shop-life.ts'
import type { Report } from './run.ts'

/**
 * Twelve weeks of generated shop life with sixty anomalies of ten kinds in it: how many are found, at how many false alarms per
 * week, beside the plain rule of three sigmas in the same run. False alarms count from the week in which the first anomaly may
 * come; before that nothing may be said (a shop is being learnt). An alarm that goes on is one alarm.
 */
const SEED = 20_261_126

export async function run(report: Report): Promise<void> {
  const life = shopLife(SEED)
  const found = measured(life, alarmsOf(life))
  const plain = measured(life, threeSigma(life))
  report('recall', found.recall, 'share')
  report('false_alarms_per_week', found.falsePerWeek, 'alarms/week')
  report('baseline_recall', plain.recall, 'share')
  report('baseline_false_alarms_per_week', plain.falsePerWeek, 'alarms/week')
  for (const [kind, recall] of Object.entries(found.byKind)) report(`recall_${kind}`, recall, 'share')
  for (const file of process.env.ANOMALIES_CSV ? [process.env.ANOMALIES_CSV] : []) retail(report, file)
}

/** Something that a detector said: about which series or record, and in which hour. */
export interface Said {
  about: string
  hour: number
}

const series: Record<string, SeriesKind> = {
  orders: 'count',
  value: 'sum',
  refunds: 'faults',
  received: 'count',
  errors: 'faults',
  latency: 'measure',
}

export function alarmsOf(life: ShopLife): Said[] {
  const said: Said[] = []
  for (const [name, kind] of Object.entries(series)) {
    judgeSeries({ kind }, seriesOf(life, name)).forEach(({ alarm }, hour) => {
      if (alarm) said.push({ about: name, hour })
    })
  }
  const history = noHistory()
  for (const order of life.orders) {
    for (const { rule } of judgeOrder(order, history))
      said.push({ about: `${rule}:${order.id}`, hour: hourOf(order.at) })
    learnOrder(order, history)
  }
  const stocks = new Map<string, StockHistory>()
  const moves = { known: 0, largest: [] }
  for (const { at, sku, quantity } of life.stock) {
    const own = stocks.get(sku) ?? { moves: [] }
    stocks.set(sku, own)
    const odd = judgeStock(sku, quantity, own, moves, at).length > 0
    if (odd) said.push({ about: `stock:${sku}`, hour: hourOf(at) })
    learnStock(quantity, own, moves, at, odd)
  }
  return said
}

const hourOf = (at: number): number => Math.floor(at / 3_600_000)
const seriesOf = (life: ShopLife, name: string): number[] =>
  Object.entries(life.series).find(([key]) => key === name)?.[1] ?? []

/** Where an anomaly may show. */
const shows: Record<Kind, (one: Injected) => string[]> = {
  order_drop: () => ['orders', 'value', 'received'],
  order_surge: () => ['orders', 'value', 'received'],
  refund_burst: () => ['refunds'],
  error_burst: () => ['errors'],
  latency_shift: () => ['latency'],
  silence: () => ['received', 'orders', 'value'],
  wrong_price: ({ about }) => [`price:${about}`, 'value'],
  wrong_quantity: ({ about }) => [`quantity:${about}`, 'value'],
  duplicate_order: ({ about }) => [`duplicate:${about}`],
  stock_jump: ({ about }) => [`stock:${about}`],
}
/** An alarm may still stand when the thing itself is over. Hours. */
const AFTER = 6

export function measured(life: ShopLife, said: Said[]) {
  const explains = (one: Injected, { about, hour }: Said) =>
    shows[one.kind](one).includes(about) && hour >= one.from && hour <= one.to + AFTER
  const hit = life.injected.filter((one) => said.some((alarm) => explains(one, alarm)))
  const first = Math.min(...life.injected.map(({ from }) => from))
  const wrong = incidents(said.filter((alarm) => !life.injected.some((one) => explains(one, alarm))))
  const byKind: Record<string, number> = {}
  for (const { kind } of life.injected) {
    const of = life.injected.filter((one) => one.kind === kind)
    byKind[kind] = hit.filter((one) => one.kind === kind).length / of.length
  }
  const weeks = (life.hours - Math.min(first, 28 * 24)) / 168
  return { recall: hit.length / life.injected.length, falsePerWeek: wrong.length / weeks, byKind, wrong }
}

/** Alarms of one series within six hours of one another are one. */
function incidents(said: Said[]): Said[] {
  const last = new Map<string, number>()
  return [...said]
    .sort((a, b) => a.hour - b.hour)
    .filter(({ about, hour }) => {
      const before = last.get(about)
      last.set(about, hour)
      return before === undefined || hour - before > 6
    })
}

/** The plain rule: more than three standard deviations from the mean of all before. */
function threeSigma(life: ShopLife): Said[] {
  const said: Said[] = []
  for (const name of Object.keys(series)) {
    const seen = running()
    seriesOf(life, name).forEach((value, hour) => {
      if (hour >= 28 * 24 && seen.odd(value)) said.push({ about: name, hour })
      seen.add(value)
    })
  }
  const [quantities, ratios] = [running(), running()]
  const people = new Map<string, number>()
  for (const order of life.orders) {
    const hour = hourOf(order.at)
    for (const { quantity, unitPrice, listPrice } of order.lines) {
      if (hour >= 28 * 24 && quantities.odd(quantity)) said.push({ about: `quantity:${order.id}`, hour })
      if (hour >= 28 * 24 && ratios.odd(unitPrice / listPrice)) said.push({ about: `price:${order.id}`, hour })
      quantities.add(quantity)
      ratios.add(unitPrice / listPrice)
    }
    people.set(order.person, order.at)
  }
  const stocks = new Map<string, ReturnType<typeof running>>()
  for (const { at, sku, quantity } of life.stock) {
    const own = stocks.get(sku) ?? running()
    stocks.set(sku, own)
    if (hourOf(at) >= 28 * 24 && own.odd(quantity)) said.push({ about: `stock:${sku}`, hour: hourOf(at) })
    own.add(quantity)
  }
  return said
}

function running() {
  let [count, mean, squares] = [0, 0, 0]
  return {
    odd: (value: number) => count > 30 && Math.abs(value - mean) > 3 * Math.sqrt(squares / count),
    add(value: number) {
      count++
      const off = value - mean
      mean += off / count
      squares += off * (value - mean)
    },
  }
}

/**
 * A public retail data set, where one is supplied as CSV with the columns `at` (ISO 8601), `order`, `customer`, `country`, `sku`,
 * `quantity`, `price`: how often it says something about real life, in which nobody knows what was wrong.
 */
function retail(report: Report, file: string): void {
  if (!existsSync(file)) throw new Error(`there is no ${file}`)
  const [head = '', ...rows] = readFileSync(file, 'utf8').trim().split(/\r?\n/)
  const columns = head.split(',')
  const orders = new Map<
    string,
    {
      id: string
      at: number
      person: string
      country: string
      lines: { sku: string; quantity: number; unitPrice: number }[]
    }
  >()
  for (const row of rows) {
    const cells = row.split(',')
    const cell = (name: string) => cells[columns.indexOf(name)] ?? ''
    const order = orders.get(cell('order')) ?? {
      id: cell('order'),
      at: Date.parse(cell('at')),
      person: cell('customer'),
      country: cell('country'),
      lines: [],
    }
    order.lines.push({ sku: cell('sku'), quantity: Number(cell('quantity')), unitPrice: Number(cell('price')) })
    orders.set(order.id, order)
  }
  const sorted = [...orders.values()].sort((a, b) => a.at - b.at)
  const first = hourOf(sorted[0]?.at ?? 0)
  const hours = Array.from({ length: hourOf(sorted.at(-1)?.at ?? 0) - first + 1 }, () => 0)
  const history = noHistory()
  const said: Said[] = []
  for (const order of sorted) {
    hours[hourOf(order.at) - first] = (hours[hourOf(order.at) - first] ?? 0) + 1
    for (const { rule } of judgeOrder(order, history))
      said.push({ about: `${rule}:${order.id}`, hour: hourOf(order.at) - first })
    learnOrder(order, history)
  }
  judgeSeries({ kind: 'count' }, hours).forEach(({ alarm }, hour) => {
    if (alarm) said.push({ about: 'orders', hour })
  })
  report('csv_alarms_per_week', incidents(said).length / (hours.length / 168), 'alarms/week')
}
