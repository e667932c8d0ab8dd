import { z } from 'zod'
import type { Problem } from '../../shared/outcome.ts'
import { problemsOf, type Reply } from './call.ts'

export const pageOf = z.object({
  results: z.array(z.unknown()),
  totalCount: z.int(),
  pageIndex: z.int(),
  pageSize: z.int().positive(),
})
export type RawPage = z.infer<typeof pageOf>

export interface PageQuery {
  pageSize: number
  pageIndex: number
  updatedAtMin?: string
}

/** Records of one page that had not been seen yet. One that cannot be read stands aside and never stops the others. */
export interface Batch<T> {
  records: T[]
  unreadable: { id: string; updatedAt: string; problems: Problem[] }[]
}

export const PAGE_SIZE = 200

/**
 * Every record changed at or after `updatedAtMin`, oldest change first. Reads by instant rather than by page number: each
 * round continues at the last instant seen (inclusive) and leaves out what it knows, because a record that changes while we
 * read moves to the end and would shift the pages under us. Only where a whole page shares one instant do we count pages,
 * and then from the start again until a pass brings nothing new.
 * Ends after the first failure, which it yields.
 */
export async function* changedSince<T>(
  fetchPage: (query: PageQuery) => Promise<Reply<RawPage>>,
  shape: z.ZodType<T>,
  identify: (record: unknown) => string | undefined,
  updatedAtMin?: string,
): AsyncGenerator<Reply<Batch<T>>> {
  let cursor = updatedAtMin
  let seen = new Set<string>()
  let pageIndex = 0
  let news = 0
  for (;;) {
    const page = await fetchPage({ pageSize: PAGE_SIZE, pageIndex, ...(cursor ? { updatedAtMin: cursor } : {}) })
    if (!page.ok) {
      yield page
      return
    }
    const { batch, versions } = readPage(page.value, shape, identify, seen)
    for (const { key } of versions) seen.add(key)
    const fresh = batch.records.length + batch.unreadable.length
    news += fresh
    if (fresh > 0) yield { ok: true, value: batch }

    const full = page.value.results.length >= page.value.pageSize
    const last = versions.at(-1)?.updatedAt
    if (full && last === cursor) {
      pageIndex += 1
    } else if (pageIndex > 0 && news > 0) {
      pageIndex = 0
      news = 0
    } else if (full && last !== undefined) {
      cursor = last
      seen = new Set(versions.filter(({ updatedAt }) => updatedAt === last).map(({ key }) => key))
      pageIndex = 0
      news = 0
    } else {
      return
    }
  }
}

interface Version {
  key: string
  updatedAt: string
}

const versioned = z.object({ updatedAt: z.iso.datetime() })

function readPage<T>(
  page: RawPage,
  shape: z.ZodType<T>,
  identify: (record: unknown) => string | undefined,
  seen: ReadonlySet<string>,
): { batch: Batch<T>; versions: Version[] } {
  const batch: Batch<T> = { records: [], unreadable: [] }
  const versions: Version[] = []
  for (const record of page.results) {
    const id = identify(record) ?? ''
    const updatedAt = versioned.safeParse(record).data?.updatedAt ?? versions.at(-1)?.updatedAt ?? ''
    const key = `${id} ${updatedAt}`
    versions.push({ key, updatedAt })
    if (seen.has(key)) continue
    const parsed = shape.safeParse(record)
    if (parsed.success) batch.records.push(parsed.data)
    else batch.unreadable.push({ id, updatedAt, problems: problemsOf(parsed.error) })
  }
  return { batch, versions }
}
