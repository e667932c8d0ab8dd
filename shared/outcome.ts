/**
 * What became of one attempt. Expected failure is data: flows return an outcome, only bugs throw.
 * Exactly one function (ledger/policy.ts) turns an outcome into a move of the event's row.
 */
export type Connection = 'clarity' | 'odoo'

/** One thing that is wrong, said so that a merchant can mend it. */
export interface Problem {
  /** Closed vocabulary, snake_case: `unknown_sku`, `no_tax_rule`, `ambiguous_match` … */
  code: string
  /** JSON pointer (RFC 6901) into the source record, e.g. `/items/2/sku`. Absent when the whole record is meant. */
  field?: string
  /** JSON pointer into what would have been written, e.g. `/order_line/2/product_id`. */
  target?: string
  /** The value that was refused, as text; never a secret. */
  value?: string
  message: string
  remedy: string
}

/** Both sides' computation of the same figures, for a person to compare. */
export type Facts = Record<string, string | number | boolean | null | Record<string, string | number | null>[]>

export type Outcome =
  | { kind: 'done'; detail: string }
  | { kind: 'skip'; reason: SkipReason; detail?: string }
  | { kind: 'retry'; cause: string; message: string; afterMs?: number }
  | { kind: 'correct'; problems: [Problem, ...Problem[]] }
  | { kind: 'review'; cause: string; message: string; facts: Facts }
  | { kind: 'refused'; connection: Connection; cause: string; message: string }

/** The outcome of one kind, e.g. `OutcomeOf<'retry'>`. */
export type OutcomeOf<K extends Outcome['kind']> = Extract<Outcome, { kind: K }>

export type SkipReason = 'stale' | 'unchanged' | 'switched_off' | 'not_the_record' | 'not_for_us' | 'superseded'

export const done = (detail: string): Outcome => ({ kind: 'done', detail })
export const skip = (reason: SkipReason, detail?: string): Outcome =>
  detail === undefined ? { kind: 'skip', reason } : { kind: 'skip', reason, detail }
/** @param afterMs the far side's own wish (Retry-After), in milliseconds */
export const retry = (cause: string, message: string, afterMs?: number): OutcomeOf<'retry'> =>
  afterMs === undefined ? { kind: 'retry', cause, message } : { kind: 'retry', cause, message, afterMs }
export const correct = (first: Problem, ...others: Problem[]): OutcomeOf<'correct'> => ({
  kind: 'correct',
  problems: [first, ...others],
})
export const review = (cause: string, message: string, facts: Facts = {}): OutcomeOf<'review'> => ({
  kind: 'review',
  cause,
  message,
  facts,
})
export const refused = (connection: Connection, cause: string, message: string): OutcomeOf<'refused'> => ({
  kind: 'refused',
  connection,
  cause,
  message,
})

/** What a client answers: a value, or the outcome that the attempt ends with. */
export type Answer<T> = { ok: true; value: T } | { ok: false; outcome: Failure }
export type Failure = Exclude<Outcome, { kind: 'done' | 'skip' }>
