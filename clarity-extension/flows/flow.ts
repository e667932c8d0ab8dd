import type { Outcome } from '../../shared/outcome.ts'
import type { FieldGroup } from '../../shared/switches.ts'
import type { MappedBy } from '../mapping/rule-sets.ts'

/** What a flow sees of an event: the ledger's row, already claimed. */
export interface FlowEvent {
  /** Number of the ledger's row. */
  id: number
  /** Unique for ever, e.g. `clarity:msg_2b…`: what makes a repeated write the same write. */
  key: string
  type: string
  lane: string
  /** The raw webhook body, or a person's correction of it. */
  payload: Buffer
  /** 1 for the first. */
  attempt: number
  /** W3C trace context to pass on. */
  traceparent: string
  /** What the merchant lets a change from this side do to each field group that has an owner. */
  share: Share
  /** Causes that a person approved for this event: what it was held for is taken. */
  approvals: readonly string[]
}

/** `write`: this side is the record, or a person accepted the proposal. `propose`: see `proposal` in flows/gate.ts. */
export type Share = Partial<Record<FieldGroup, 'write' | 'ignore' | 'propose'>>

/** The rules that wrote a record, and the event that brought it. */
export interface WroteBy {
  by: MappedBy
  eventId: number
}

/** Collects what happened on the way, for the trace a person reads. */
export interface Trace {
  step(name: string, summary: string, data?: unknown): void
}

/** One entity, one direction. Expected failure is an outcome; only a bug throws. */
export type Flow = (event: FlowEvent, trace: Trace) => Promise<Outcome>
