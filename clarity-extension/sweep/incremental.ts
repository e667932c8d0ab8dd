import type { Source } from '../../shared/events.ts'
import type { Cursors } from './cursors.ts'
import type { Missed, Seen } from './missed.ts'
import type { Asked, Sweep } from './schedule.ts'

/** One kind of record on one side, read by the time of its last change. */
export interface Reader {
  /** e.g. `orders of the storefront`: names its sweep and its cursor. */
  name: string
  source: Source
  /** Whether the merchant wants it; a reader of what is switched off rests, and reads everything since when it goes on. */
  wanted(): Promise<boolean>
  /** Changes at or after the instant, oldest first, in pages. @throws when the side does not answer */
  changes(since: string, signal: AbortSignal): AsyncIterable<Seen[]>
}

export interface IncrementalParts {
  cursors: Cursors
  missed: Missed
  /** Unix milliseconds. */
  now?: () => number
}

/**
 * How far behind its cursor a reader begins again: a transaction may commit long after the instant that its rows carry. What
 * is read twice is one event, by record and version.
 */
const OVERLAP_MS = 10 * 60_000
/** Younger changes are left to their webhooks, which may be on their way. The overlap finds them next time. */
const YOUNG_MS = 60_000

const startOf = (cursor: number, begin: string): string =>
  new Date(Math.max(cursor - OVERLAP_MS, Date.parse(begin))).toISOString()

/** The net under the webhooks of one side: whatever changed there and nobody told us is stored as an event. */
export function incremental(
  reader: Reader,
  { cursors, missed, now = Date.now }: IncrementalParts,
  cron = '*/5 * * * *',
): Sweep {
  return { name: reader.name, cron, run }

  async function run({ by, signal }: Asked): Promise<string> {
    if (!(await reader.wanted())) return 'switched off'
    const began = now()
    const begin = await beginning(began)
    const cursor = Date.parse((await cursors.get(reader.name)) ?? begin)
    const youngest = by === 'person' ? Number.POSITIVE_INFINITY : began - YOUNG_MS
    const counts = { read: 0, found: 0 }
    let reached = cursor
    for await (const page of reader.changes(startOf(cursor, begin), signal)) {
      const ripe = page.filter(({ version }) => Date.parse(version) <= youngest)
      counts.read += page.length
      counts.found += await missed.take(reader.source, ripe)
      reached = Math.max(reached, ...page.map(({ version }) => Date.parse(version)))
      // After every page: an interrupted run goes on from here.
      await cursors.save(reader.name, new Date(reached).toISOString())
      if (signal.aborted) return `interrupted after ${counts.read} read, ${counts.found} missed`
    }
    return `${counts.read} read, ${counts.found} missed`
  }

  /** The first run of all. What is older is brought by the first load, when a person asks for it. */
  async function beginning(now: number): Promise<string> {
    const name = `${reader.name} since`
    const known = await cursors.get(name)
    if (known) return known
    const since = new Date(now).toISOString()
    await cursors.save(name, since)
    return since
  }
}
