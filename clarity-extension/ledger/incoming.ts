import type { Transferable } from 'node:worker_threads'
import type { Seal } from '../privacy/seal.ts'
import type { DemandArrivedTable } from '../store/schema.ts'
import type { NewEvent } from './types.ts'

/** An event on its way into the store. */
export type Incoming = Omit<NewEvent, 'body' | 'payload'> & {
  payload: Uint8Array
  /** Unix ms. */
  receivedAt: number
  /** Unix ms. */
  dueAt: number
  /** Own follow-up work: one ready event of this type in the lane is enough. */
  onlyOne?: boolean
  /** What the storefront sold by it. */
  demand: DemandArrivedTable | undefined
}

export interface EventRow {
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

export const rowOf = (event: Incoming): EventRow => ({
  source: event.source,
  webhook_id: event.webhookId,
  type: event.type,
  lane: event.lane,
  subject: event.subject,
  payload: event.payload,
  state: event.fault ? 'dead' : 'ready',
  priority: event.priority,
  received_at: event.receivedAt,
  due_at: event.dueAt,
  settled_at: event.fault ? event.receivedAt : null,
  cause: event.fault?.cause ?? null,
  message: event.fault?.message ?? null,
  issue_cause: event.fault?.cause ?? null,
  amount: event.worth?.units ?? null,
  currency: event.worth?.currency ?? null,
  trace_id: event.traceId,
})

export const eventColumns: (keyof EventRow)[] = [
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
]

/**
 * As they are stored, with the buffers that go to the store's thread. They are copies: a slice of a shared buffer would take its
 * neighbours along, and what is given away could not be given again when a group is tried one by one.
 */
export function sealed(incoming: readonly Incoming[], seal: Seal): { events: Incoming[]; buffers: Transferable[] } {
  const events = incoming.map((event) => ({ ...event, payload: seal.bytes(event.payload) }))
  return { events, buffers: events.map(({ payload }) => payload.buffer) }
}

export const eventKey = (event: { source: string; webhookId: string }): string => `${event.source} ${event.webhookId}`

/** Work of one type in one lane. */
export const workKey = ({ lane, type }: { lane: string; type: string }): string => `${lane} ${type}`

export interface LaneRow {
  lane: string
  priority: number
  due_at: number
  epoch: number
}

/**
 * The lanes that these events open, in one order everywhere, so that two replicas never wait for each other. The epoch starts at the clock and
 * grows from there: a lane that was closed and opened again never repeats one.
 */
export function lanesOf(incoming: readonly Incoming[], now: number): LaneRow[] {
  const lanes = new Map<string, LaneRow>()
  for (const { lane, priority, fault, dueAt } of incoming) {
    if (fault) continue
    const row = lanes.get(lane) ?? { lane, priority, due_at: dueAt, epoch: now }
    lanes.set(lane, { ...row, priority: Math.min(row.priority, priority) })
  }
  return [...lanes.values()].sort((a, b) => (a.lane < b.lane ? -1 : 1))
}

/** What the storefront sold by these: of two events of one order the later counts. In one order everywhere, as the lanes. */
export function soldBy(incoming: readonly Incoming[]): DemandArrivedTable[] {
  const byOrder = new Map<string, DemandArrivedTable>()
  for (const { demand } of incoming) if (demand) byOrder.set(demand.order_id, demand)
  return [...byOrder.values()].sort((a, b) => (a.order_id < b.order_id ? -1 : 1))
}
