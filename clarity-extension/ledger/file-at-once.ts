import { sql } from 'kysely'
import { procedure } from '../store/procedure.ts'
import { asJson } from '../store/recordset.ts'
import { statement } from '../store/statement.ts'
import { idsOf, type Portion } from './arrivals.ts'
import { eventColumns, type Incoming, lanesOf, rowOf } from './incoming.ts'
import { withOrderNumbers } from './known-events.ts'
import { MINUTE } from './throughput.ts'

interface AtOnce {
  groups: Portion['groups']
  incoming: readonly Incoming[]
  /** Theirs as they are stored, a `byteaArray`. */
  payloads: Buffer
  now: number
}

/**
 * What `fileArrivals` does, in one statement, for PostgreSQL: begin, commit and six others between them took this process longer than reading
 * what is in the groups. Lanes are written before events here, too.
 * @returns the ids of those that came into the history; undefined where another process filed one of the groups meanwhile: nothing was written
 */
export const fileAtOnce = procedure(
  new URL('./file-at-once.ts', import.meta.url),
  'fileAtOnce',
  async (db, { incoming, ...portion }: AtOnce): Promise<number[] | undefined> => {
    const [filed] = await fileAll(db, { ...portion, incoming: await withOrderNumbers(db, incoming) })
    return filed?.gone === portion.groups.length ? (filed.ids ?? []) : undefined
  },
  { ahead: true, single: true },
)

const columns = sql.join(['id', ...eventColumns].map((column) => sql.ref(column)))
const given = sql.join(['id', ...eventColumns].map((column) => sql.ref(column === 'payload' ? 'unnest' : column)))
const withoutPayload = ['id', ...eventColumns.filter((column) => column !== 'payload')] as const

const fileAll = statement<AtOnce, { gone: number; ids: number[] | null }>(
  (db) => ({
    compile: () =>
      sql<{ gone: number; ids: number[] | null }>`with held as materialized (
        select id from arrivals where id in (select value::bigint from json_array_elements_text(${'[]'})) order by id for update
      ), gone as (
        delete from arrivals where id in (select id from held) and (select count(*) from held) = ${0}::bigint returning id
      ), opened as (
        insert into lanes (lane, priority, due_at, epoch)
        select lane, priority, due_at, epoch from json_populate_recordset(null::lanes, ${'[]'}) where exists (select from gone)
        on conflict (lane) do update set priority = least(lanes.priority, excluded.priority)
        returning lane
      ), stored as (
        insert into events (${columns})
        select ${given} from rows from (json_populate_recordset(null::events, ${'[]'}), unnest(${'{}'}::bytea[]))
        where exists (select from gone) and (select count(*) from opened) >= 0
        on conflict (source, webhook_id) do nothing
        returning id, received_at
      ), sold as (
        insert into demand_arrived (order_id, placed_at, items)
        select distinct on (order_id collate "C") order_id, placed_at, items
        from json_to_recordset(${'[]'})
          as sold (id bigint, place integer, order_id text, placed_at bigint, items text)
        join stored using (id)
        order by order_id collate "C", place desc
        on conflict (order_id) do update set placed_at = excluded.placed_at, items = excluded.items
      ), counted as (
        insert into throughput (minute, received, delivered, failed, orders)
        select received_at - received_at % ${sql.lit(MINUTE)}, count(*), 0, 0, 0 from stored group by 1 order by 1
        on conflict (minute) do update set received = throughput.received + excluded.received
      )
      select (select count(*) from gone) as gone, (select json_agg(id) from stored) as ids`.compile(db),
  }),
  ({ groups, incoming, payloads, now }) => {
    const ids = idsOf(groups)
    const rows = incoming.map((event, place) => ({ id: ids[place] ?? 0, ...rowOf(event) }))
    const sold = incoming.flatMap(({ demand }, place) => (demand ? [{ id: ids[place] ?? 0, place, ...demand }] : []))
    return [
      JSON.stringify(groups.map(({ id }) => id)),
      groups.length,
      asJson(lanesOf(incoming, now), ['lane', 'priority', 'due_at', 'epoch']),
      asJson(rows, withoutPayload),
      payloads,
      asJson(sold, ['id', 'place', 'order_id', 'placed_at', 'items']),
    ]
  },
)
