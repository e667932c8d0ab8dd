import type { Kysely } from 'kysely'
import type { EventType, Source } from '../../shared/events.ts'
import type { Connection, Outcome } from '../../shared/outcome.ts'
import type { EventState, Tables, TraceStep } from '../store/schema.ts'
import type { Reviews } from './reviews.ts'

/** 0 orders and money, 1 fulfilment, 2 stock, 3 catalogue and first load. */
export type Priority = 0 | 1 | 2 | 3

/** A webhook as a door hands it over: authentic. It is looked at afterwards. */
export interface Webhook {
  source: Source
  /** Unique with source: the same one again is the same event. */
  webhookId: string
  /** The raw bytes as they came. */
  payload: Buffer
  /** W3C traceparent of the request; one in the body goes before it. */
  traceparent?: string | undefined
}

/** An event whose lane is known (lanes.ts). */
export interface NewEvent {
  source: Source | 'bridge'
  /** Unique with source: the same one again is the same event. */
  webhookId: string
  type: EventType | 'unreadable'
  lane: string
  /** What a merchant searches by: order number, SKU. */
  subject: string
  priority: Priority
  /** The raw bytes as they came. */
  payload: Buffer
  /** The parsed envelope, for the projection; absent when unreadable. */
  body?: unknown
  /** W3C trace id, 32 hex digits. */
  traceId: string
  /** What the order is worth, in ten-thousandths of its currency. */
  worth?: Worth | undefined
  /** Set when it cannot run: it is stored as a dead letter. */
  fault?: { cause: string; message: string }
}

export interface Worth {
  units: number
  currency: string
}

export interface Ingested {
  id: number
  /** The same source and webhook id was stored before; nothing was written. */
  duplicate: boolean
}

/** Our own follow-up work. It runs in its lane like any other event. */
export interface NewWork {
  type: EventType
  lane: string
  subject: string
  priority: Priority
  /** The envelope's `data`: the handler reads it as `{type, timestamp, data}`, like a webhook's body. */
  data: Record<string, unknown>
  traceId?: string
  /** Makes it once only, e.g. `sweep:order:1042:2026-11-20T10:00:00Z`. Absent: random. */
  key?: string
  /** Unix ms; absent: now. The lane's later events wait behind it. */
  dueAt?: number
}

/** `coalesced`: the lane already had a ready event of this type, `id` is that one's. */
export interface Enqueued extends Ingested {
  coalesced: boolean
}

/** An event that this process holds the lane of. */
export interface ClaimedEvent {
  id: number
  source: Source | 'bridge'
  webhookId: string
  type: EventType | 'unreadable'
  lane: string
  subject: string
  priority: Priority
  /** The correction if a person wrote one, else the original bytes. */
  payload: Buffer
  corrected: boolean
  /** A person replayed it after it had been held as a proposal: what it proposed is accepted. */
  approved: boolean
  /** Causes that a person approved for this event: what it was held for is taken. */
  approvals: readonly string[]
  /** Unix ms. */
  receivedAt: number
  /** 1 for the first. */
  attempt: number
  traceId: string
  /** Fencing token of the lane. */
  epoch: number
  /** Aborted when the lane was lost or the run took too long: what this run still does can no longer be settled. */
  signal: AbortSignal
}

/** What an attempt did, step by step, for the person who looks at it later. Secrets are masked by key name. */
export interface Trace {
  /** @param name e.g. `read`, `map`, `apply`, `put` */
  step(name: string, summary: string, data?: unknown): void
}

/** Expected failure is an outcome; what it throws is a bug and counts as an attempt. */
export type Handler = (event: ClaimedEvent, trace: Trace) => Promise<Outcome>

/** What an event type needs, as the registry of flows knows it. Default: needs both connections, does not coalesce. */
export interface TypeRule {
  /** Ready events of this type that stand behind one another in a lane are one run: the newest runs, the older are superseded. */
  coalesce?: boolean
  /** Milliseconds that the lane rests after a delivery, so that a burst is two runs: the first change at once, the rest together. */
  restMs?: number
  /** While one of these is paused, events of this type wait and burn no attempts. */
  needs?: readonly Connection[]
}

