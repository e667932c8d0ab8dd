import { type Kysely, sql } from 'kysely'
import type { DemandArrivedTable, Tables } from '../store/schema.ts'
import { statementOfRows } from '../store/statement.ts'
import { type EventRow, eventColumns, eventKey, type Incoming, type LaneRow, rowOf, soldBy } from './incoming.ts'
import { type StoredRow, withOrderNumbers } from './known-events.ts'

/**
 * Writes events and what the storefront sold by them; one that is known already is left out.
 * @param ids where they have some already
 * @returns what was written
 */
export async function putIn(
  trx: Kysely<Tables>,
  incoming: readonly Incoming[],
  ids?: readonly number[],
): Promise<StoredRow[]> {
  const rows = (await withOrderNumbers(trx, incoming)).map(rowOf)
  const written = ids
    ? await insertWithIds(
        trx,
        rows.map((row, index) => ({ id: ids[index] ?? 0, ...row })),
      )
    : await insertEvents(trx, rows)
  // Of two with one webhook id the first counts.
  const left = new Set(written.map(({ source, webhook_id }) => eventKey({ source, webhookId: webhook_id })))
  await upsertDemand(trx, soldBy(incoming.filter((event) => left.delete(eventKey(event)))))
  return written
}

const insertEvents = statementOfRows<EventRow, StoredRow>(eventColumns, intoEvents)
const insertWithIds = statementOfRows<EventRow & { id: number }, StoredRow>(['id', ...eventColumns], intoEvents)

function intoEvents(db: Kysely<Tables>, rows: EventRow[]) {
  return db
    .insertInto('events')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['source', 'webhook_id']).doNothing())
    .returning(['id', 'source', 'webhook_id'])
}

export const upsertLanes = statementOfRows<LaneRow, unknown>(['lane', 'priority', 'due_at', 'epoch'], (db, rows) =>
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
