import { describe, expect, it } from 'vitest'
import { batcher } from '../../clarity-extension/delivery/batcher.ts'
import { adaptiveLimit, type Limit } from '../../clarity-extension/delivery/limit.ts'

const fixed = (size: number): Limit => ({ size, accepted() {}, refused() {} })
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('batcher', () => {
  it('sends what one turn submits in one call and answers each its own result', async () => {
    const calls: number[][] = []
    const b = batcher<number, number>({
      limit: fixed(1),
      maxItems: 25,
      async send(items) {
        calls.push(items)
        return items.map((n) => n * 10)
      },
    })
    expect(await Promise.all([1, 2, 3].map((n) => b.submit(n)))).toEqual([10, 20, 30])
    expect(calls).toEqual([[1, 2, 3]])
  })

  it('never exceeds the batch size nor the calls in flight', async () => {
    let inFlight = 0
    let most = 0
    const sizes: number[] = []
    const b = batcher<number, number>({
      limit: fixed(2),
      maxItems: 10,
      async send(items) {
        most = Math.max(most, ++inFlight)
        sizes.push(items.length)
        await turn()
        inFlight--
        return items
      },
    })
    await Promise.all(Array.from({ length: 95 }, (_, n) => b.submit(n)))
    expect(most).toBe(2)
    expect(Math.max(...sizes)).toBe(10)
    expect(sizes.reduce((a, n) => a + n)).toBe(95)
    expect(b.waiting).toBe(0)
  })

  it('keeps items that share a record out of two calls at the same time', async () => {
    const open = new Set<string>()
    let clash = false
    const b = batcher<string, string>({
      limit: fixed(4),
      maxItems: 2,
      keys: (item) => [item],
      async send(items) {
        for (const item of new Set(items)) {
          if (open.has(item)) clash = true
          open.add(item)
        }
        await turn()
        await turn()
        for (const item of items) open.delete(item)
        return items
      },
    })
    await Promise.all(['a', 'a', 'a', 'b', 'a', 'b', 'c', 'a', 'a'].map((item) => b.submit(item)))
    expect(clash).toBe(false)
  })

  it('fails every item of a call that throws, and goes on', async () => {
    let first = true
    const b = batcher<number, number>({
      limit: adaptiveLimit(),
      maxItems: 5,
      async send(items) {
        if (first) {
          first = false
          throw new Error('away')
        }
        return items
      },
    })
    const failed = await Promise.allSettled([b.submit(1), b.submit(2)])
    expect(failed.map((r) => r.status)).toEqual(['rejected', 'rejected'])
    expect(await b.submit(3)).toBe(3)
  })

  it('treats a wrong number of results as a failure, never as somebody else’s answer', async () => {
    const b = batcher<number, number>({ limit: fixed(1), maxItems: 5, send: async (items) => items.slice(1) })
    await expect(Promise.all([b.submit(1), b.submit(2)])).rejects.toThrow('1 results for 2 items')
  })
})

describe('adaptive limit', () => {
  it('grows while company does not slow a call down', () => {
    const limit = adaptiveLimit()
    for (let i = 0; i < 100; i++) limit.accepted(40)
    expect(limit.size).toBe(8)
  })

  it('stays at two where calls only wait for each other', () => {
    const limit = adaptiveLimit()
    limit.accepted(40)
    for (let i = 0; i < 200; i++) limit.accepted(40 * limit.size)
    expect(limit.size).toBeLessThanOrEqual(3)
    expect(limit.size).toBeGreaterThanOrEqual(2)
  })

  it('halves at once when refused, down to one, and recovers', () => {
    const limit = adaptiveLimit({ start: 8 })
    limit.refused()
    expect(limit.size).toBe(4)
    for (let i = 0; i < 5; i++) limit.refused()
    expect(limit.size).toBe(1)
    for (let i = 0; i < 100; i++) limit.accepted(40)
    expect(limit.size).toBe(8)
  })

  it('measures anew when the server has become slower for good', () => {
    const limit = adaptiveLimit()
    for (let i = 0; i < 50; i++) limit.accepted(20)
    for (let i = 0; i < 600; i++) limit.accepted(60)
    expect(limit.size).toBe(8)
  })
})
