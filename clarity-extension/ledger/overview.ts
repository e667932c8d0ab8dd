import type { Kysely } from 'kysely'
import type { EventType } from '../../shared/events.ts'
import type { EventsTable, Tables } from '../store/schema.ts'
import type { ConnectionStatus, EventSummary, Overview } from './queries.ts'
import { MINUTE } from './throughput.ts'

const MINUTES = 60
/** Newest deliveries that the latency is taken from. */
const LATENCY_SAMPLE = 500

export async function readOverview(db: Kysely<Tables>, now: number): Promise<Overview> {
  const counts = await db
    .selectFrom('events')
    .select((event) => ['state', event.fn.countAll<number>().as('count')])
    .where('state', 'in', ['ready', 'running', 'dead', 'held'])
    .groupBy('state')
    .execute()
  const countOf = (state: string) => Number(counts.find((row) => row.state === state)?.count ?? 0)
  const oldest = await db
    .selectFrom('events')
    .select('received_at')
    .where('state', '=', 'ready')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return {
    perMinute: await perMinute(db, now),
    waiting: countOf('ready'),
    running: countOf('running'),
    failed: countOf('dead'),
    held: countOf('held'),
    oldestWaitingAt: oldest?.received_at ?? null,
    latency: await latency(db),
    lastOrders: {
      toOdoo: await lastDone(db, ['order.created', 'order.updated']),
      toClarity: await lastDone(db, ['picking.done', 'picking.tracking', 'sale_order.changed']),
    },
    connections: await readConnections(db),
  }
}

async function perMinute(db: Kysely<Tables>, now: number): Promise<Overview['perMinute']> {
  const last = now - (now % MINUTE)
  const first = last - (MINUTES - 1) * MINUTE
  const rows = await db.selectFrom('throughput').selectAll().where('minute', '>=', first).execute()
  const byMinute = new Map(rows.map((row) => [row.minute, row]))
  return Array.from({ length: MINUTES }, (_, index) => {
    const at = first + index * MINUTE
    const { received = 0, delivered = 0, failed = 0, orders = 0 } = byMinute.get(at) ?? {}
    return { at, received, delivered, failed, orders }
  })
}

async function latency(db: Kysely<Tables>): Promise<Overview['latency']> {
  const newest = db
    .selectFrom('events')
    .select(['state', 'received_at', 'settled_at'])
    .orderBy('id', 'desc')
    .limit(LATENCY_SAMPLE)
  const rows = await db
    .selectFrom(newest.as('newest'))
    .select(['received_at', 'settled_at'])
    .where('state', '=', 'done')
    .execute()
  const times = rows
    .flatMap(({ received_at, settled_at }) => (settled_at === null ? [] : [settled_at - received_at]))
    .sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? null
  return { p50Ms: at(0.5), p99Ms: at(0.99), sample: times.length }
}

async function lastDone(db: Kysely<Tables>, types: readonly EventType[]): Promise<EventSummary | null> {
  const newest: EventSummary[] = []
  for (const type of types) {
    const row = await db
      .selectFrom('events')
      .select(summaryColumns)
      .where('type', '=', type)
      .where('state', '=', 'done')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()
    if (row) newest.push(summaryOf(row))
  }
  return newest.sort((a, b) => b.id - a.id)[0] ?? null
}

async function readConnections(db: Kysely<Tables>): Promise<ConnectionStatus[]> {
  const rows = await db.selectFrom('connections').selectAll().orderBy('name').execute()
  const waiting = await db
    .selectFrom('lanes')
    .select((lane) => ['waits_for', lane.fn.countAll<number>().as('count')])
    .where('waits_for', 'is not', null)
    .groupBy('waits_for')
    .execute()
  return rows.map(({ name, state, cause, message, since }) => {
    const count = waiting.find(({ waits_for }) => waits_for === name)?.count ?? 0
    return { name, state, cause, message, since, waiting: Number(count) }
  })
}

export const summaryColumns = [
  'id',
  'source',
  'type',
  'lane',
  'subject',
  'state',
  'attempts',
  'received_at',
  'due_at',
  'settled_at',
  'cause',
  'message',
  'trace_id',
] as const

export const summaryOf = (
  row: Pick<EventsTable, Exclude<(typeof summaryColumns)[number], 'id' | 'attempts'>> & {
    id: number
    attempts: number
  },
): EventSummary => ({
  id: row.id,
  source: row.source,
  type: row.type,
  lane: row.lane,
  subject: row.subject,
  state: row.state,
  attempts: row.attempts,
  receivedAt: row.received_at,
  dueAt: row.due_at,
  settledAt: row.settled_at,
  cause: row.cause,
  message: row.message,
  traceId: row.trace_id,
})
