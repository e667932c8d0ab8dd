import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { apart } from '../../clarity-extension/store/apart.ts'

describe('what is called often', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('runs at once, and then once for all calls of the time after it', () => {
    const run = vi.fn()
    const { call } = apart(run, () => 50)
    call()
    expect(run).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(20)
    call()
    call()
    vi.advanceTimersByTime(29)
    expect(run).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(1)
    expect(run).toHaveBeenCalledTimes(2)
    call()
    vi.advanceTimersByTime(50)
    expect(run).toHaveBeenCalledTimes(3)
  })

  it('runs at once again when it was quiet, and does nothing by itself', () => {
    const run = vi.fn()
    const { call } = apart(run, () => 50)
    call()
    vi.advanceTimersByTime(1_000)
    expect(run).toHaveBeenCalledTimes(1)
    call()
    expect(run).toHaveBeenCalledTimes(2)
  })

  it('runs with each call while nothing keeps them apart', () => {
    const run = vi.fn()
    let ms = 0
    const { call } = apart(run, () => ms)
    call()
    call()
    expect(run).toHaveBeenCalledTimes(2)
    ms = 50
    call()
    expect(run).toHaveBeenCalledTimes(2)
  })

  it('does not run any more what was put off when it is stopped', () => {
    const run = vi.fn()
    const { call, stop } = apart(run, () => 50)
    call()
    call()
    stop()
    vi.advanceTimersByTime(1_000)
    expect(run).toHaveBeenCalledTimes(1)
    call()
    expect(run).toHaveBeenCalledTimes(2)
  })
})
