import { describe, expect, it, vi } from 'vitest'
import { group } from '../../clarity-extension/store/group.ts'

/** Runs that end when the test says so. */
function runs() {
  const begun: { items: number[]; end(error?: Error): void }[] = []
  const run = (items: number[]) =>
    new Promise<number[]>((resolve, reject) => {
      begun.push({ items, end: (error) => (error ? reject(error) : resolve(items.map((item) => item * 10))) })
    })
  return { begun, run }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('a group commit', () => {
  it('is one run for all of a turn, and one for all that came meanwhile', async () => {
    const { begun, run } = runs()
    const { add } = group(run)
    const first = [add(1), add(2)]
    await turn()
    const second = [add(3)]
    await turn()
    second.push(add(4))
    await turn()
    expect(begun.map(({ items }) => items)).toEqual([[1, 2]])
    begun[0]?.end()
    expect(await Promise.all(first)).toEqual([10, 20])
    await turn()
    begun[1]?.end()
    expect(await Promise.all(second)).toEqual([30, 40])
    expect(begun.map(({ items }) => items)).toEqual([
      [1, 2],
      [3, 4],
    ])
  })

  it('has as many under way as it may', async () => {
    const { begun, run } = runs()
    const { add, flush } = group(run, 2)
    for (const item of [1, 2, 3]) {
      void add(item)
      await turn()
      await turn()
    }
    expect(begun.map(({ items }) => items)).toEqual([[1], [2]])
    for (let n = 0; n < 3; n++) {
      begun[n]?.end()
      await turn()
    }
    await flush()
    expect(begun).toHaveLength(3)
  })

  it('begins no sooner after the one before it than it is to, however many come, and flushes what waits for that', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] })
    const { begun, run } = runs()
    const { add, flush } = group(run, 2, undefined, () => 25)
    const pass = async (ms: number) => {
      await vi.advanceTimersByTimeAsync(ms)
      await turn()
      await turn()
    }
    void add(1)
    await pass(0)
    void add(2)
    await pass(10)
    void add(3)
    await pass(14)
    expect(begun.map(({ items }) => items)).toEqual([[1]])
    const flushed = flush()
    await pass(1)
    expect(begun.map(({ items }) => items)).toEqual([[1], [2, 3]])
    for (const { end } of begun) end()
    await flushed
    await pass(1_000)
    void add(4)
    await pass(0)
    expect(begun).toHaveLength(3)
    vi.useRealTimers()
  })

  it('never has what stands in one row under way twice at a time, and keeps its order', async () => {
    const { begun, run } = runs()
    const { add, flush } = group(run, 2, (item) => (item < 10 ? 'small' : `${item}`))
    for (const item of [1, 2, 11, 3, 12]) {
      void add(item)
      await turn()
      await turn()
    }
    expect(begun.map(({ items }) => items)).toEqual([[1], [11]])
    begun[1]?.end()
    await turn()
    expect(begun.map(({ items }) => items)).toEqual([[1], [11], [12]])
    begun[0]?.end()
    await turn()
    expect(begun.map(({ items }) => items)).toEqual([[1], [11], [12], [2, 3]])
    begun[2]?.end()
    begun[3]?.end()
    await flush()
    expect(begun).toHaveLength(4)
  })

  it('that fails is tried one by one, so that a bad item fails alone', async () => {
    const { add } = group(async (items: number[]) => {
      if (items.includes(2)) throw new Error('bad')
      return items
    })
    const results = await Promise.allSettled([add(1), add(2), add(3)])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  it('is flushed when all that was added has an answer', async () => {
    const { begun, run } = runs()
    const { add, flush } = group(run)
    let answered = false
    void add(1).then(() => {
      answered = true
    })
    const flushed = flush()
    await turn()
    begun[0]?.end()
    await flushed
    expect(answered).toBe(true)
  })

  it('of which each is tried alone tells the first while the second is still under way', async () => {
    const second = Promise.withResolvers<void>()
    const { add } = group(async (items: number[]) => {
      if (items.length > 1) throw new Error('not together')
      if (items[0] === 2) await second.promise
      return items
    })
    const both = [add(1), add(2)]
    expect(await both[0]).toBe(1)
    second.resolve()
    expect(await both[1]).toBe(2)
  })
})
