import type { Kysely } from 'kysely'
import type { Tables } from '../store/schema.ts'

/** Ids of each kind of match that are looked at: the newest. */
const MATCHES = 1_000
/** Lanes that a bare record id may mean. */
const ENTITIES = ['order', 'customer', 'product', 'stock', 'inventory', 'return']

/**
 * Ids of the events that a person means: every way of looking is one range of an index, so that a search takes no longer on a
 * long history than on a short one.
 */
export function searchFor(db: Kysely<Tables>, text: string, cursor: number = Number.MAX_SAFE_INTEGER) {
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
  const wrapped = [bySubject, byLane, byTrace, byWebhook, byId].map((query, index) =>
    db.selectFrom(query.as(`match${index}`)).select('id'),
  )
  const [first, ...others] = wrapped
  if (!first) throw new Error('nothing to search by')
  return others.reduce((all, query) => all.union(query), first)
}
