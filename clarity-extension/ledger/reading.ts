import { type Kysely, type Selectable, sql } from 'kysely'
import { openly, type Seal } from '../privacy/seal.ts'
import type { EventsTable, Tables } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { readByCause, readFailures } from './issues.ts'
import { readOverview, summaryColumns, summaryOf } from './overview.ts'
import type { AttemptDetail, EventDetail, EventPage, LedgerQueries, ListQuery } from './queries.ts'
import { commentsOf, readReviews } from './review-list.ts'
import { isFiltered, newestOf, searchFor } from './search.ts'

/** @param now unix milliseconds */
export function createQueries({ db }: Store, now: () => number = Date.now, seal: Seal = openly): LedgerQueries {
  return {
    overview: () => readOverview(db, now()),
    connections: async () => (await readOverview(db, now())).connections,
    list: (query = {}) => list(db, query, seal),
    detail: (id) => detail(db, id, seal),
    backlog: () => backlog(db),
    reviews: (query = {}) => readReviews(db, query, seal),
    failures: (query = {}) => readFailures(db, query, seal),
    deadByCause: () => readByCause(db, 'dead'),
    heldByCause: () => readByCause(db, 'held'),
  }
}

const LIMIT = { default: 50, most: 200 }

async function list(db: Kysely<Tables>, query: ListQuery, seal: Seal): Promise<EventPage> {
  const size = Math.min(Math.max(1, Math.trunc(query.limit ?? LIMIT.default)), LIMIT.most)
  const { cursor, states, types, cause } = query
  const search = query.search?.trim()
  const rows = await db
    .selectFrom('events')
    .select(summaryColumns)
    .$if(cursor !== undefined, (events) => events.where('id', '<', cursor ?? 0))
    .$if(Boolean(search), (events) =>
      events
        .where('id', 'in', searchFor(db, search ?? '', seal.blind, cursor))
        .$if(Boolean(states?.length), (found) => found.where('state', 'in', states ?? []))
        .$if(Boolean(types?.length), (found) => found.where(sql<string>`type`, 'in', types ?? []))
        .$if(cause !== undefined, (found) => found.where('cause', '=', cause ?? '')),
    )
    .$if(!search && isFiltered(query), (events) => events.where('id', 'in', newestOf(db, query, size + 1)))
    .orderBy('id', 'desc')
    .limit(size + 1)
    .execute()
  const page = rows.slice(0, size).map(summaryOf)
  return { rows: page, next: rows.length > size ? (page.at(-1)?.id ?? null) : null }
}

const RELATED = 50

async function detail(db: Kysely<Tables>, id: number, seal: Seal): Promise<EventDetail | undefined> {
  const event = await db.selectFrom('events').selectAll().where('id', '=', id).executeTakeFirst()
  if (!event) return undefined
  const attempts = await db.selectFrom('attempts').selectAll().where('event_id', '=', id).orderBy('id').execute()
  return {
    ...summaryOf(event),
    webhookId: event.webhook_id,
    priority: event.priority,
    payload: seal.openBytes(event.payload).toString('utf8'),
    correction: event.correction === null ? null : seal.openText(event.correction),
    correctedBy: event.corrected_by,
    correctedAt: event.corrected_at,
    assignee: event.assignee,
    comments: await commentsOf(db, id, seal),
    settledBy: event.settled_by,
    details: event.details === null ? null : JSON.parse(seal.openText(event.details)),
    attemptLog: attempts.map(
      (row): AttemptDetail => ({
        number: row.number,
        startedAt: row.started_at,
        durationMs: row.duration_ms,
        outcome: row.outcome,
        cause: row.cause,
        message: row.message,
        steps: JSON.parse(seal.openText(row.steps)),
      }),
    ),
    related: await related(db, event),
  }
}

async function related(db: Kysely<Tables>, { id, lane, trace_id }: Selectable<EventsTable>) {
  const newestOf = (column: 'lane' | 'trace_id', value: string) =>
    db
      .selectFrom('events')
      .select(summaryColumns)
      .where(column, '=', value)
      .where('id', '!=', id)
      .orderBy('id', 'desc')
      .limit(RELATED)
      .execute()
  const rows = [...(await newestOf('trace_id', trace_id)), ...(await newestOf('lane', lane))]
  const unique = new Map(rows.map((row) => [row.id, row]))
  return [...unique.values()]
    .sort((a, b) => b.id - a.id)
    .slice(0, RELATED)
    .map(summaryOf)
}

/** One row per priority, also where nothing waits: a gauge that vanishes alerts nobody. */
async function backlog(db: Kysely<Tables>) {
  const rows = await db
    .selectFrom('lanes')
    .select((lane) => [
      'priority',
      lane.fn.countAll<number>().as('count'),
      lane.fn.min<number | null>('due_at').as('oldest'),
    ])
    .groupBy('priority')
    .execute()
  return [0, 1, 2, 3].map((priority) => {
    const row = rows.find((one) => one.priority === priority)
    return { priority, lanes: Number(row?.count ?? 0), oldestDueAt: row?.oldest ?? null }
  })
}
