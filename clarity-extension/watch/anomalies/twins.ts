import { sql } from 'kysely'
import { group } from '../../store/group.ts'
import { statementOfList } from '../../store/statement.ts'
import type { Store } from '../../store/store.ts'
import type { RecentOrder } from './recent-orders.ts'

/** An order whose twins are looked for: those of the same worth whose events came before its own. */
export interface Wanted {
  /** Of `worthOf`. */
  units: number
  currency: string
  /** Of the order's event. */
  eventId: number
  lane: string
}

interface TwinsParts {
  store: Pick<Store, 'db'>
  /** @returns undefined where a payload is no order */
  read(payload: Uint8Array): RecentOrder | undefined
  now(): number
  /** How long ago one may have come, in ms. */
  withinMs: number
}

/** Of one order: the newest. */
const MOST = 20
/** Events that were read. */
const REMEMBERED = 5_000

/**
 * What any replica took in of the last minutes. What many runs ask at a time is one query, and an event that was read once is not read again:
 * where all orders have one worth, it would be read with each of them.
 */
export function twinsInStore({ store, read, now, withinMs }: TwinsParts): (wanted: Wanted) => Promise<RecentOrder[]> {
  const known = new Map<number, RecentOrder | undefined>()

  async function ofAll(wanted: Wanted[]): Promise<RecentOrder[][]> {
    const pairs = await pairsOf(store.db, wanted, now() - withinMs)
    const unread = [...new Set(pairs.map(({ id }) => id))].filter((id) => !known.has(id))
    const rows = unread.length > 0 ? await payloadsOf(store.db, unread, undefined) : []
    for (const { id, payload } of rows) known.set(id, read(payload))
    const twins = wanted.map((): RecentOrder[] => [])
    for (const { place, id } of pairs) {
      const order = known.get(id)
      if (order) twins[place]?.push(order)
    }
    for (const id of known.keys()) {
      if (known.size <= REMEMBERED) break
      known.delete(id)
    }
    return twins
  }

  return group(ofAll).add
}

/** Not prepared: a plan that was made while there were few events would read all of them until PostgreSQL counts them again. */
async function pairsOf(db: Store['db'], wanted: readonly Wanted[], since: number) {
  const { rows } = await sql<{ place: number; id: number }>`select place, twin.id
    from json_to_recordset(${JSON.stringify(wanted.map((one, place) => ({ place, ...one })))})
      as wanted (place integer, units bigint, currency text, "eventId" bigint, lane text)
    cross join lateral (
      select id from events
      where type = 'order.created' and amount = units and events.currency = wanted.currency
        and id < "eventId" and events.lane <> wanted.lane and received_at > ${since}
      order by id desc limit ${sql.lit(MOST)}
    ) as twin`.execute(db)
  return rows
}

const payloadsOf = statementOfList<number, undefined, { id: number; payload: Uint8Array }>(
  (db, ids) => db.selectFrom('events').select(['id', 'payload']).where('id', 'in', ids),
  (ids) => ids,
)
