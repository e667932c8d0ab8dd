import { type Kysely, sql } from 'kysely'
import { procedure } from '../store/procedure.ts'
import type { ArrivalsTable, Tables } from '../store/schema.ts'
import { statement } from '../store/statement.ts'
import { eventKey, type Incoming, lanesOf } from './incoming.ts'
import { answersFrom, type EventName, knownIds } from './known-events.ts'
import { type Packed, unpack } from './packed.ts'
import { putIn, upsertLanes } from './put-in.ts'
import { countThroughput, minuteOf } from './throughput.ts'
import type { Enqueued } from './types.ts'

/** A group of webhooks as they came. */
export interface Arrived {
  names: EventName[]
  /** Of `pack`. */
  text: string
  /** Of `pack`, sealed as one. */
  payloads: Uint8Array<ArrayBuffer>
}

/**
 * Stores a group of webhooks where they cost least: in a burst the doors answer before there is time to look at them and to put them into
 * their lanes. Their ids are those that they will have there.
 */
export const storeArrivals = procedure(
  new URL('./arrivals.ts', import.meta.url),
  'storeArrivals',
  async (trx, { names, text, payloads }: Arrived): Promise<Enqueued[]> => {
    const known = await knownIds(trx, names)
    const last = await takeIds(trx, names.length)
    const first = last - names.length + 1
    const fresh = new Map<string, number>()
    for (const [index, name] of names.entries()) {
      const key = eventKey(name)
      if (!known.has(key) && !fresh.has(key)) fresh.set(key, first + index)
    }
    if (fresh.size > 0) await insertGroup(trx, { id: last, count: names.length, events: text, payloads })
    return answersFrom(names, fresh, known)
  },
  { ahead: true },
)

/** The most at a time, but for a group that is larger: they are all in memory, and looking at them takes tens of milliseconds. */
export const MOST = 1_000
/** The most of payloads at a time, but for a group that is larger. */
const MOST_BYTES = 16 * 1024 * 1024

export interface Waiting {
  /** One at least where there is one, the oldest first. */
  groups: ArrivalsTable[]
  /** More are behind them. */
  left: boolean
}

/** Groups of together up to so many arrivals, as they were stored. */
export const waitingArrivals = procedure(
  new URL('./arrivals.ts', import.meta.url),
  'waitingArrivals',
  async (trx, atMost: number): Promise<Waiting> => {
    const waiting = await groupsOf(trx, atMost)
    const fits = ({ total, bytes }: UpTo) => total <= atMost && bytes <= MOST_BYTES
    const portion = waiting.slice(0, Math.max(1, waiting.findLastIndex(fits) + 1))
    const last = portion.at(-1)?.id
    if (last === undefined) return { groups: [], left: false }
    return {
      groups: await contentOf(trx, last),
      left: portion.length < waiting.length || waiting.length === atMost,
    }
  },
  { ahead: true },
)

/** Those of their events, in order. */
export const idsOf = (groups: Portion['groups']): number[] =>
  groups.flatMap(({ id, count }) => Array.from({ length: count }, (_, index) => id - count + 1 + index))

/** Groups that were looked at. */
export interface Portion extends Packed {
  /** In the order of their events. */
  groups: Pick<ArrivalsTable, 'id' | 'count'>[]
}

/** Puts arrivals into their lanes. @returns the ids of those that came into the history: of two with one webhook id the first does */
export const fileArrivals = procedure(
  new URL('./arrivals.ts', import.meta.url),
  'fileArrivals',
  async (trx, { groups, text, payloads }: Portion): Promise<number[]> => {
    const gone = new Set((await forget(trx, groups.at(-1)?.id ?? 0)).map(({ id }) => id))
    // A group that is not there any more was filed meanwhile.
    const own = idsOf(groups.filter(({ id }) => gone.has(id)))
    if (own.length === 0) return []
    const isOwn = new Set(own)
    const ids = idsOf(groups)
    const incoming = unpack<Incoming, Uint8Array>(text, payloads).filter((_, index) => isOwn.has(ids[index] ?? 0))
    await upsertLanes(trx, lanesOf(incoming, Date.now()))
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

const moveCounter = textOf<number, { seq: number }>(
  sql`update sqlite_sequence set seq = seq + ${0} where name = 'events' returning seq`,
)

const insertGroup = statement<ArrivalsTable, unknown>(
  (db) => db.insertInto('arrivals').values({ id: 0, count: 0, events: '', payloads: new Uint8Array() }),
  ({ id, count, events, payloads }) => [id, count, events, payloads],
)

interface UpTo {
  id: number
  total: number
  bytes: number
}

/** The oldest, with how many events there are up to each. */
const groupsOf = textOf<number, UpTo>(
  sql`select id, sum(count) over upto as total, sum(length(payloads)) over upto as bytes from arrivals
    window upto as (order by id) order by id limit ${0}`,
)

const contentOf = textOf<number, ArrivalsTable>(sql`select * from arrivals where id <= ${0} order by id`)

const forget = textOf<number, { id: number }>(sql`delete from arrivals where id <= ${0} returning id`)

/** A statement with one value. */
function textOf<Value, Row>(text: ReturnType<typeof sql<Row>>) {
  return statement<Value, Row>(
    (db) => ({ compile: () => text.compile(db) }),
    (value) => [value],
  )
}
