import type { PreviewItem, PreviewReport, PreviewSelection } from '../http/mapping-ports.ts'
import type { EventDetail, EventSummary, LedgerQueries } from '../ledger/queries.ts'
import { fieldOf, preview, type Rehearsed } from '../mapping/preview.ts'
import type { EventState } from '../store/schema.ts'

/** Records whose mapping is compared side by side; between them the doors get their turn. */
const TOGETHER = 5
const MOST = 1_000
const PAGE = 200
const SHOWN = 200
/** A draft with a runaway expression takes its limit for every record: nobody waits for that. Milliseconds. */
const LIMIT_MS = 60_000
/** Where a person waits for a better rule. */
const WAITING: readonly EventState[] = ['dead', 'held']
const SETTLED: readonly EventState[] = ['done', 'skipped', ...WAITING]

export interface PreviewParts {
  queries: Pick<LedgerQueries, 'list' | 'detail'>
  /** Types of the events whose flow maps with the rules. */
  types: readonly string[]
  touched(version: number): Promise<number[]>
  rehearse(event: { type: string; payload: string }, draft: boolean): Promise<Rehearsed>
}

/**
 * The newest event of each record, under the live rules and under the draft. What waits for a person is always among them, so
 * that what the draft would release is known.
 */
export async function previewEvents(parts: PreviewParts, which: PreviewSelection): Promise<PreviewReport> {
  const report: PreviewReport = { tried: 0, changed: 0, released: 0, broken: 0, untried: 0, fields: [], items: [] }
  const fields = new Map<string, PreviewReport['fields'][number]>()
  const ids = await chosen(parts, which)
  const began = performance.now()
  for (let from = 0; from < ids.length; from += TOGETHER) {
    if (performance.now() - began > LIMIT_MS) {
      report.untried += ids.length - from
      break
    }
    const items = await Promise.all(ids.slice(from, from + TOGETHER).map((id) => item(parts, id)))
    for (const one of items) if (one) count(one)
    await new Promise((resolve) => setImmediate(resolve))
  }
  report.fields = [...fields.values()].sort((a, b) => b.count - a.count)
  return report

  function count(one: Compared): void {
    report.tried += 1
    if (one.verdict === 'same') return
    report[one.verdict] += 1
    if (report.items.length < SHOWN) report.items.push({ ...one, verdict: one.verdict })
    if (one.verdict !== 'changed') return
    for (const field of new Set(one.changes.map(fieldOf))) {
      const known = fields.get(field)
      const example = one.changes.find((change) => fieldOf(change) === field)
      if (known) known.count += 1
      else fields.set(field, { field, count: 1, before: example?.before ?? null, after: example?.after ?? null })
    }
  }
}

type Compared = Omit<PreviewItem, 'verdict'> & { verdict: PreviewItem['verdict'] | 'same' }

async function item({ queries, rehearse }: PreviewParts, id: number): Promise<Compared | undefined> {
  const event = await queries.detail(id)
  if (!event) return undefined
  const given = { type: event.type, payload: payloadOf(event) }
  const before = await rehearse(given, false)
  const after = await rehearse(given, true)
  const { subject, lane, state } = event
  return { eventId: id, lane, subject, state, ...preview(before, after), verdict: verdictOf(before, after) }
}

function verdictOf(before: Rehearsed, after: Rehearsed): Compared['verdict'] {
  if (isAway(before) || isAway(after)) return 'untried'
  if (before.ok !== after.ok) return after.ok ? 'released' : 'broken'
  return preview(before, after).changes.length > 0 ? 'changed' : 'same'
}

/** A side that could not be asked says nothing about the rules. */
const isAway = (one: Rehearsed): boolean =>
  !one.ok && (one.untried === true || one.outcome.kind === 'retry' || one.outcome.kind === 'refused')

const payloadOf = ({ correction, payload }: EventDetail): string => correction ?? payload

async function chosen(parts: PreviewParts, which: PreviewSelection): Promise<number[]> {
  if ('ids' in which) return [...new Set(which.ids)].slice(0, MOST)
  const waiting = await newest(parts, WAITING, MOST)
  const others =
    'version' in which
      ? await parts.touched(which.version)
      : (await newest(parts, SETTLED, Math.min(which.last, MOST))).map(({ id }) => id)
  return [...new Set([...others, ...waiting.map(({ id }) => id)])].sort((a, b) => b - a).slice(0, MOST)
}

/** One event per record: an older one would be stale. */
async function newest({ queries, types }: PreviewParts, states: readonly EventState[], count: number) {
  const byLane = new Map<string, EventSummary>()
  let cursor: number | undefined
  while (byLane.size < count) {
    const page = await queries.list({ states, types, limit: PAGE, ...(cursor !== undefined && { cursor }) })
    for (const row of page.rows) if (byLane.size < count && !byLane.has(row.lane)) byLane.set(row.lane, row)
    if (page.next === null) break
    cursor = page.next
  }
  return [...byLane.values()]
}
