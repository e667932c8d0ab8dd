import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Batcher, batcher } from '../../clarity-extension/delivery/batcher.ts'
import { crowd } from '../../clarity-extension/delivery/crowd.ts'
import { TWO_AT_A_TIME } from '../../clarity-extension/delivery/limit.ts'

describe('a batcher that waits for the rest of a crowd', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  function calls() {
    const sent: number[] = []
    const send = async (items: number[]) => {
      sent.push(items.length)
      return items
    }
    const own: Batcher<number, number> = batcher({
      limit: TWO_AT_A_TIME,
      maxItems: 1_000,
      send,
      gathered: () => crowd(() => own.waiting),
    })
    const come = (many: number) => {
      for (let n = 0; n < many; n++) void own.submit(n)
    }
    return { sent, come }
  }

  const turn = () => new Promise((resolve) => setImmediate(resolve))
  async function pass(ms: number) {
    await vi.advanceTimersByTimeAsync(ms)
    for (let n = 0; n < 5; n++) await turn()
  }

  it('sends what is no crowd at once', async () => {
    const { sent, come } = calls()
    come(1)
    await pass(0)
    expect(sent).toEqual([1])
    come(99)
    await pass(0)
    expect(sent).toEqual([1, 99])
  })

  it('sends a crowd together that comes in parts, when for a moment none has come', async () => {
    const { sent, come } = calls()
    come(250)
    await pass(25)
    come(250)
    await pass(25)
    come(200)
    await pass(25)
    expect(sent).toEqual([])
    await pass(60)
    expect(sent).toEqual([700])
  })

  it('sends it sooner when the call is full, and does not wait for ever while more and more come', async () => {
    const { sent, come } = calls()
    come(400)
    await pass(10)
    come(700)
    await pass(0)
    expect(sent).toEqual([1_000])
    for (let n = 0; n < 20; n++) {
      come(5)
      await pass(20)
    }
    expect(sent.length).toBeGreaterThan(1)
    await pass(200)
    expect(sent.reduce((sum, many) => sum + many)).toBe(1_200)
  })
})
