import { describe, expect, it } from 'vitest'
import {
  judgeOrder,
  judgeStock,
  LEARN_MS,
  learnOrder,
  learnStock,
  noHistory,
  type OrderHistory,
  type SeenOrder,
} from '../../clarity-extension/watch/anomalies/orders.ts'
import { judgeSeries } from '../../clarity-extension/watch/anomalies/series.ts'
import { shopLife } from '../bench/anomalies/shop-life.ts'
import { alarmsOf, measured } from '../bench/anomalies.ts'

describe('anomalies in twelve weeks of a shop', () => {
  it.each([7, 11])('are found with few false alarms (seed %i)', (seed) => {
    const life = shopLife(seed)
    const { recall, falsePerWeek } = measured(life, alarmsOf(life))
    expect(life.injected).toHaveLength(60)
    expect(recall).toBeGreaterThanOrEqual(0.9)
    expect(falsePerWeek).toBeLessThanOrEqual(2)
  })

  it('are hardly ever said of a shop in which nothing is wrong', () => {
    const life = shopLife(17, 0)
    expect(life.injected).toEqual([])
    expect(new Set(alarmsOf(life).map(({ about }) => about)).size).toBeLessThanOrEqual(12)
  })
})

describe('a series', () => {
  /** A day of 24 hours with a peak at noon, so many weeks of it. */
  const life = (weeks: number, hour: (at: number) => number = usual) =>
    Array.from({ length: weeks * 168 }, (_, at) => hour(at))
  const usual = (at: number) => Math.round(10 + 8 * Math.sin(((at % 24) - 6) / 3.82) + (at % 7) / 2)

  it('says nothing until it has been learnt', () => {
    const judged = judgeSeries(
      { kind: 'count' },
      life(3, (at) => (at > 400 ? 0 : usual(at))),
    )
    expect(judged.filter(({ alarm }) => alarm)).toEqual([])
    expect(judged.filter(({ expected }) => expected !== undefined)).toEqual([])
  })

  it('tells when nothing comes any more, with what was expected', () => {
    const from = 5 * 168 + 34
    const judged = judgeSeries(
      { kind: 'count' },
      life(6, (at) => (at >= from && at < from + 5 ? 0 : usual(at))),
    )
    const first = judged.findIndex(({ alarm }) => alarm)
    expect(first - from).toBeGreaterThanOrEqual(0)
    expect(first - from).toBeLessThanOrEqual(2)
    expect(judged[first]?.alarm).toMatchObject({ direction: 'low', seen: 0 })
    expect(judged[first]?.alarm?.low).toBeGreaterThan(0)
  })

  it('follows a season that grows, and a sale', () => {
    const grown = judgeSeries(
      { kind: 'count' },
      life(12, (at) => Math.round(usual(at) * (1 + at / 1500) * (at > 1200 && at < 1300 ? 2.5 : 1))),
    )
    expect(grown.filter(({ alarm }) => alarm)).toEqual([])
  })

  it('finds a latency that went up and stays up, not a single slow hour', () => {
    const wobble = (at: number) => 200 * (1 + 0.1 * Math.sin(at * 1.7))
    const shift = 6 * 168 + 50
    const shifted = judgeSeries(
      { kind: 'measure' },
      life(8, (at) => wobble(at) * (at >= shift && at < shift + 10 ? 2.2 : 1)),
    )
    expect(shifted.findIndex(({ alarm }) => alarm)).toBeGreaterThanOrEqual(shift)
    expect(shifted.findIndex(({ alarm }) => alarm)).toBeLessThan(shift + 6)
    const slow = judgeSeries(
      { kind: 'measure' },
      life(8, (at) => wobble(at) * (at === shift ? 1.7 : 1)),
    )
    expect(slow.filter(({ alarm }) => alarm)).toEqual([])
  })

  it('takes more when people said that its alarms were normal', () => {
    const hours = life(6, (at) => (at === 5 * 168 + 36 ? usual(at) * 5 : usual(at)))
    expect(judgeSeries({ kind: 'count' }, hours).some(({ alarm }) => alarm)).toBe(true)
    expect(judgeSeries({ kind: 'count', tolerance: 2 }, hours).some(({ alarm }) => alarm)).toBe(false)
  })

  it('does not count hours without a reading as zero', () => {
    const judged = judgeSeries(
      { kind: 'count' },
      life(6).map((value, at) => (at > 900 && at < 920 ? undefined : value)),
    )
    expect(judged.filter(({ alarm }) => alarm)).toEqual([])
  })
})

