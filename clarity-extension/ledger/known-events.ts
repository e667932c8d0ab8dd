import { type Kysely, sql } from 'kysely'
import { padded } from '../store/padded.ts'
import type { Tables } from '../store/schema.ts'
import { eventKey, type Incoming, workKey } from './incoming.ts'

/** Odoo knows an order by the storefront's id; a merchant looks for its number, which the order's own event brought. */
export async function orderNumbers(trx: Kysely<Tables>, incoming: readonly Incoming[]): Promise<Map<string, string>> {
  const lanes = new Set(
    incoming.filter(({ source, lane }) => source === 'odoo' && lane.startsWith('order:')).map(({ lane }) => lane),
  )
  if (lanes.size === 0) return new Map()
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
  return new Map(rows.map(({ lane, subject }) => [lane, subject]))
}

/** Ids of those that are stored, by `eventKey`. */
export async function knownIds(trx: Kysely<Tables>, events: readonly Incoming[]): Promise<Map<string, number>> {
  if (events.length === 0) return new Map()
  const rows = await trx
    .selectFrom('events')
    .select(['id', 'source', 'webhook_id'])
    .where('webhook_id', 'in', padded(events.map(({ webhookId }) => webhookId)))
    .where('source', 'in', ['clarity', 'odoo', 'bridge'])
    .execute()
  return idsOf(rows)
}

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
export const idsOf = (rows: readonly StoredRow[]): Map<string, number> =>
  new Map(rows.map(({ id, source, webhook_id }) => [eventKey({ source, webhookId: webhook_id }), id]))

export interface StoredRow {
  id: number
  source: string
  webhook_id: string
}
