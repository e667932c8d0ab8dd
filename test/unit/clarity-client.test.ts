import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { idempotencyKey } from '../../clarity-extension/clarity/idempotency.ts'
import { bulkAnswer, inRowOrder } from '../../clarity-extension/clarity/inventory.ts'
import { changedSince } from '../../clarity-extension/clarity/paging.ts'
import { retryAfter } from '../../shared/retry-after.ts'

describe('idempotencyKey', () => {
  it('is a UUID of version 5, the same for the same meaning', () => {
    expect(idempotencyKey('picking:42')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
    expect(idempotencyKey('picking:42')).toBe(idempotencyKey('picking:42'))
  })

  it('differs with the meaning', () => {
    expect(new Set(Array.from({ length: 1000 }, (_, n) => idempotencyKey(`picking:${n}`))).size).toBe(1000)
  })
})

describe('retryAfter', () => {
  const now = Date.parse('2026-03-01T12:00:00Z')
  it.each<[string | null, number | undefined]>([
    ['0', 0],
    ['120', 120_000],
    ['Sun, 01 Mar 2026 12:00:30 GMT', 30_000],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ])('%o', (value, wanted) => {
    expect(retryAfter(value, now)).toBe(wanted)
  })
})

describe('changedSince', () => {
  const shape = z.object({ id: z.string(), updatedAt: z.string() })
  type Row = z.infer<typeof shape>
  const at = (second: number) => new Date(second * 1000).toISOString()

  /** A list of a storefront that may change between two pages. */
  function storefront(rows: Row[], between: (page: number) => void = () => {}) {
    let pages = 0
    return async ({
      pageSize,
      pageIndex,
      updatedAtMin = '',
    }: {
      pageSize: number
      pageIndex: number
      updatedAtMin?: string
    }) => {
      between(pages)
      pages += 1
      const found = rows
        .filter(({ updatedAt }) => updatedAt >= updatedAtMin)
        .sort((a, b) => (a.updatedAt + a.id < b.updatedAt + b.id ? -1 : 1))
      const results = found.slice(pageIndex * pageSize, (pageIndex + 1) * pageSize)
      return { ok: true as const, value: { results, totalCount: found.length, pageIndex, pageSize } }
    }
  }

  async function read(fetchPage: ReturnType<typeof storefront>): Promise<Row[]> {
    const rows: Row[] = []
    for await (const page of changedSince(fetchPage, shape, (row) => shape.safeParse(row).data?.id)) {
      if (page.ok) rows.push(...page.value.records)
    }
    return rows
  }

  const row = (n: number, second: number): Row => ({ id: String(n).padStart(5, '0'), updatedAt: at(second) })

  it.each([0, 1, 199, 200, 201, 1000])('reads %i records once', async (count) => {
    const rows = await read(storefront(Array.from({ length: count }, (_, n) => row(n, n))))
    expect([rows.length, new Set(rows.map(({ id }) => id)).size]).toEqual([count, count])
  })

  it.each([199, 200, 400, 401])('reads %i records of one instant between others once', async (count) => {
    const rows = [
      ...Array.from({ length: 250 }, (_, n) => row(n, n)),
      ...Array.from({ length: count }, (_, n) => row(1000 + n, 500)),
      ...Array.from({ length: 250 }, (_, n) => row(3000 + n, 600 + n)),
    ]
    const found = await read(storefront(rows))
    expect([found.length, new Set(found.map(({ id }) => id)).size]).toEqual([rows.length, rows.length])
  })

  it('misses none of one instant, though each page sees some of them move away', async () => {
    const rows = Array.from({ length: 900 }, (_, n) => row(n, 500))
    const found = await read(
      storefront(rows, (page) => {
        if (page === 0 || page > 4) return
        for (let n = 0; n < 30; n += 1) rows[page * 30 + n] = row(page * 30 + n, 1000 + page)
      }),
    )
    expect(new Set(found.map(({ id }) => id)).size).toBe(900)
  })
})

describe('the results of a bulk', () => {
  const results = [
    { index: 0, status: 'ok' },
    { index: 1, status: 'rejected' },
  ]
  it('are taken in the order of the rows', () => {
    expect(inRowOrder({ ok: true, value: bulkAnswer.parse({ results }) }, 2)).toMatchObject({
      value: [{ status: 'ok' }, { status: 'rejected', code: 'rejected' }],
    })
  })

  it.each([
    [results, 3],
    [[...results].reverse(), 2],
  ])('are not trusted when they do not match', (given, rows) => {
    expect(inRowOrder({ ok: true, value: bulkAnswer.parse({ results: given }) }, rows)).toMatchObject({
      ok: false,
      outcome: { kind: 'correct' },
    })
  })
})
