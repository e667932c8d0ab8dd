import { type Kysely, sql } from 'kysely'
import type { Seal } from '../privacy/seal.ts'
import type { Tables } from '../store/schema.ts'
import { summaryColumns, summaryOf } from './overview.ts'
import type { FailureGroup, FailurePage, FailuresQuery } from './queries.ts'
import { amountOf } from './worth.ts'

const LIMIT = { default: 50, most: 200 }

/**
 * What waits for a person, by what has to be mended. Counted in one pass over an index that holds only dead and held events: as
 * fast on a long history as on a short one. No event's payload is read or opened; of each group on the page the newest few rows are.
 */
export async function readFailures(db: Kysely<Tables>, query: FailuresQuery, seal: Seal): Promise<FailurePage> {
  const groups = await countGroups(db, query)
  const size = Math.min(Math.max(1, query.limit ?? LIMIT.default), LIMIT.most)
  const sorted = groups.sort((a, b) => b.count - a.count || b.newest - a.newest)
  const page = sorted.slice(query.offset ?? 0, (query.offset ?? 0) + size)
  const [stakes, newest] = await Promise.all([
    Promise.all(page.map((group) => stakesOf(db, group))),
    newestOf(db, page),
  ])
  const rows = await readRows(db, page, newest)
  return {
    total: groups.length,
    events: groups.reduce((sum, { count }) => sum + count, 0),
    groups: page.map((group, index): FailureGroup => {
      const ids = newest.get(index) ?? []
      const shown = ids.slice(0, SAMPLE.shown).flatMap(({ id }) => rows.get(id) ?? [])
      const details = rows.get(group.newest)?.details ?? null
      return {
        cause: group.cause ?? 'unknown',
        field: group.issue_field,
        value: group.issue_value,
        state: group.state === 'held' ? 'held' : 'dead',
        count: group.count,
        entities: group.entities,
        atStake: stakes[index] ?? [],
        message: shown[0]?.message ?? null,
        details: details === null ? null : JSON.parse(seal.openText(details)),
        types: [...new Set(ids.map(({ type }) => type))].sort(),
        oldestAt: rows.get(group.oldest)?.received_at ?? 0,
        newestAt: rows.get(group.newest)?.received_at ?? 0,
        sample: shown.map(summaryOf),
      }
    }),
  }
}

const failed = sql<boolean>`state in ('dead', 'held')`
const columns = ['state', 'cause', 'issue_field', 'issue_value'] as const

type Group = Awaited<ReturnType<typeof countGroups>>[number]

async function countGroups(db: Kysely<Tables>, { state, cause }: FailuresQuery) {
  const rows = await db
    .selectFrom('events')
    .where(failed)
    .$if(state !== undefined, (events) => events.where('state', '=', state ?? 'dead'))
    .$if(cause !== undefined, (events) => events.where('cause', '=', cause ?? ''))
    .select(columns)
    .select((event) => [
      event.fn.countAll<number>().as('count'),
      event.fn.count<number>('lane').distinct().as('entities'),
      event.fn.min<number>('id').as('oldest'),
      event.fn.max<number>('id').as('newest'),
      event.fn.sum<number | null>('amount').as('units'),
      event.fn.min<string | null>('currency').as('currency'),
      event.fn.max<string | null>('currency').as('other'),
    ])
    .groupBy(columns)
    .execute()
  return rows.map((row) => ({ ...row, count: Number(row.count), entities: Number(row.entities) }))
}

const ofGroup = (db: Kysely<Tables>, group: Group) =>
  db
    .selectFrom('events')
    .where(failed)
    .where('state', '=', group.state)
    .where('cause', group.cause === null ? 'is' : '=', group.cause)
    .where('issue_field', '=', group.issue_field)
    .where('issue_value', '=', group.issue_value)

/** An order that several of its events stopped at is worth what it is worth once; where each has one event, the sum is known already. */
async function stakesOf(db: Kysely<Tables>, group: Group): Promise<FailureGroup['atStake']> {
  const { count, entities, units, currency, other } = group
  if (units === null) return []
  if (count === entities && currency === other) return [{ currency: currency ?? '', amount: amountOf(Number(units)) }]
  const perLane = ofGroup(db, group)
    .where('amount', 'is not', null)
    .select(['lane', 'currency'])
    .select((event) => event.fn.max('amount').as('amount'))
    .groupBy(['lane', 'currency'])
  const rows = await db
    .selectFrom(perLane.as('stakes'))
    .select('currency')
    .select((stake) => stake.fn.sum<number>('amount').as('units'))
    .groupBy('currency')
    .orderBy('currency')
    .execute()
  return rows.map((row) => ({ currency: row.currency ?? '', amount: amountOf(Number(row.units)) }))
}

export async function readByCause(
  db: Kysely<Tables>,
  state: 'dead' | 'held',
): Promise<{ cause: string; count: number }[]> {
  const rows = await db
    .selectFrom('events')
    .where(failed)
    .where('state', '=', state)
    .select('cause')
    .select((event) => event.fn.countAll<number>().as('count'))
    .groupBy('cause')
    .execute()
  return rows.map(({ cause, count }) => ({ cause: cause ?? 'unknown', count: Number(count) }))
}

/** The newest few of a group, and as many that its types are taken from. */
const SAMPLE = { shown: 3, read: 50 }

/** Of every group in one statement, the newest first; a type stands before the payload in its row, so that is not read. */
async function newestOf(db: Kysely<Tables>, page: Group[]): Promise<Map<number, { id: number; type: string }[]>> {
  const ids = (group: Group) => ofGroup(db, group).select('id').orderBy('id', 'desc').limit(SAMPLE.read)
  const ofOne = (group: Group, index: number) =>
    db
      .selectFrom(ids(group).as('newest'))
      .innerJoin('events', 'events.id', 'newest.id')
      .select(['events.id', 'events.type', sql<number>`cast(${index} as integer)`.as('place')])
  const [first, ...others] = page.map(ofOne)
  if (!first) return new Map()
  const rows = await others.reduce((all, one) => all.unionAll(one), first).execute()
  return Map.groupBy(
    rows.sort((a, b) => b.id - a.id),
    ({ place }) => place,
  )
}

/** Everything that is shown of single events, by their id. Details are opened of the newest only, so of others they stay where they are. */
async function readRows(db: Kysely<Tables>, page: Group[], newest: Awaited<ReturnType<typeof newestOf>>) {
  if (page.length === 0) return new Map<number, never>()
  const first = page.map((group) => group.newest)
  const shown = [...newest.values()].flatMap((ids) => ids.slice(0, SAMPLE.shown).map(({ id }) => id))
  const rows = await db
    .selectFrom('events')
    .select(summaryColumns)
    .select((event) => event.case().when('id', 'in', first).then(event.ref('details')).else(null).end().as('details'))
    .where('id', 'in', [...new Set([...first, ...shown, ...page.map(({ oldest }) => oldest)])])
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}
