import { describe, expect, it } from 'vitest'
import { spareTime } from '../../clarity-extension/ledger/spare-time.ts'

describe('time that processors have to spare', () => {
  const machine = () => {
    const clock = { now: 0, idleMs: 0 }
    const hasTime = spareTime(
      () => clock.idleMs,
      () => clock.now,
    )
    return (ms: number, idleProcessors: number) => {
      clock.now += ms
      clock.idleMs += ms * idleProcessors
      return hasTime()
    }
  }

  it('is there when half a processor of all was idle, however many there are', () => {
    const hadTime = machine()
    expect(hadTime(1_000, 0.1)).toBe(false)
    expect(hadTime(1_000, 0.5)).toBe(true)
    expect(hadTime(60_000, 0.49)).toBe(false)
    expect(hadTime(60_000, 31)).toBe(true)
  })

  it('is what it was until a second has passed, and taken to be there at first', () => {
    const hadTime = machine()
    expect(hadTime(900, 0)).toBe(true)
    expect(hadTime(100, 0)).toBe(false)
    expect(hadTime(999, 2)).toBe(false)
    expect(hadTime(1, 2)).toBe(true)
  })
})
