import { type Kysely, sql } from 'kysely'
import { padded } from '../store/padded.ts'
import { procedure } from '../store/procedure.ts'
import type { DemandArrivedTable, Tables } from '../store/schema.ts'
import { statementOfRows } from '../store/statement.ts'
import { countThroughput } from './throughput.ts'
import type { Enqueued, NewEvent } from './types.ts'

export type Incoming = Omit<NewEvent, 'body' | 'payload'> & {
  payload: Uint8Array
  dueAt?: number
  /** Own follow-up work: one ready event of this type in the lane is enough. */
  onlyOne?: boolean
  /** What the storefront sold by it. */
  demand: DemandArrivedTable | undefined
}

/**
 * Stores a group of events. The lane's row is written first: on PostgreSQL that locks the lane, so that a worker which is just
 * finishing it sees these events, and ids grow in the order in which they were accepted.
 */
export const storeEvents = procedure(
  new URL('./ingest.ts', import.meta.url),
  'storeEvents',
  async (trx, { incoming, now }: Batch) => {
    await openLanes(trx, incoming, now)
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
    const ids = new Map(inserted.map((row) => [`${row.source} ${row.webhook_id}`, row.id]))
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
    await saveDemand(trx, accepted)
    await countThroughput(trx, now, { received: accepted.length })
    return stored
  },
)

interface Batch {
  incoming: Incoming[]
  now: number
}

/** Odoo knows an order by the storefront's id; a merchant looks for its number, which the order's own event brought. */
async function orderNumbers(trx: Kysely<Tables>, incoming: readonly Incoming[]): Promise<Map<string, string>> {
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

const eventKey = (event: Incoming): string => `${event.source} ${event.webhookId}`
const workKey = (event: Incoming): string => `${event.lane} ${event.type}`

interface EventRow {
  source: Incoming['source']
  webhook_id: string
  type: Incoming['type']
  lane: string
  subject: string
  payload: Uint8Array
  state: 'ready' | 'dead'
  priority: number
  received_at: number
  due_at: number
  settled_at: number | null
  cause: string | null
  message: string | null
  issue_cause: string | null
  amount: number | null
  currency: string | null
  trace_id: string
}

const rowOf = (event: Incoming, now: number): EventRow => ({
  source: event.source,
  webhook_id: event.webhookId,
  type: event.type,
  lane: event.lane,
  subject: event.subject,
  payload: event.payload,
  state: event.fault ? 'dead' : 'ready',
  priority: event.priority,
  received_at: now,
  due_at: event.dueAt ?? now,
  settled_at: event.fault ? now : null,
  cause: event.fault?.cause ?? null,
  message: event.fault?.message ?? null,
  issue_cause: event.fault?.cause ?? null,
  amount: event.worth?.units ?? null,
  currency: event.worth?.currency ?? null,
  trace_id: event.traceId,
})

const insertEvents = statementOfRows<EventRow, { id: number; source: string; webhook_id: string }>(
  [
    'source',
    'webhook_id',
    'type',
    'lane',
    'subject',
    'payload',
    'state',
    'priority',
    'received_at',
    'due_at',
    'settled_at',
    'cause',
    'message',
    'issue_cause',
    'amount',
    'currency',
    'trace_id',
  ],
  (db, rows) =>
    db
      .insertInto('events')
      .values(rows)
      .onConflict((conflict) => conflict.columns(['source', 'webhook_id']).doNothing())
      .returning(['id', 'source', 'webhook_id']),
)

interface LaneRow {
  lane: string
  priority: number
  due_at: number
  epoch: number
}

/** The epoch starts at the clock and grows from there: a lane that was closed and opened again never repeats one. */
async function openLanes(trx: Kysely<Tables>, incoming: readonly Incoming[], now: number): Promise<void> {
  const lanes = new Map<string, LaneRow>()
  for (const { lane, priority, fault, dueAt = now } of incoming) {
    if (fault) continue
    const row = lanes.get(lane) ?? { lane, priority, due_at: dueAt, epoch: now }
    lanes.set(lane, { ...row, priority: Math.min(row.priority, priority) })
  }
  // In one order everywhere, so that two replicas never wait for each other.
  await upsertLanes(
    trx,
    [...lanes.values()].sort((a, b) => (a.lane < b.lane ? -1 : 1)),
  )
}

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

/** Ready events that make new work of the same type in the same lane needless. */
async function standingWork(trx: Kysely<Tables>, incoming: readonly Incoming[]): Promise<Map<string, number>> {
  const lanes = [...new Set(incoming.filter(({ onlyOne }) => onlyOne).map(({ lane }) => lane))]
  if (lanes.length === 0) return new Map()
  const rows = await trx
    .selectFrom('events')
    .select(['id', 'lane', 'type'])
    .where(sql<boolean>`state = 'ready'`)
    .where('lane', 'in', padded(lanes))
    .execute()
  return new Map(rows.map(({ id, lane, type }) => [`${lane} ${type}`, id]))
}

async function knownIds(trx: Kysely<Tables>, events: readonly Incoming[]): Promise<Map<string, number>> {
  if (events.length === 0) return new Map()
  const rows = await trx
    .selectFrom('events')
    .select(['id', 'source', 'webhook_id'])
    .where('webhook_id', 'in', padded(events.map(({ webhookId }) => webhookId)))
    .where('source', 'in', ['clarity', 'odoo', 'bridge'])
    .execute()
  return new Map(rows.map((row) => [`${row.source} ${row.webhook_id}`, row.id]))
}

/** It replaces what the order took before; of two events of one order the later counts. */
async function saveDemand(trx: Kysely<Tables>, accepted: readonly Incoming[]): Promise<void> {
  const byOrder = new Map<string, DemandArrivedTable>()
  for (const { demand } of accepted) if (demand) byOrder.set(demand.order_id, demand)
  // In one order everywhere, so that two replicas never wait for each other.
  const rows = [...byOrder.values()].sort((a, b) => (a.order_id < b.order_id ? -1 : 1))
  if (rows.length > 0) await upsertDemand(trx, rows)
}

const upsertDemand = statementOfRows<DemandArrivedTable, unknown>(['order_id', 'placed_at', 'items'], (db, rows) =>
  db
    .insertInto('demand_arrived')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('order_id').doUpdateSet({ placed_at: sql`excluded.placed_at`, items: sql`excluded.items` }),
    ),
)
