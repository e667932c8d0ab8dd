import { describe, expect, it } from 'vitest'
import { durable } from '../../clarity-extension/store/durable.ts'

/** A disk that is done when the test says so. */
function disk() {
  const told: ((error: Error | null) => void)[] = []
  const given: string[] = []
  const answers = durable<string>(
    (done) => told.push(done),
    (answer) => given.push(answer),
  )
  return { told, given, ...answers }
}

describe('durable answers', () => {
  it('of what was only read are given at once while nothing waits for the disk', () => {
    const { told, given, give } = disk()
    give(['read'], false)
    expect(given).toEqual(['read'])
    expect(told).toHaveLength(0)
  })

  it('are given when the disk has what they tell of, and what was written meanwhile is told next, all at once', () => {
    const { told, given, give } = disk()
    give(['first'], true)
    give(['second'], true)
    give(['third', 'fourth'], true)
    expect(given).toEqual([])
    expect(told).toHaveLength(1)
    told[0]?.(null)
    expect(given).toEqual(['first'])
    expect(told).toHaveLength(2)
    told[1]?.(null)
    expect(given).toEqual(['first', 'second', 'third', 'fourth'])
    expect(told).toHaveLength(2)
  })

  it('of what was read wait for what could be seen by it, and need no word to the disk of their own', () => {
    const { told, given, give } = disk()
    give(['written'], true)
    give(['read'], false)
    expect(given).toEqual([])
    told[0]?.(null)
    expect(given).toEqual(['written', 'read'])
    expect(told).toHaveLength(1)
  })

  it('are never given when the disk failed', () => {
    const { told, given, give } = disk()
    give(['first'], true)
    give(['second'], true)
    expect(() => told[0]?.(new Error('EIO'))).toThrow('EIO')
    give(['third'], true)
    expect(given).toEqual([])
    expect(told).toHaveLength(1)
  })

  it('are settled when none waits', async () => {
    const { told, given, give, settled } = disk()
    await settled()
    give(['first'], true)
    give(['second'], true)
    const all = settled().then(() => given.push('settled'))
    told[0]?.(null)
    told[1]?.(null)
    await all
    expect(given).toEqual(['first', 'second', 'settled'])
  })
})
