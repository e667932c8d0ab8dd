import { type Kysely, sql } from 'kysely'
import type { Tables } from '../store/schema.ts'
import { summaryColumns, summaryOf } from './overview.ts'
import type { EventSummary, FailureGroup, FailurePage, FailuresQuery } from './queries.ts'
import { amountOf } from './worth.ts'

const LIMIT = { default: 50, most: 200 }

/**
 * What waits for a person, by what has to be mended. Counted over one index that holds only dead and held events: as fast on a
 * long history as on a short one. Of each group on the page the newest few are read.
 */
export async function readFailures(db: Kysely<Tables>, query: FailuresQuery): Promise<FailurePage> {
  const [groups, stakes] = await Promise.all([countGroups(db, query), countStakes(db, query)])
  const size = Math.min(Math.max(1, query.limit ?? LIMIT.default), LIMIT.most)
  const sorted = groups.sort((a, b) => b.count - a.count || b.newest - a.newest)
  const page = sorted.slice(query.offset ?? 0, (query.offset ?? 0) + size)
  const ends = await arrivals(
    db,
    page.flatMap(({ oldest, newest }) => [oldest, newest]),
  )
  const atStake = Map.groupBy(stakes, keyOf)
  return {
    total: groups.length,
    events: groups.reduce((sum, { count }) => sum + count, 0),
    groups: await Promise.all(
      page.map(async (group): Promise<FailureGroup> => {
        const sample = await newestOf(db, group)
        return {
          cause: group.cause ?? 'unknown',
          field: group.issue_field,
          value: group.issue_value,
          state: group.state === 'held' ? 'held' : 'dead',
          count: group.count,
          entities: Number(group.entities),
          atStake: (atStake.get(keyOf(group)) ?? []).map(({ currency, units }) => ({
            currency: currency ?? '',
            amount: amountOf(Number(units)),
          })),
          message: sample[0]?.message ?? null,
          types: [...new Set(sample.map(({ type }) => type))].sort(),
          oldestAt: ends.get(group.oldest) ?? 0,
          newestAt: ends.get(group.newest) ?? 0,
          sample: sample.slice(0, SAMPLE.shown),
        }
      }),
    ),
  }
}

const failed = sql<boolean>`state in ('dead', 'held')`
const columns = ['state', 'cause', 'issue_field', 'issue_value'] as const

const ofQuery = (db: Kysely<Tables>, { state, cause }: FailuresQuery) =>
  db
    .selectFrom('events')
    .where(failed)
    .$if(state !== undefined, (events) => events.where('state', '=', state ?? 'dead'))
    .$if(cause !== undefined, (events) => events.where('cause', '=', cause ?? ''))

type Group = Awaited<ReturnType<typeof countGroups>>[number]

async function countGroups(db: Kysely<Tables>, query: FailuresQuery) {
  const rows = await ofQuery(db, query)
    .select(columns)
    .select((event) => [
      event.fn.countAll<number>().as('count'),
      event.fn.count<number>('lane').distinct().as('entities'),
      event.fn.min<number>('id').as('oldest'),
      event.fn.max<number>('id').as('newest'),
    ])
    .groupBy(columns)
    .execute()
  return rows.map((row) => ({ ...row, count: Number(row.count) }))
}

/** An order that several of its events stopped at is worth what it is worth once. */
async function countStakes(db: Kysely<Tables>, query: FailuresQuery) {
  const perLane = ofQuery(db, query)
    .where('amount', 'is not', null)
    .select([...columns, 'lane', 'currency'])
    .select((event) => event.fn.max('amount').as('amount'))
    .groupBy([...columns, 'lane', 'currency'])
  return db
    .selectFrom(perLane.as('stakes'))
    .select([...columns, 'currency'])
    .select((stake) => stake.fn.sum<number>('amount').as('units'))
    .groupBy([...columns, 'currency'])
    .orderBy('currency')
    .execute()
}

const keyOf = ({ state, cause, issue_field, issue_value }: Pick<Group, (typeof columns)[number]>): string =>
  JSON.stringify([state, cause, issue_field, issue_value])

async function arrivals(db: Kysely<Tables>, ids: number[]): Promise<Map<number, number>> {
  if (ids.length === 0) return new Map()
  const rows = await db.selectFrom('events').select(['id', 'received_at']).where('id', 'in', ids).execute()
  return new Map(rows.map(({ id, received_at }) => [id, received_at]))
}

/** The newest few of a group, and as many that its types are taken from. */
const SAMPLE = { shown: 3, read: 50 }

async function newestOf(db: Kysely<Tables>, group: Group): Promise<EventSummary[]> {
  const ids = db
    .selectFrom('events')
    .select('id')
    .where(failed)
    .where('state', '=', group.state)
    .where('cause', group.cause === null ? 'is' : '=', group.cause)
    .where('issue_field', '=', group.issue_field)
    .where('issue_value', '=', group.issue_value)
    .orderBy('id', 'desc')
    .limit(SAMPLE.read)
  const rows = await db
    .selectFrom('events')
    .select(summaryColumns)
    .where('id', 'in', db.selectFrom(ids.as('newest')).select('id'))
    .orderBy('id', 'desc')
    .execute()
  return rows.map(summaryOf)
}
