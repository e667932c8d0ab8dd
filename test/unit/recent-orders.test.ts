import { describe, expect, it } from 'vitest'
import { type RecentOrder, recentOrders } from '../../clarity-extension/watch/anomalies/recent-orders.ts'

const MINUTE = 60_000
const order = (n: number, parts: Partial<RecentOrder> = {}): RecentOrder => ({
  id: `ord_${n}`,
  at: n * MINUTE,
  same: `person ${n}: TEE`,
  ...parts,
})

describe('recent orders', () => {
  it('are found by who ordered what, the oldest first', () => {
    const recent = recentOrders(10 * MINUTE)
    const same = { same: 'ann: TEE' }
    for (const one of [order(1, same), order(2), order(3, same), order(4, { same: 'ann: MUG' })]) recent.add(one)
    expect(recent.like(order(5, same)).map(({ id }) => id)).toEqual(['ord_1', 'ord_3'])
    expect(recent.like(order(5))).toEqual([])
    expect(recent.count).toBe(4)
  })

  it('count once, however often they are added', () => {
    const recent = recentOrders(10 * MINUTE)
    for (let again = 0; again < 3; again++) recent.add(order(1))
    expect(recent.count).toBe(1)
    expect(recent.like(order(1))).toHaveLength(1)
  })

  it('go when they are old beside the newest', () => {
    const recent = recentOrders(10 * MINUTE)
    for (let n = 1; n <= 30; n++) recent.add(order(n))
    expect(recent.count).toBe(11)
    expect(recent.like(order(19))).toEqual([])
    expect(recent.like(order(20))).toHaveLength(1)
    recent.add(order(40, { same: 'person 30: TEE' }))
    expect(recent.like(order(30)).map(({ at }) => at / MINUTE)).toEqual([30, 40])
    recent.add(order(41, { same: 'person 30: TEE' }))
    expect(recent.like(order(30)).map(({ at }) => at / MINUTE)).toEqual([40, 41])
  })

  it('are never more than so many, also where the newest come first', () => {
    const recent = recentOrders(10 * MINUTE, 100)
    for (let n = 5_000; n > 0; n--) recent.add(order(n))
    expect(recent.count).toBe(100)
    for (let n = 5_000; n > 0; n--) recent.add(order(n, { same: 'one', id: `of one ${n}` }))
    expect(recent.count).toBeLessThanOrEqual(101)
    expect(recent.like(order(1, { same: 'one' })).length).toBeLessThanOrEqual(100)
  })
})
