import { describe, expect, it } from 'vitest'
import { adaptiveRoom } from '../../clarity-extension/ledger/room.ts'

/** So many seconds of work that gets `perSecond` through, however much runs beside it. */
function afterSeconds(seconds: number, perSecond: number, room = adaptiveRoom(() => 150)) {
  for (let n = 0; n < seconds * perSecond; n++) room.ended((room.size / perSecond) * 1_000)
  return room
}

describe('the room for orders', () => {
  it('is three full calls where they get through, half of one where hardly anything does, and what gets through in eight seconds in between', () => {
    expect(adaptiveRoom(() => 150).size).toBe(100)
    expect(afterSeconds(10, 70).size).toBe(150)
    expect(afterSeconds(60, 2).size).toBe(25)
    expect(afterSeconds(30, 10).size).toBeGreaterThanOrEqual(79)
    expect(afterSeconds(30, 10).size).toBeLessThanOrEqual(80)
  })

  it('grows again when the far side is well again', () => {
    const room = afterSeconds(60, 2)
    expect(afterSeconds(3, 70, room).size).toBe(150)
  })

  it('follows the calls that the far side takes', () => {
    let most = 150
    const room = adaptiveRoom(() => most)
    expect(afterSeconds(10, 200, room).size).toBe(150)
    most = 450
    expect(afterSeconds(10, 200, room).size).toBe(450)
    most = 100
    expect(afterSeconds(10, 200, room).size).toBe(100)
  })
})
