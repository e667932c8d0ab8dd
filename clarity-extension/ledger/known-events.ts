import { type Kysely, sql } from 'kysely'
import { padded } from '../store/padded.ts'
import type { Tables } from '../store/schema.ts'
import { statementOfList } from '../store/statement.ts'
import { eventKey, type Incoming, workKey } from './incoming.ts'
import type { Enqueued } from './types.ts'

/** Odoo knows an order by the storefront's id; a merchant looks for its number, which the order's own event brought. */
export async function withOrderNumbers(
  trx: Kysely<Tables>,
  incoming: readonly Incoming[],
): Promise<readonly Incoming[]> {
  const lanes = new Set(
    incoming.filter(({ source, lane }) => source === 'odoo' && lane.startsWith('order:')).map(({ lane }) => lane),
  )
  if (lanes.size === 0) return incoming
  const rows = await trx
    .selectFrom('events')
    .select(['lane', 'subject'])
    .where('id', 'in', (query) =>
      query
        .selectFrom('events')
        .select((all) => all.fn.max<number>('id').as('id'))
        .where('lane', 'in', padded([...lanes]))
        .where('source', '=', 'clarity')
        .groupBy('lane'),
    )
    .execute()
  const numbers = new Map(rows.map(({ lane, subject }) => [lane, subject]))
  return incoming.map((event) => ({ ...event, subject: numbers.get(event.lane) ?? event.subject }))
}

/** What is said of each of these: what was not inserted was known, and of two with one webhook id the second was. */
export async function answersOf(
  trx: Kysely<Tables>,
  incoming: readonly Incoming[],
  inserted: readonly StoredRow[],
): Promise<Enqueued[]> {
  const fresh = idsByKey(inserted)
  const known = await knownIds(
    trx,
    incoming.filter((event) => !fresh.has(eventKey(event))),
  )
  return answersFrom(incoming, fresh, known)
}

/** The same where both are there already, by `eventKey`. */
export function answersFrom(
  events: readonly EventName[],
  fresh: ReadonlyMap<string, number>,
  known: ReadonlyMap<string, number>,
): Enqueued[] {
  const seen = new Set<string>()
  return events.map((event) => {
    const key = eventKey(event)
    const id = fresh.get(key) ?? known.get(key)
    if (id === undefined) throw new Error('an event was neither stored nor known')
    const duplicate = !fresh.has(key) || seen.has(key)
    seen.add(key)
    return { id, duplicate, coalesced: false }
  })
}

/** What is in the history of these, by `eventKey`. */
export async function knownIds(trx: Kysely<Tables>, events: readonly EventName[]): Promise<Map<string, number>> {
  const known: StoredRow[] = []
  for (const [source, ofSource] of Map.groupBy(events, (event) => event.source)) {
    const webhookIds = ofSource.map(({ webhookId }) => webhookId)
    known.push(...(await knownOf(trx, webhookIds, source)))
  }
  return idsByKey(known)
}

const knownOf = statementOfList<string, EventName['source'], StoredRow>(
  (db, webhookIds) =>
    db
      .selectFrom('events')
      .select(['id', 'source', 'webhook_id'])
      .where('source', '=', 'clarity')
      .where('webhook_id', 'in', webhookIds),
  (webhookIds, source) => [source, ...webhookIds],
)

/** What an event is known by. */
export type EventName = Pick<Incoming, 'source' | 'webhookId'>

/** Ready events that make new work of the same type in the same lane needless. */
export async function standingWork(trx: Kysely<Tables>, incoming: readonly Incoming[]): Promise<Map<string, number>> {
  const lanes = [...new Set(incoming.filter(({ onlyOne }) => onlyOne).map(({ lane }) => lane))]
  if (lanes.length === 0) return new Map()
  const rows = await trx
    .selectFrom('events')
    .select(['id', 'lane', 'type'])
    .where(sql<boolean>`state = 'ready'`)
    .where('lane', 'in', padded(lanes))
    .execute()
  return new Map(rows.map(({ id, ...event }) => [workKey(event), id]))
}

/** By `eventKey`. */
export const idsByKey = (rows: readonly StoredRow[]): Map<string, number> =>
  new Map(rows.map(({ id, source, webhook_id }) => [eventKey({ source, webhookId: webhook_id }), id]))

export interface StoredRow {
  id: number
  source: string
  webhook_id: string
}
