import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { moves, sourcesOf, targetOf } from '../../clarity-extension/ledger/moves.ts'
import { ATTEMPT_LIMIT, decide, type Ended, supersedes } from '../../clarity-extension/ledger/policy.ts'
import { eventStates } from '../../clarity-extension/store/schema.ts'
import { correct, done, refused, retry, review, skip } from '../../shared/outcome.ts'

const problem = { code: 'unknown_sku', message: 'No such SKU', remedy: 'Add it' }
const ended: fc.Arbitrary<Ended> = fc.oneof(
  fc.string().map(done),
  fc.constantFrom('stale', 'unchanged', 'switched_off').map((reason) => skip(reason)),
  fc.tuple(fc.string(), fc.option(fc.nat(1e9), { nil: undefined })).map(([cause, after]) => retry(cause, 'm', after)),
  fc.array(fc.constant(problem)).map((more) => correct(problem, ...more)),
  fc.string().map((cause) => review(cause, 'm')),
  fc.constantFrom('clarity', 'odoo').map((connection) => refused(connection, 'invalid_key', 'm')),
  fc.constantFrom<Ended>(
    { kind: 'thrown', message: 'boom' },
    { kind: 'thrown', message: 'slow', cause: 'timeout' },
    { kind: 'lease_lost', losses: 1 },
    { kind: 'lease_lost', losses: 12 },
    { kind: 'released' },
  ),
)
const attempts = fc.integer({ min: 1, max: 60 })
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('the moves', () => {
  it('are this list and no other', () => {
    expect(moves.map(({ from, by, to }) => `${from} -${by}-> ${to}`)).toEqual([
      'ready -claim-> running',
      'ready -coalesce-> skipped',
      'running -done-> done',
      'running -skip-> skipped',
      'running -retry-> ready',
      'running -exhausted-> dead',
      'running -correct-> dead',
      'running -review-> held',
      'running -refused-> ready',
      'running -release-> ready',
      'dead -supersede-> skipped',
      'held -supersede-> skipped',
      'dead -replay-> ready',
      'held -replay-> ready',
      'dismissed -replay-> ready',
      'dead -replayCause-> ready',
      'held -replayCause-> ready',
      'held -approve-> ready',
      'done -rerun-> ready',
      'skipped -rerun-> ready',
      'dead -dismiss-> dismissed',
      'held -dismiss-> dismissed',
    ])
  })

  it('lead each name to one state, and every state out of ready is reached', () => {
    for (const { by, to } of moves) expect(targetOf(by)).toBe(to)
    const reached = new Set<string>(['ready', ...moves.map(({ to }) => to)])
    expect([...reached].sort()).toEqual([...eventStates].sort())
    expect(sourcesOf('dismiss')).toEqual(['dead', 'held'])
  })
})

describe('the policy', () => {
  it('turns every end of an attempt into a legal move out of running', () => {
    fc.assert(
      fc.property(ended, attempts, chance, (end, attempt, random) => {
        const move = decide(end, attempt, random)
        expect(sourcesOf(move.by)).toEqual(['running'])
        expect(move.delayMs).toBeGreaterThanOrEqual(0)
        if (move.delayMs > 0) expect(targetOf(move.by)).toBe('ready')
      }),
    )
  })

  it.each([
    [done('S1'), 'done', null],
    [skip('stale'), 'skip', 'stale'],
    [retry('network', 'no answer'), 'retry', 'network'],
    [correct(problem), 'correct', 'unknown_sku'],
    [review('totals_differ', 'm'), 'review', 'totals_differ'],
    [refused('odoo', 'invalid_key', 'm'), 'refused', 'invalid_key'],
    [{ kind: 'thrown', message: 'boom' } as const, 'retry', 'bug'],
    [{ kind: 'lease_lost', losses: 1 } as const, 'retry', 'lease_lost'],
    [{ kind: 'released' } as const, 'release', null],
  ])('moves %j by %s', (end, by, cause) => {
    expect(decide(end, 1, 0)).toMatchObject({ by, cause })
  })

  it('waits 1 s, 5 s, 30 s, 2 min, 10 min, 30 min, 1 h, 2 h, then 4 h each time', () => {
    const seconds = Array.from({ length: 11 }, (_, i) => decide(retry('x', 'm'), i + 1, 0).delayMs / 1000)
    expect(seconds).toEqual([1, 5, 30, 120, 600, 1800, 3600, 7200, 14_400, 14_400, 14_400])
  })

  it('adds jitter, never more than a quarter and never less than nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: ATTEMPT_LIMIT - 1 }), chance, (attempt, random) => {
        const plain = decide(retry('x', 'm'), attempt, 0).delayMs
        const { delayMs } = decide(retry('x', 'm'), attempt, random)
        expect(delayMs).toBeGreaterThanOrEqual(plain)
        expect(delayMs).toBeLessThanOrEqual(plain * 1.25 + 1)
      }),
    )
    expect(decide(retry('x', 'm'), 3, 0.9).delayMs).toBeGreaterThan(decide(retry('x', 'm'), 3, 0.1).delayMs)
  })

  it('honours the far side’s Retry-After as the least', () => {
    fc.assert(
      fc.property(attempts, fc.nat(1e8), chance, (attempt, afterMs, random) => {
        const move = decide(retry('throttled', 'm', afterMs), attempt, random)
        if (move.by === 'retry') expect(move.delayMs).toBeGreaterThanOrEqual(afterMs)
      }),
    )
  })

  it('gives up at the limit, and only what may be tried again', () => {
    fc.assert(
      fc.property(ended, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), (end, attempt, limit) => {
        const { by } = decide(end, attempt, 0, limit)
        const tried = end.kind === 'retry' || end.kind === 'thrown' || end.kind === 'lease_lost'
        expect(by === 'exhausted').toBe(tried && attempt >= limit)
        expect(by === 'retry').toBe(tried && attempt < limit)
      }),
    )
  })

  it('counts every attempt but those that a refusal or a shutdown ended', () => {
    fc.assert(
      fc.property(ended, attempts, (end, attempt) => {
        expect(decide(end, attempt, 0).counts).toBe(end.kind !== 'refused' && end.kind !== 'released')
        expect(decide(end, attempt, 0).pauses).toBe(end.kind === 'refused' ? end.connection : null)
      }),
    )
  })

  it('takes up a killed process’s event at once, but not again and again', () => {
    const seconds = [1, 2, 3, 4, 5, 6, 12].map(
      (losses) => decide({ kind: 'lease_lost', losses }, losses, 0).delayMs / 1_000,
    )
    expect(seconds).toEqual([0, 0, 5, 15, 30, 60, 600])
  })

  it('does not hold a killed process against an event that was tried often for other reasons', () => {
    expect(decide({ kind: 'lease_lost', losses: 1 }, 9, 0).delayMs).toBe(0)
  })

  it('refuses what is no outcome', () => {
    expect(() => decide(JSON.parse('{"kind":"perhaps"}'), 1, 0)).toThrow('not an outcome')
  })

  it.each([
    ['order.updated', 'order.created', true],
    ['order.paymentUpdated', 'order.created', true],
    ['customer.updated', 'customer.created', true],
    ['stock.changed', 'stock.changed', true],
    ['sale_order.changed', 'sale_order.changed', true],
    ['order.updated', 'picking.done', false],
    ['sale_order.changed', 'order.created', false],
    ['picking.done', 'picking.done', false],
    ['picking.tracking', 'picking.done', false],
    ['order.updated', 'unreadable', false],
  ])('a success of %s makes a dead %s needless: %s', (later, earlier, expected) => {
    expect(supersedes(later, earlier)).toBe(expected)
  })
})
