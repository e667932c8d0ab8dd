import { type Kysely, type Selectable, sql } from 'kysely'
import type { EventsTable, Tables } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { readOverview, summaryColumns, summaryOf } from './overview.ts'
import type { AttemptDetail, EventDetail, EventPage, FailureGroup, LedgerQueries, ListQuery } from './queries.ts'
import { isFiltered, newestOf, searchFor } from './search.ts'

/** @param now unix milliseconds */
export function createQueries({ db }: Store, now: () => number = Date.now): LedgerQueries {
  return {
    overview: () => readOverview(db, now()),
    connections: async () => (await readOverview(db, now())).connections,
    list: (query = {}) => list(db, query),
    detail: (id) => detail(db, id),
    failures: () => failures(db),
  }
}

const LIMIT = { default: 50, most: 200 }

async function list(db: Kysely<Tables>, query: ListQuery): Promise<EventPage> {
  const size = Math.min(Math.max(1, Math.trunc(query.limit ?? LIMIT.default)), LIMIT.most)
  const { cursor, states, types, cause } = query
  const search = query.search?.trim()
  const rows = await db
    .selectFrom('events')
    .select(summaryColumns)
    .$if(cursor !== undefined, (events) => events.where('id', '<', cursor ?? 0))
    .$if(Boolean(search), (events) =>
      events
        .where('id', 'in', searchFor(db, search ?? '', cursor))
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

async function detail(db: Kysely<Tables>, id: number): Promise<EventDetail | undefined> {
  const event = await db.selectFrom('events').selectAll().where('id', '=', id).executeTakeFirst()
  if (!event) return undefined
  const attempts = await db.selectFrom('attempts').selectAll().where('event_id', '=', id).orderBy('id').execute()
  return {
    ...summaryOf(event),
    webhookId: event.webhook_id,
    priority: event.priority,
    payload: Buffer.from(event.payload).toString('utf8'),
    correction: event.correction,
    correctedBy: event.corrected_by,
    correctedAt: event.corrected_at,
    settledBy: event.settled_by,
    details: event.details === null ? null : JSON.parse(event.details),
    attemptLog: attempts.map(
      (row): AttemptDetail => ({
        number: row.number,
        startedAt: row.started_at,
        durationMs: row.duration_ms,
        outcome: row.outcome,
        cause: row.cause,
        message: row.message,
        steps: JSON.parse(row.steps),
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

/** The newest few of a group, and as many that its types are taken from. */
const SAMPLE = { shown: 3, read: 100 }

/** Grouped over the index alone; of each group only the ends and the newest few are read. */
async function failures(db: Kysely<Tables>): Promise<FailureGroup[]> {
  const failed = sql<boolean>`state in ('dead', 'held')`
  const groups = await db
    .selectFrom('events')
    .select((event) => [
      'state',
      'cause',
      event.fn.countAll<number>().as('count'),
      event.fn.min('id').as('oldest'),
      event.fn.max('id').as('newest'),
    ])
    .where(failed)
    .groupBy(['state', 'cause'])
    .execute()
  const receivedAt = async (id: number) =>
    (await db.selectFrom('events').select('received_at').where('id', '=', id).executeTakeFirst())?.received_at ?? 0
  const detailed = groups.map(async ({ cause, state, count, oldest, newest }): Promise<FailureGroup> => {
    const sample = await db
      .selectFrom('events')
      .select(summaryColumns)
      .where(failed)
      .where('state', '=', state)
      .where('cause', cause === null ? 'is' : '=', cause)
      .orderBy('id', 'desc')
      .limit(SAMPLE.read)
      .execute()
    return {
      cause: cause ?? 'unknown',
      state: state === 'held' ? 'held' : 'dead',
      count: Number(count),
      message: sample[0]?.message ?? null,
      types: [...new Set(sample.map(({ type }) => type))].sort(),
      oldestAt: await receivedAt(oldest),
      newestAt: await receivedAt(newest),
      sample: sample.slice(0, SAMPLE.shown).map(summaryOf),
    }
  })
  return (await Promise.all(detailed)).sort((a, b) => b.count - a.count || b.newestAt - a.newestAt)
}
