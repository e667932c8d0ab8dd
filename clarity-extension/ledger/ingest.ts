import { sql } from 'kysely'
import { procedure } from '../store/procedure.ts'
import type { DemandArrivedTable } from '../store/schema.ts'
import { statementOfRows } from '../store/statement.ts'
import type { Dialect } from '../store/store.ts'
import {
  type EventRow,
  eventColumns,
  type Incoming,
  type LaneRow,
  lanesOf,
  rowOf,
  soldBy,
  workKey,
} from './incoming.ts'
import { answersOf, type StoredRow, standingWork, withOrderNumbers } from './known-events.ts'
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

    const fresh = incoming.filter((event) => !isNeedless(event))
    const inserted = await insertEvents(
      trx,
      (await withOrderNumbers(trx, fresh)).map((event) => rowOf(event, now)),
    )
    const answers = await answersOf(trx, fresh, inserted)
    const answerOf = new Map(fresh.map((event, index) => [event, answers[index]]))
    const stored = incoming.map((event): Enqueued => {
      const answer = answerOf.get(event)
      if (answer) return answer
      const first = firsts.get(workKey(event))
      const id = standing.get(workKey(event)) ?? (first && answerOf.get(first)?.id)
      if (id === undefined) throw new Error('an event was neither stored nor known')
      return { id, duplicate: false, coalesced: true }
    })
    const accepted = fresh.filter((event) => !answerOf.get(event)?.duplicate)
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
