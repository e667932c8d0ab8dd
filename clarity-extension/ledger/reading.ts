import { type Kysely, type Selectable, sql } from 'kysely'
import type { EventsTable, Tables } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { readOverview, summaryColumns, summaryOf } from './overview.ts'
import type { AttemptDetail, EventDetail, EventPage, FailureGroup, LedgerQueries, ListQuery } from './queries.ts'
import { searchFor } from './search.ts'

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

async function list(
  db: Kysely<Tables>,
  { cursor, limit = LIMIT.default, states, types, cause, search }: ListQuery,
): Promise<EventPage> {
  const size = Math.min(Math.max(1, Math.trunc(limit)), LIMIT.most)
  const open = states?.every((state) => state !== 'done' && state !== 'skipped' && state !== 'dismissed')
  const failed = states?.every((state) => state === 'dead' || state === 'held')
  const rows = await db
    .selectFrom('events')
    .select(summaryColumns)
    .$if(cursor !== undefined, (query) => query.where('id', '<', cursor ?? 0))
    .$if(states !== undefined && states.length > 0, (query) => query.where('state', 'in', states ?? []))
    // Said again in words that the partial indices know.
    .$if(open === true, (query) => query.where(sql<boolean>`state in ('ready', 'running', 'dead', 'held')`))
    .$if(failed === true, (query) => query.where(sql<boolean>`state in ('dead', 'held')`))
    .$if(types !== undefined && types.length > 0, (query) => query.where(sql<string>`type`, 'in', types ?? []))
    .$if(cause !== undefined, (query) => query.where('cause', '=', cause ?? ''))
    .$if(Boolean(search?.trim()), (query) => query.where('id', 'in', searchFor(db, search?.trim() ?? '', cursor)))
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

const SAMPLE = 3

async function failures(db: Kysely<Tables>): Promise<FailureGroup[]> {
  const groups = await db
    .selectFrom('events')
    .select((event) => [
      'cause',
      'state',
      event.fn.countAll<number>().as('count'),
      event.fn.min('received_at').as('oldest'),
      event.fn.max('received_at').as('newest'),
    ])
    .where(sql<boolean>`state in ('dead', 'held')`)
    .groupBy(['cause', 'state'])
    .execute()
  const detailed = groups.map(async ({ cause, state, count, oldest, newest }): Promise<FailureGroup> => {
    const ofGroup = db
      .selectFrom('events')
      .where(sql<boolean>`state in ('dead', 'held')`)
      .where('state', '=', state)
      .where('cause', cause === null ? 'is' : '=', cause)
    const sample = await ofGroup.select(summaryColumns).orderBy('id', 'desc').limit(SAMPLE).execute()
    const types = await ofGroup.select('type').distinct().execute()
    return {
      cause: cause ?? 'unknown',
      state: state === 'held' ? 'held' : 'dead',
      count: Number(count),
      message: sample[0]?.message ?? null,
      types: types.map(({ type }) => type).sort(),
      oldestAt: oldest,
      newestAt: newest,
      sample: sample.map(summaryOf),
    }
  })
  return (await Promise.all(detailed)).sort((a, b) => b.count - a.count || b.newestAt - a.newestAt)
}