describe('an order', () => {
  const order = (change: Partial<SeenOrder['lines'][number]> = {}, own: Partial<SeenOrder> = {}): SeenOrder => ({
    id: 'new',
    at: LEARN_MS * 2,
    person: 'a',
    country: 'DE',
    ...own,
    lines: [{ sku: 'MUG', quantity: 2, unitPrice: 10, listPrice: 10, discountPercent: 5, taxRate: 19, ...change }],
  })

  it('as usual is nothing', () => {
    expect(judgeOrder(order(), learnt())).toEqual([])
  })

  it.each([
    ['quantity', { quantity: 500 }],
    ['price', { unitPrice: 1 }],
    ['price', { unitPrice: 100 }],
    ['discount', { discountPercent: 90 }],
    ['tax', { taxRate: 7 }],
  ])('with an odd %s is found', (rule, change) => {
    const found = judgeOrder(order(change), learnt())
    expect(found.map((one) => one.rule)).toEqual([rule])
    expect(found[0]?.high).toBeGreaterThanOrEqual(found[0]?.low ?? 0)
  })

  it('twice within minutes by the same person is found, with the other one', () => {
    const history = learnt()
    learnOrder(order({}, { id: 'first', at: LEARN_MS * 2 - 120_000 }), history)
    expect(judgeOrder(order(), history)).toMatchObject([{ rule: 'duplicate', other: 'first', seen: 2 }])
    expect(judgeOrder(order({}, { person: 'b' }), history)).toEqual([])
    expect(judgeOrder(order({ quantity: 3 }), history)).toEqual([])
  })

  it('of a new shop is never odd', () => {
    expect(judgeOrder(order({ quantity: 500 }), noHistory())).toEqual([])
    const young = learnt()
    expect(judgeOrder(order({ quantity: 500 }, { at: LEARN_MS / 2 }), young)).toEqual([])
  })

  it('is judged more gently where people said that the like is normal', () => {
    expect(judgeOrder(order({ quantity: 90 }), learnt(), { tolerance: () => 4 })).toEqual([])
    expect(judgeOrder(order({ quantity: 90 }), learnt())).toHaveLength(1)
  })

  it('with a price that stays becomes usual', () => {
    const history = learnt()
    for (let n = 0; n < 30; n++) learnOrder(order({ unitPrice: 3 }, { id: `p${n}`, person: `p${n}` }), history)
    expect(judgeOrder(order({ unitPrice: 3 }), history)).toEqual([])
  })

  function learnt(): OrderHistory {
    const history = noHistory()
    for (let n = 0; n < 400; n++) {
      learnOrder(
        order(
          { quantity: 1 + (n % 3), unitPrice: n % 10 === 0 ? 8 : 10 },
          { id: `o${n}`, person: `p${n}`, at: n * 60_000 },
        ),
        history,
      )
    }
    return history
  }
})

describe('a stock', () => {
  function learnt() {
    const own = { moves: [] }
    const all = { known: 0, largest: [] }
    for (let n = 0; n < 600; n++) learnStock(200 - (n % 40) * 4, own, all, n * 60_000)
    return { own, all }
  }

  it('below nothing, or a jump as none before, is found once', () => {
    const { own, all } = learnt()
    const later = LEARN_MS * 2
    expect(judgeStock('MUG', -4, own, all, later)).toHaveLength(1)
    expect(judgeStock('MUG', 5000, own, all, later)).toMatchObject([{ rule: 'stock', seen: 5000 }])
    learnStock(5000, own, all, later, true)
    expect(judgeStock('MUG', 4998, own, all, later)).toEqual([])
    expect(judgeStock('MUG', 42, own, all, later)).toEqual([])
  })

  it('that moves as it always does is nothing', () => {
    const { own, all } = learnt()
    expect(judgeStock('MUG', 200, own, all, LEARN_MS * 2)).toEqual([])
  })
})
