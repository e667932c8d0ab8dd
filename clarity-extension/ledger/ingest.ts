import { sql } from 'kysely'
import { procedure } from '../store/procedure.ts'
import type { DemandArrivedTable } from '../store/schema.ts'
import { statementOfRows } from '../store/statement.ts'
import type { Dialect } from '../store/store.ts'
import {
  type EventRow,
  eventColumns,
  eventKey,
  type Incoming,
  type LaneRow,
  lanesOf,
  rowOf,
  soldBy,
  workKey,
} from './incoming.ts'
import { idsOf, knownIds, orderNumbers, type StoredRow, standingWork } from './known-events.ts'
import { storeAtOnce } from './store-at-once.ts'
import { countThroughput } from './throughput.ts'
import type { Enqueued } from './types.ts'

/**
 * Stores a group of events. The lane's row is written first: on PostgreSQL that locks the lane, so that a worker which is just
 * finishing it sees these events, and ids grow in the order in which they were accepted.
 */
export const storeEvents = procedure(
  new URL('./ingest.ts', import.meta.url),
  'storeEvents',
  async (trx, { incoming, now, dialect }: Batch): Promise<Enqueued[]> => {
    if (dialect === 'postgres' && !incoming.some(({ onlyOne }) => onlyOne)) return storeAtOnce(trx, incoming, now)
    await upsertLanes(trx, lanesOf(incoming, now))
    const standing = await standingWork(trx, incoming)
    const firsts = new Map<string, Incoming>()
    for (const event of incoming) if (event.onlyOne && !firsts.has(workKey(event))) firsts.set(workKey(event), event)
    const isNeedless = (event: Incoming) =>
      event.onlyOne === true && (standing.has(workKey(event)) || firsts.get(workKey(event)) !== event)

    const subjects = await orderNumbers(trx, incoming)
    const fresh = incoming.filter((event) => !isNeedless(event))
    const inserted = await insertEvents(
      trx,
      fresh.map((event) => rowOf({ ...event, subject: subjects.get(event.lane) ?? event.subject }, now)),
    )
    const ids = idsOf(inserted)
    const known = await knownIds(
      trx,
      fresh.filter((event) => !ids.has(eventKey(event))),
    )
    const idOf = (event: Incoming | undefined): number => {
      const id = event && (ids.get(eventKey(event)) ?? known.get(eventKey(event)))
      if (id === undefined) throw new Error('an event was neither stored nor known')
      return id
    }

    const seen = new Set<string>()
    const accepted: Incoming[] = []
    const stored = incoming.map((event): Enqueued => {
      if (isNeedless(event)) {
        const id = standing.get(workKey(event)) ?? idOf(firsts.get(workKey(event)))
        return { id, duplicate: false, coalesced: true }
      }
      const key = eventKey(event)
      const duplicate = !ids.has(key) || seen.has(key)
      seen.add(key)
      if (!duplicate) accepted.push(event)
      return { id: idOf(event), duplicate, coalesced: false }
    })
    await upsertDemand(trx, soldBy(accepted))
    await countThroughput(trx, now, { received: accepted.length })
    return stored
  },
)

interface Batch {
  incoming: Incoming[]
  now: number
  dialect: Dialect
}

const insertEvents = statementOfRows<EventRow, StoredRow>(eventColumns, (db, rows) =>
  db
    .insertInto('events')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['source', 'webhook_id']).doNothing())
    .returning(['id', 'source', 'webhook_id']),
)

const upsertLanes = statementOfRows<LaneRow, unknown>(['lane', 'priority', 'due_at', 'epoch'], (db, rows) =>
  db
    .insertInto('lanes')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('lane').doUpdateSet({
        priority: sql`case when excluded.priority < lanes.priority then excluded.priority else lanes.priority end`,
      }),
    ),
)

const upsertDemand = statementOfRows<DemandArrivedTable, unknown>(['order_id', 'placed_at', 'items'], (db, rows) =>
  db
    .insertInto('demand_arrived')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('order_id').doUpdateSet({ placed_at: sql`excluded.placed_at`, items: sql`excluded.items` }),
    ),
)
