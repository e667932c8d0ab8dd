import { type Kysely, sql } from 'kysely'
import { procedure } from '../store/procedure.ts'
import type { ArrivalsTable, Tables } from '../store/schema.ts'
import { statement, statementOfList } from '../store/statement.ts'
import { eventKey, type Incoming, lanesOf } from './incoming.ts'
import { type EventName, idsByKey, knownIds, type StoredRow } from './known-events.ts'
import { type Packed, unpack } from './packed.ts'
import { putIn, upsertLanes } from './put-in.ts'
import { countThroughput, minuteOf } from './throughput.ts'

/** A group of webhooks as they came. */
export interface Arrived {
  owner: string
  now: number
  /** JSON of their `EventName`s: as objects they take both threads several times as long. */
  names: string
  /** Of `pack`. */
  text: string
  /** Of `pack`, sealed as one. */
  payloads: Uint8Array<ArrayBuffer>
}

export interface StoredGroup {
  /** One for each, in order; the last is the group's. None where all of them were known: nothing was stored. */
  ids: number[]
  /** What is in the history of these, by `eventKey`. */
  known: Map<string, number>
}

/**
 * Stores a group of webhooks where they cost least: in a burst the doors answer before there is time to look at them and to put them into
 * their lanes. Their ids are those that they will have there.
 */
export const storeArrivals = procedure(
  new URL('./arrivals.ts', import.meta.url),
  'storeArrivals',
  async (trx, { owner, now, names, text, payloads }: Arrived): Promise<StoredGroup> => {
    const named: EventName[] = JSON.parse(names)
    const known = await knownIds(trx, named)
    if (named.every((name) => known.has(eventKey(name)))) return { ids: [], known }
    const group = { id: await takeIds(trx, named.length), count: named.length, ids: null }
    await insertGroup(trx, { ...group, owner, stored_at: now, events: text, payloads })
    return { ids: idsOf([group]), known }
  },
  { ahead: true },
)

/**
 * The same for PostgreSQL, in one statement. Another replica may take ids meanwhile: they are not one behind the other. It is a transaction that
 * others see before it takes them (`horizon.ts`).
 */
export const storeArrivalsAtOnce = procedure(
  new URL('./arrivals.ts', import.meta.url),
  'storeArrivalsAtOnce',
  async (db, arrived: Arrived): Promise<StoredGroup> => {
    const [stored] = await insertAtOnce(db, arrived)
    return { ids: stored?.ids ?? [], known: idsByKey(stored?.known ?? []) }
  },
  { ahead: true, single: true },
)

/** The most at a time, but for a group that is larger: they are all in memory, and looking at them takes tens of milliseconds. */
export const MOST = 1_000
/** The most of payloads at a time, but for a group that is larger. */
const MOST_BYTES = 16 * 1024 * 1024

/** Which groups: those of a process, and those of anybody that were stored before. */
export interface Whose {
  owner: string
  /** Unix ms. */
  before: number
}

export const EVERYONES: Whose = { owner: '', before: Number.MAX_SAFE_INTEGER }

export interface Waiting {
  /** The oldest first. Those that another process files just now are not among them. */
  groups: ArrivalsTable[]
  /** There is none of these up to this id but those in `groups`. Infinite where nothing is left. */
  upTo: number
}

/** Groups of together up to so many arrivals, as they were stored; one at least where there is one. */
export const waitingArrivals = procedure(
  new URL('./arrivals.ts', import.meta.url),
  'waitingArrivals',
  async (db, { atMost, ...whose }: Whose & { atMost: number }): Promise<Waiting> => {
    const waiting = await groupsOf(db, { ...whose, atMost })
    const fits = ({ total, bytes }: UpTo) => total <= atMost && bytes <= MOST_BYTES
    const portion = waiting.slice(0, Math.max(1, waiting.findLastIndex(fits) + 1))
    const last = portion.at(-1)?.id
    if (last === undefined) return { groups: [], upTo: Number.POSITIVE_INFINITY }
    const left = portion.length < waiting.length || waiting.length === atMost
    return { groups: await contentOf(db, idsIn(portion), undefined), upTo: left ? last : Number.POSITIVE_INFINITY }
  },
  { ahead: true, single: true },
)

/** The groups that wait. */
export const arrivedGroups = procedure(
  new URL('./arrivals.ts', import.meta.url),
  'arrivedGroups',
  async (db, { owner, before }: Whose): Promise<number[]> =>
    idsIn(
      await db
        .selectFrom('arrivals')
        .select('id')
        .where((row) => row.or([row('owner', '=', owner), row('stored_at', '<', before)]))
        .execute(),
    ),
  { ahead: true, single: true },
)

const idsIn = (rows: readonly { id: number }[]): number[] => rows.map(({ id }) => id)

/** Those of their events, in order. */
export const idsOf = (groups: Portion['groups']): number[] =>
  groups.flatMap(({ id, count, ids }) =>
    ids === null ? Array.from({ length: count }, (_, index) => id - count + 1 + index) : (JSON.parse(ids) as number[]),
  )

