import { sql } from 'kysely'
import { procedure } from '../store/procedure.ts'
import { asJson } from '../store/recordset.ts'
import { statement } from '../store/statement.ts'
import { eventColumns, type Incoming, lanesOf, rowOf } from './incoming.ts'
import { answersOf, type StoredRow, withOrderNumbers } from './known-events.ts'
import { minuteOf } from './throughput.ts'
import type { Enqueued } from './types.ts'

interface AtOnce {
  incoming: readonly Incoming[]
  /** Theirs as they are stored, a `byteaArray`. */
  payloads: Buffer
  now: number
}

/**
 * What `storeEvents` does with webhooks, in one statement, for PostgreSQL: four of them took this process longer than all else that it does
 * for an event. Lanes are written before events here, too.
 */
export const storeAtOnce = procedure(
  new URL('./store-at-once.ts', import.meta.url),
  'storeAtOnce',
  async (db, { incoming, payloads, now }: AtOnce): Promise<Enqueued[]> => {
    const named = await withOrderNumbers(db, incoming)
    return answersOf(db, incoming, await insertAll(db, { incoming: named, payloads, now }))
  },
  { ahead: true, single: true },
)

const withoutPayload = eventColumns.filter((column) => column !== 'payload')
const columns = sql.join(eventColumns.map((column) => sql.ref(column)))
const given = sql.join(eventColumns.map((column) => sql.ref(column === 'payload' ? 'unnest' : column)))

const insertAll = statement<AtOnce, StoredRow>(
  (db) => ({
    compile: () =>
      sql<StoredRow>`with opened as (
        insert into lanes (lane, priority, due_at, epoch)
        select lane, priority, due_at, epoch from json_populate_recordset(null::lanes, ${'[]'})
        on conflict (lane) do update set priority = least(lanes.priority, excluded.priority)
        returning lane
      ), stored as (
        insert into events (${columns})
        select ${given} from rows from (json_populate_recordset(null::events, ${'[]'}), unnest(${'{}'}::bytea[]))
        where (select count(*) from opened) >= 0
        on conflict (source, webhook_id) do nothing
        returning id, source, webhook_id
      ), sold as (
        insert into demand_arrived (order_id, placed_at, items)
        select distinct on (order_id collate "C") order_id, placed_at, items
        from json_to_recordset(${'[]'})
          as sold (source text, webhook_id text, place integer, order_id text, placed_at bigint, items text)
        join stored using (source, webhook_id)
        order by order_id collate "C", place desc
        on conflict (order_id) do update set placed_at = excluded.placed_at, items = excluded.items
      ), counted as (
        insert into throughput (minute, received, delivered, failed, orders)
        select ${0}::bigint, count(*), 0, 0, 0 from stored having count(*) > 0
        on conflict (minute) do update set received = throughput.received + excluded.received
      )
      select id, source, webhook_id from stored`.compile(db),
  }),
  ({ incoming, payloads, now }) => {
    const sold = incoming.flatMap(({ source, webhookId, demand }, place) =>
      demand ? [{ source, webhook_id: webhookId, place, ...demand }] : [],
    )
    return [
      asJson(lanesOf(incoming, now), ['lane', 'priority', 'due_at', 'epoch']),
      asJson(incoming.map(rowOf), withoutPayload),
      payloads,
      asJson(sold, ['source', 'webhook_id', 'place', 'order_id', 'placed_at', 'items']),
      minuteOf(now),
    ]
  },
)
