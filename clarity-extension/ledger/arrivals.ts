import { type Kysely, sql } from 'kysely'
import { type Packed, packing } from '../store/packed.ts'
import { type PutOffDone, procedure } from '../store/procedure.ts'
import type { ArrivalsTable, Tables } from '../store/schema.ts'
import { statement, statementOfRows } from '../store/statement.ts'
import type { Store } from '../store/store.ts'
import { eventColumns, eventKey, type Incoming, rowOf } from './incoming.ts'
import { answersFrom, type EventName, knownIds } from './known-events.ts'
import { countThroughput } from './throughput.ts'
import type { Enqueued } from './types.ts'

export interface Filed extends PutOffDone {
  /** All up to this id are in their lanes. */
  upTo: number
}

/** The most at a time: the doors wait some fifty milliseconds for so many. */
export const MOST = 1_000

/** Puts up to so many arrivals into their lanes, the oldest first. */
export const fileArrivals = procedure(
  new URL('./arrivals.ts', import.meta.url),
  'fileArrivals',
  async (trx, atMost: number | undefined = MOST): Promise<Filed> => {
    const [{ last, count } = { last: null, count: 0 }] = await lastOf(trx, atMost)
    if (last === null) return { left: false, upTo: Number.MAX_SAFE_INTEGER }
    await openLanes(trx, { last, now: Date.now() })
    await nameByOrder(trx, last)
    await fileEvents(trx, last)
    await fileDemand(trx, last)
    await forget(trx, last)
    return { left: count === atMost, upTo: last }
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
  async (trx, { packed, now }: { packed: Packed; now: number }): Promise<Enqueued[]> => {
    const arrived = arrivals.unpack(packed)
    const known = await knownIds(trx, arrived.map(nameOf))
    const rows = new Map<string, Arrival>()
    for (const arrival of arrived) {
      const key = eventKey(nameOf(arrival))
      if (!known.has(key) && !rows.has(key)) rows.set(key, arrival)
    }
    let id = (await takeIds(trx, rows.size)) - rows.size
    const fresh = new Map([...rows.keys()].map((key) => [key, ++id]))
    await insertArrivals(
      trx,
      [...rows].map(([key, arrival]) => ({ id: fresh.get(key) ?? 0, ...arrival })),
    )
    await countThroughput(trx, now, { received: rows.size })
    return answersFrom(arrived.map(nameOf), fresh, known)
  },
  {
    ahead: true,
    putsOff: { module: fileArrivals.module, name: fileArrivals.name, tables: ['events', 'lanes', 'demand_arrived'] },
  },
)

/** For who has the store to itself: a bridge that was killed may have left some. */
export async function fileAll(store: Pick<Store, 'run' | 'putsOff'>): Promise<void> {
  if (store.putsOff) while ((await store.run(fileArrivals, undefined)).left);
}

type Arrival = Omit<ArrivalsTable, 'id'>

const nameOf = ({ source, webhook_id }: Arrival): EventName => ({ source, webhookId: webhook_id })

/** What `storeArrivals` takes. */
export const arrivalOf = (event: Incoming): Arrival => ({
  ...rowOf(event),
  order_id: event.demand?.order_id ?? null,
  placed_at: event.demand?.placed_at ?? null,
  items: event.demand?.items ?? null,
})

const columns: (keyof Arrival)[] = [...eventColumns, 'order_id', 'placed_at', 'items']

export const arrivals = packing<Arrival>(
  columns.filter((column) => column !== 'payload'),
  'payload',
)

const insertArrivals = statementOfRows<ArrivalsTable, unknown>(['id', ...columns], (db, rows) =>
  db.insertInto('arrivals').values(rows),
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

const lastOf = textOf<number, { last: number | null; count: number }>(
  sql`select max(id) as last, count(*) as count from (select id from arrivals order by id limit ${0})`,
)

/** As `lanesOf` and `upsertLanes`. */
const openLanes = statement<{ last: number; now: number }, unknown>(
  (db) => ({
    compile: () =>
      sql`insert into lanes (lane, priority, due_at, epoch)
        select lane, min(priority), min(due_at), max(max(received_at), ${0}) from arrivals
        where id <= ${0} and state = 'ready' group by lane
        on conflict (lane) do update set priority = min(lanes.priority, excluded.priority)`.compile(db),
  }),
  ({ last, now }) => [now, last],
)

/** As `withOrderNumbers`. */
const nameByOrder = textOf<number, unknown>(
  sql`update arrivals set subject = coalesce(
      (select subject from events where lane = arrivals.lane and source = 'clarity' order by id desc limit 1), subject)
    where id <= ${0} and source = 'odoo' and lane like 'order:%'`,
)

const inEvents = sql.join(['id', ...eventColumns].map((column) => sql.ref(column)))

const fileEvents = textOf<number, unknown>(
  sql`insert into events (${inEvents}) select ${inEvents} from arrivals where id <= ${0} order by id
    on conflict (source, webhook_id) do nothing`,
)

const fileDemand = textOf<number, unknown>(
  sql`insert into demand_arrived (order_id, placed_at, items)
    select order_id, placed_at, items from arrivals
    where arrivals.id <= ${0} and order_id is not null and exists (select 1 from events where events.id = arrivals.id)
    order by id
    on conflict (order_id) do update set placed_at = excluded.placed_at, items = excluded.items`,
)

const forget = textOf<number, unknown>(sql`delete from arrivals where id <= ${0}`)

/** A statement with one value. */
function textOf<Value, Row>(text: ReturnType<typeof sql<Row>>) {
  return statement<Value, Row>(
    (db) => ({ compile: () => text.compile(db) }),
    (value) => [value],
  )
}
