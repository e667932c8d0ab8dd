import type { Connection } from '../../shared/outcome.ts'

export { createQueries } from './reading.ts'

import type { EventState, TraceStep } from '../store/schema.ts'

/** What the panel and the health door read. Nothing here grows slower with the length of history. */
export interface LedgerQueries {
  overview(): Promise<Overview>
  list(query?: ListQuery): Promise<EventPage>
  /** undefined: no such event. */
  detail(id: number): Promise<EventDetail | undefined>
  /** Dead and held events by what stands in their way: same cause, field and value is one group. Most first. */
  failures(query?: FailuresQuery): Promise<FailurePage>
  /** Dead events of each cause, however many groups they are. */
  deadByCause(): Promise<{ cause: string; count: number }[]>
  /** The same of what a person is to decide. */
  heldByCause(): Promise<{ cause: string; count: number }[]>
  connections(): Promise<ConnectionStatus[]>
  /** Entities with something to do, for each of the four priorities. */
  backlog(): Promise<{ priority: number; lanes: number; oldestDueAt: number | null }[]>
  /** Events that wait for a decision, oldest first. */
  reviews(query?: ReviewQuery): Promise<ReviewPage>
}

/** Instants are unix milliseconds. */
export interface Overview {
  /** The last 60 minutes, oldest first, empty minutes included. */
  perMinute: { at: number; received: number; delivered: number; failed: number; orders: number }[]
  waiting: number
  running: number
  failed: number
  held: number
  /** When the oldest waiting event was received; null: nothing waits. */
  oldestWaitingAt: number | null
  /** From received to done, of the newest deliveries. */
  latency: { p50Ms: number | null; p99Ms: number | null; sample: number }
  /** The newest order applied to Odoo, and the newest shipment or status written to the storefront. */
  lastOrders: { toOdoo: EventSummary | null; toClarity: EventSummary | null }
  connections: ConnectionStatus[]
}

export interface ConnectionStatus {
  name: Connection
  state: 'up' | 'paused'
  cause: string | null
  message: string | null
  since: number
  /** Lanes that wait for it. */
  waiting: number
}

export interface ListQuery {
  /** `next` of the page before. */
  cursor?: number
  /** 1 to 200, default 50. */
  limit?: number
  states?: readonly EventState[]
  types?: readonly string[]
  /** Of failed and held events. */
  cause?: string
  /** Beginning of an order number or SKU; or, whole: a record's id, a lane such as `order:1042`, an event's, webhook's or trace's id. */
  search?: string
}

export interface EventPage {
  rows: EventSummary[]
  /** Cursor of the next page, null at the end. */
  next: number | null
}

export interface EventSummary {
  id: number
  source: string
  type: string
  lane: string
  subject: string
  state: EventState
  attempts: number
  receivedAt: number
  /** When it runs again, for a ready one. */
  dueAt: number
  settledAt: number | null
  cause: string | null
  message: string | null
  traceId: string
}

export interface EventDetail extends EventSummary {
  webhookId: string
  priority: number
  /** The original bytes as text. */
  payload: string
  correction: string | null
  correctedBy: string | null
  correctedAt: number | null
  /** Who looks at it, while it is held. */
  assignee: string | null
  comments: { at: number; who: string; text: string }[]
  /** Who replayed or dismissed it last. */
  settledBy: string | null
  /** Problem[] (cause `correct`) or Facts (held), parsed; null when there is none. */
  details: unknown
  attemptLog: AttemptDetail[]
  /** Other events of the same trace or the same lane, newest first, at most 50. */
  related: EventSummary[]
}

export interface AttemptDetail {
  number: number
  startedAt: number
  durationMs: number
  /** Outcome kind, or `thrown`, or `lease_lost`. */
  outcome: string
  cause: string | null
  message: string | null
  steps: TraceStep[]
}

export interface FailuresQuery {
  state?: 'dead' | 'held' | undefined
  cause?: string | undefined
  /** 1 to 200, default 50. */
  limit?: number | undefined
  offset?: number | undefined
}

export interface FailurePage {
  groups: FailureGroup[]
  /** Of groups and events altogether. */
  total: number
  events: number
}

export interface FailureGroup {
  cause: string
  /** JSON pointer with `*` for every index; empty when the whole record is meant. */
  field: string
  value: string
  state: 'dead' | 'held'
  count: number
  /** How many records (orders, products) they belong to. */
  entities: number
  /** What these orders are worth, each counted once; a decimal per currency. */
  atStake: { currency: string; amount: string }[]
  /** Of the newest one. */
  message: string | null
  /** Problem[] or Facts of the newest one, parsed; null when there is none. */
  details: unknown
  types: string[]
  oldestAt: number
  newestAt: number
  /** The newest few. */
  sample: EventSummary[]
}

export interface ReviewQuery {
  /** `next` of the page before. */
  cursor?: number | undefined
  limit?: number | undefined
  cause?: string | undefined
  /** Empty: of nobody. */
  assignee?: string | undefined
}

export interface ReviewPage {
  rows: ReviewRow[]
  next: number | null
  /** Of all held events, whatever was asked for. */
  assignees: string[]
}

export interface ReviewRow extends EventSummary {
  assignee: string | null
  comments: number
  /** Both sides' computation, where there is one. */
  facts: unknown
}