/** Groups that were looked at. */
export interface Portion extends Packed {
  /** In the order of their events. */
  groups: Pick<ArrivalsTable, 'id' | 'count' | 'ids'>[]
  now: number
}

/** Puts arrivals into their lanes. @returns the ids of those that came into the history: of two with one webhook id the first does */
export const fileArrivals = procedure(
  new URL('./arrivals.ts', import.meta.url),
  'fileArrivals',
  async (trx, { groups, now, text, payloads }: Portion): Promise<number[]> => {
    const gone = new Set(idsIn(await forget(trx, idsIn(groups), undefined)))
    // A group that is not there any more was filed meanwhile.
    const own = idsOf(groups.filter(({ id }) => gone.has(id)))
    if (own.length === 0) return []
    const isOwn = new Set(own)
    const ids = idsOf(groups)
    const incoming = unpack<Incoming, Uint8Array>(text, payloads).filter((_, index) => isOwn.has(ids[index] ?? 0))
    await upsertLanes(trx, lanesOf(incoming, now))
    const written = (await putIn(trx, incoming, own)).map(({ id }) => id)
    const isWritten = new Set(written)
    const received = incoming.filter((_, index) => isWritten.has(own[index] ?? 0))
    for (const [minute, { length }] of Map.groupBy(received, ({ receivedAt }) => minuteOf(receivedAt)))
      await countThroughput(trx, minute, { received: length })
    return written
  },
  { ahead: true },
)

/** Ids that no other event gets. @returns the last of them; SQLite's own counter goes on behind it */
async function takeIds(trx: Kysely<Tables>, count: number): Promise<number> {
  const [taken] = await moveCounter(trx, count)
  if (taken) return taken.seq
  await sql`insert into sqlite_sequence (name, seq) values ('events', ${count})`.execute(trx)
  return count
}

const moveCounter = statement<number, { seq: number }>(
  (db) => ({
    compile: () =>
      sql<{ seq: number }>`update sqlite_sequence set seq = seq + ${0} where name = 'events' returning seq`.compile(db),
  }),
  (count) => [count],
)

const insertGroup = statement<ArrivalsTable, unknown>(
  (db) => db.insertInto('arrivals').values(empty),
  ({ id, count, ids, owner, stored_at, events, payloads }) => [id, count, ids, owner, stored_at, events, payloads],
)

const empty: ArrivalsTable = {
  id: 0,
  count: 0,
  ids: null,
  owner: '',
  stored_at: 0,
  events: '',
  payloads: new Uint8Array(),
}

interface AtOnce {
  /** Null where all of them are known. */
  ids: number[] | null
  known: StoredRow[] | null
}

/**
 * Which of them are known is asked one by one: joined, a plan that was made while there were few events would read all of them for each group
 * until PostgreSQL counts them again.
 */
const insertAtOnce = statement<Arrived, AtOnce>(
  (db) => ({
    compile: () =>
      sql<AtOnce>`with named as materialized (
        select source, "webhookId" as webhook_id, (
          select id from events where events.source = one.source and events.webhook_id = one."webhookId"
        ) as id from json_to_recordset(${'[]'}) as one (source text, "webhookId" text)
      ), taken as materialized (
        select nextval(pg_get_serial_sequence('events', 'id')) as id from named
        where pg_current_xact_id() is not null and exists (select 1 from named as one where one.id is null)
      ), stored as (
        insert into arrivals (id, count, ids, owner, stored_at, events, payloads)
        select max(id), count(*), json_agg(id order by id)::text, ${''}::text, ${0}::bigint, ${''}::text, ${new Uint8Array()}::bytea
        from taken having count(*) > 0
      )
      select (select json_agg(id order by id) from taken) as ids,
        (select json_agg(named) from named where id is not null) as known`.compile(db),
  }),
  ({ owner, now, names, text, payloads }) => [names, owner, now, text, payloads],
)

interface UpTo {
  id: number
  total: number
  bytes: number
}

/** The oldest, with how many events there are up to each. */
const groupsOf = statement<Whose & { atMost: number }, UpTo>(
  (db) => ({
    compile: () =>
      sql<UpTo>`select id, sum(count) over upto as total, sum(length(payloads)) over upto as bytes from arrivals
        where owner = ${''} or stored_at < ${0} window upto as (order by id) order by id limit ${0}`.compile(db),
  }),
  ({ owner, before, atMost }) => [owner, before, atMost],
)

const contentOf = statementOfList<number, undefined, ArrivalsTable>(
  (db, ids) => db.selectFrom('arrivals').selectAll().where('id', 'in', ids).orderBy('id'),
  (ids) => ids,
)

const forget = statementOfList<number, undefined, { id: number }>(
  (db, ids) => db.deleteFrom('arrivals').where('id', 'in', ids).returning('id'),
  (ids) => ids,
)
