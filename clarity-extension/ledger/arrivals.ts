import { type Kysely, sql } from 'kysely'
import { type PutOffDone, procedure } from '../store/procedure.ts'
import type { Writing } from '../store/recordset.ts'
import type { ArrivalsTable, Tables } from '../store/schema.ts'
import { statement } from '../store/statement.ts'
import type { Store } from '../store/store.ts'
import { eventKey, type Incoming, lanesOf } from './incoming.ts'
import { answersFrom, type EventName, knownIds } from './known-events.ts'
import { putIn, upsertLanes } from './put-in.ts'
import { countThroughput, minuteOf } from './throughput.ts'
import type { Enqueued } from './types.ts'

/** A group of webhooks on its way into the store: as so many objects it takes both threads, and as so many rows the disk, several times as long. */
export interface Packed {
  names: EventName[]
  /** JSON of `InText[]`. */
  events: string
  /** Sealed, one behind the other. */
  payloads: Uint8Array<ArrayBuffer>
}

type InText = Omit<Incoming, 'payload'> & {
  /** Of its sealed payload, in bytes. */
  length: number
}

/** @throws when one of them could not be stored in the history: what is stored here must come into it */
export function pack(incoming: readonly Incoming[], seal: Writing): Packed {
  for (const event of incoming) refuseHalf(event)
  const lengths = incoming.map(({ payload }) => seal.length(payload))
  const payloads = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0))
  let at = 0
  const events = incoming.map(({ payload, ...event }, index): InText => {
    const length = lengths[index] ?? 0
    seal.write(payload, payloads, at)
    at += length
    return { ...event, length }
  })
  return {
    names: incoming.map(({ source, webhookId }) => ({ source, webhookId })),
    events: JSON.stringify(events),
    payloads,
  }
}

function unpack({ events, payloads }: Pick<ArrivalsTable, 'events' | 'payloads'>): Incoming[] {
  let at = 0
  // As `pack` wrote it.
  return (JSON.parse(events) as InText[]).map(({ length, ...event }) => {
    const payload = payloads.subarray(at, at + length)
    at += length
    return { ...event, payload }
  })
}

const NEEDED = [
  'source',
  'webhookId',
  'type',
  'lane',
  'subject',
  'priority',
  'receivedAt',
  'dueAt',
  'traceId',
] as const satisfies (keyof Incoming)[]

function refuseHalf(event: Incoming): void {
  for (const field of NEEDED) if (event[field] == null) throw new Error(`an event has no ${field}`)
}

export interface Filed extends PutOffDone {
  /** All up to this id are in their lanes. */
  upTo: number
}

/** The most at a time, but for a group that is larger: the doors wait some fifty milliseconds for so many. */
export const MOST = 1_000
/** The most of payloads at a time, but for a group that is larger: they are all in memory. */
const MOST_BYTES = 16 * 1024 * 1024

/** Puts groups of together up to so many arrivals into their lanes, one at least, the oldest first. */
export const fileArrivals = procedure(
  new URL('./arrivals.ts', import.meta.url),
  'fileArrivals',
  async (trx, atMost: number | undefined = MOST): Promise<Filed> => {
    const waiting = await groupsOf(trx, atMost)
    const fits = ({ total, bytes }: UpTo) => total <= atMost && bytes <= MOST_BYTES
    const portion = waiting.slice(0, Math.max(1, waiting.findLastIndex(fits) + 1))
    const last = portion.at(-1)?.id
    if (last === undefined) return { left: false, upTo: Number.MAX_SAFE_INTEGER }
    const groups = await contentOf(trx, last)
    const incoming = groups.flatMap(unpack)
    const ids = groups.flatMap(({ id, count }) => Array.from({ length: count }, (_, index) => id - count + 1 + index))
    await upsertLanes(trx, lanesOf(incoming, Date.now()))
    const written = new Set((await putIn(trx, incoming, ids)).map(({ id }) => id))
    const received = incoming.filter((_, index) => written.has(ids[index] ?? 0))
    for (const [minute, { length }] of Map.groupBy(received, ({ receivedAt }) => minuteOf(receivedAt)))
      await countThroughput(trx, minute, { received: length })
    await forget(trx, last)
    return { left: portion.length < waiting.length || waiting.length === atMost, upTo: last }
  },
  { ahead: true },
)

/**
 * Stores a group of webhooks where they cost least: in a burst the doors answer before there is time to put them into their lanes. Their
 * ids are those that they will have there.
 */
export const storeArrivals = procedure(
  new URL('./arrivals.ts', import.meta.url),
  'storeArrivals',
  async (trx, { names, events, payloads }: Packed): Promise<Enqueued[]> => {
    const known = await knownIds(trx, names)
    const last = await takeIds(trx, names.length)
    const first = last - names.length + 1
    const fresh = new Map<string, number>()
    for (const [index, name] of names.entries()) {
      const key = eventKey(name)
      if (!known.has(key) && !fresh.has(key)) fresh.set(key, first + index)
    }
    if (fresh.size > 0) await insertGroup(trx, { id: last, count: names.length, events, payloads })
    return answersFrom(names, fresh, known)
  },
  {
    ahead: true,
    putsOff: {
      module: fileArrivals.module,
      name: fileArrivals.name,
      tables: ['events', 'lanes', 'demand_arrived', 'throughput'],
    },
  },
)

/** For who has the store to itself: a bridge that was killed may have left some. */
export async function fileAll(store: Pick<Store, 'run' | 'putsOff'>): Promise<void> {
  if (store.putsOff) while ((await store.run(fileArrivals, undefined)).left);
}

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

const forget = textOf<number, unknown>(sql`delete from arrivals where id <= ${0}`)

/** A statement with one value. */
function textOf<Value, Row>(text: ReturnType<typeof sql<Row>>) {
  return statement<Value, Row>(
    (db) => ({ compile: () => text.compile(db) }),
    (value) => [value],
  )
}
