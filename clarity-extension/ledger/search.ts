import { type Kysely, sql } from 'kysely'
import type { Seal } from '../privacy/seal.ts'
import { keysFor } from '../privacy/searchable.ts'
import { type EventState, eventStates, type Tables } from '../store/schema.ts'
import type { ListQuery } from './queries.ts'

/** Ids of each kind of match that are looked at: the newest. */
const MATCHES = 1_000
/** Lanes that a bare record id may mean. */
const ENTITIES = ['order', 'customer', 'product', 'stock', 'inventory', 'return']

/**
 * Ids of the events that a person means: every way of looking is one range of an index, so that a search takes no longer on a
 * long history than on a short one.
 */
export function searchFor(
  db: Kysely<Tables>,
  text: string,
  blind: Seal['blind'],
  cursor: number = Number.MAX_SAFE_INTEGER,
) {
  const lanes = text.includes(':') ? [text] : ENTITIES.map((entity) => `${entity}:${text}`)
  const newest = (column: 'id' | 'lane' | 'trace_id' | 'webhook_id') =>
    db
      .selectFrom('events')
      .select('id')
      .where('id', '<', cursor)
      .$if(column !== 'id', (query) => query.orderBy('id', 'desc'))
      .limit(MATCHES)
  const number = /^#?(\d{1,15})$/.exec(text)?.[1]

  const bySubject = db
    .selectFrom('events')
    .select('id')
    .where('subject', '>=', text)
    .where('subject', '<', `${text}\u{10ffff}`)
    .where('id', '<', cursor)
    .orderBy('subject')
    .limit(MATCHES)
  const byLane = newest('lane').where('lane', 'in', lanes)
  const byTrace = newest('trace_id').where('trace_id', '=', text)
  const byWebhook = newest('webhook_id')
    .where('source', 'in', ['clarity', 'odoo', 'bridge'])
    .where('webhook_id', '=', text)
  const byId = newest('id').where('id', '=', number === undefined ? -1 : Number(number))
  // A branch per key: of several keys together SQLite would sort all of a popular SKU's events.
  const byKeys = keysFor(text, blind).map((key) =>
    db
      .selectFrom('search_keys')
      .select('event_id as id')
      .where('key', '=', key)
      .where('event_id', '<', cursor)
      .orderBy('event_id', 'desc')
      .limit(MATCHES),
  )
  const wrapped = [bySubject, byLane, byTrace, byWebhook, byId, ...byKeys].map((query, index) =>
    db.selectFrom(query.as(`match${index}`)).select('id'),
  )
  return unionOf(wrapped)
}

export const isFiltered = ({ states, types, cause }: ListQuery): boolean =>
  Boolean(states?.length) || Boolean(types?.length) || cause !== undefined

/**
 * Ids of the newest events that a filter lets pass: for each combination of what is asked for, the end of one range of an
 * index. A cause is looked for among failed and held events.
 */
export function newestOf(db: Kysely<Tables>, { cursor, states, types, cause }: ListQuery, count: number) {
  const wanted: readonly EventState[] = states?.length ? states : eventStates
  const possible = cause === undefined ? wanted : wanted.filter((state) => state === 'dead' || state === 'held')
  const newest = (state: EventState) =>
    db
      .selectFrom('events')
      .select('id')
      .where('state', '=', state)
      .$if(cursor !== undefined, (query) => query.where('id', '<', cursor ?? 0))
      .orderBy('id', 'desc')
      .limit(count)
  const ranges = possible.flatMap((state) => {
    if (cause !== undefined) {
      const failed = newest(state).where(sql<boolean>`state in ('dead', 'held')`).where('cause', '=', cause)
      return [types?.length ? failed.where(sql<string>`type`, 'in', types) : failed]
    }
    if (types?.length) return types.map((type) => newest(state).where(sql<string>`type`, '=', type))
    return [newest(state)]
  })
  const none = newest('dead').where('id', '<', 0)
  return unionOf(
    (ranges.length > 0 ? ranges : [none]).map((query, index) => db.selectFrom(query.as(`range${index}`)).select('id')),
  )
}

function unionOf<Q extends { union(query: Q): Q }>([first, ...others]: Q[]): Q {
  if (!first) throw new Error('nothing to look for')
  return others.reduce((all, query) => all.union(query), first)
}