/** What an order takes away from what can be sold. It replaces what the order took before. */
export interface Demand {
  orderId: string
  placedAt: number
  /** One per SKU. */
  items: DemandItem[]
}

export interface DemandItem {
  sku: string
  quantity: string
}

/** What an observer (metrics, alerts) is told, after the commit. */
export type LedgerFact =
  | { fact: 'accepted'; source: Source | 'bridge'; type: string; count: number }
  | {
      fact: 'settled'
      event: ClaimedEvent
      to: EventState
      outcome: string
      cause: string | null
      durationMs: number
      steps: TraceStep[]
    }
  | { fact: 'lease_lost'; lane: string; eventId: number }
  | { fact: 'paused'; connection: Connection; cause: string; message: string }
  | { fact: 'resumed'; connection: Connection }

/** Events by id, or all dead and held ones of a description. */
export type Selection = { ids: readonly number[] } | FailedSelection

/** What is left out does not matter; an empty one means everything that waits for a person. */
export interface FailedSelection {
  cause?: string | undefined
  /** Of an issue, as its group has them: JSON pointer with `*` for every index, and the value. */
  field?: string | undefined
  value?: string | undefined
  state?: 'dead' | 'held' | undefined
  /** When they arrived, unix ms, from inclusive and to exclusive. */
  from?: number | undefined
  to?: number | undefined
}

/** `moved` is how many rows the click moved: a second click moves 0. */
export interface Moved {
  moved: number
}

/** Lanes that are held. */
export interface Hold {
  /** Of those asked for the ones that were free. */
  lanes: ReadonlySet<string>
  release(): Promise<void>
}

export interface Ledger extends Reviews {
  /** Resolves after the commit that holds it; rejects when the store could not commit (a door answers 503). */
  ingest(event: NewEvent | Webhook): Promise<Ingested>
  enqueue(work: NewWork): Promise<Enqueued>
  /** Whether the store takes writes now. */
  writable(): Promise<boolean>

  /** Begins to run events. */
  start(handler: Handler): Promise<void>
  /** Claims no more, waits for what runs up to `limitMs` (default 25 s), gives the rest back, flushes. */
  stop(limitMs?: number): Promise<void>
  /** Resolves when nothing is running and nothing is due. For tests and shutdown scripts. */
  idle(): Promise<void>

  /**
   * Dead and held events (by id: dismissed ones too) back to ready, with a fresh count of attempts. An unreadable one is
   * read again and stays dead if that still fails.
   */
  replay(which: Selection, by: string): Promise<Moved>
  /** Runs done or skipped events again. Only those settled before `before` (unix ms): a second click moves none. */
  rerun(ids: readonly number[], before: number, by: string): Promise<Moved>
  /**
   * Changes what events waited for and puts them back in line, in one transaction: whoever sees the change sees them released.
   * @param change writes it, and gives the ids of the dead and held events that waited for it
   */
  release(change: (trx: Kysely<Tables>) => Promise<readonly number[]>, by: string): Promise<Moved>
  /** Stores the correction (a JSON envelope as text) beside the original and replays, in one transaction. */
  correct(id: number, correction: string, by: string): Promise<Moved & { fault?: string }>
  /** Dead and held events are set aside by a person. */
  dismiss(which: Selection, reason: string, by: string): Promise<Moved>
  /** Deletes done, skipped and dismissed events settled before `before` (unix ms), in small batches. Returns how many. */
  prune(before: number): Promise<number>

  /** For who writes records without an event, as a first load does: of lanes that are held no event runs. */
  hold(lanes: string[]): Promise<Hold>

  /** By hand: no probe ends it, only resumeConnection. */
  pauseConnection(name: Connection, by: string): Promise<void>
  resumeConnection(name: Connection, by: string): Promise<void>
}
