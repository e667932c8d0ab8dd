import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openRest, type Rest } from '../../clarity-extension/watch/rest.ts'

let collected = 0
let rest: Rest

beforeEach(() => {
  vi.useFakeTimers()
  collected = 0
  rest = openRest(() => void collected++, 15_000)
})

afterEach(() => {
  rest.stop()
  vi.useRealTimers()
})

describe('a process at rest', () => {
  it('gives back what its start left behind, three times and no more', () => {
    vi.advanceTimersByTime(14_999)
    expect(collected).toBe(0)
    vi.advanceTimersByTime(1)
    expect(collected).toBe(1)
    vi.advanceTimersByTime(60_000)
    expect(collected).toBe(3)
  })

  it('does not while anything happens, and does after the last of it', () => {
    for (let second = 0; second < 60; second++) {
      rest.observe()
      vi.advanceTimersByTime(1_000)
    }
    expect(collected).toBe(0)
    vi.advanceTimersByTime(14_000)
    expect(collected).toBe(1)
    rest.observe()
    vi.advanceTimersByTime(15_000)
    expect(collected).toBe(2)
  })

  it('ends with the process', () => {
    rest.stop()
    vi.advanceTimersByTime(60_000)
    expect(collected).toBe(0)
  })
})
