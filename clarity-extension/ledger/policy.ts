import { checkNames } from '../../shared/checks.ts'
import type { Connection, Outcome, Problem } from '../../shared/outcome.ts'
import type { MoveName } from './moves.ts'

/** How an attempt ended: with an outcome, or with none. */
export type Ended =
  | Outcome
  /** A bug; or, with cause `timeout`, a handler that never came back. */
  | { kind: 'thrown'; message: string; cause?: 'bug' | 'timeout' }
  /** The process that ran it is gone. `losses`: how often one after another, this time included. */
  | { kind: 'lease_lost'; losses: number }
  /** The process stops before it is through. */
  | { kind: 'released' }

/** What becomes of the event's row. */
export interface Move {
  by: Extract<MoveName, 'done' | 'skip' | 'retry' | 'exhausted' | 'correct' | 'review' | 'refused' | 'release'>
  cause: string | null
  message: string | null
  /** Problem[] or Facts, for a person. */
  details: unknown
  /** What has to be mended; null unless it waits for a person. */
  issue: Issue | null
  /** How long the lane waits before this event runs again; 0 unless it goes back to ready. */
  delayMs: number
  /** Whether this attempt is one of the limited number. */
  counts: boolean
  /** The connection that pauses. */
  pauses: Connection | null
}

/** Same cause, field and value: one thing to mend, however many events it stopped. */
export interface Issue {
  cause: string
  /** JSON pointer, every index `*`; empty when the whole record is meant. */
  field: string
  value: string
}

/** Attempts after which an event that keeps failing is a dead letter: with these delays after about a day. */
export const ATTEMPT_LIMIT = 15

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DELAYS = [1 * SECOND, 5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 1 * HOUR, 2 * HOUR, 4 * HOUR]
/** Of the delay, added at random, so that what failed together does not come back together. */
const JITTER = 0.25
/**
 * A process that was killed says little about the events it ran, of which there may be a hundred; one that dies of an event again
 * and again does, and must get through the others in between.
 */
const LOSS_DELAYS = [0, 0, 5 * SECOND, 15 * SECOND, 30 * SECOND, 1 * MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE]

/**
 * The only place where an outcome becomes a move.
 * @param attempt number of the attempt that ended, 1 for the first
 * @param random in [0, 1)
 */
export function decide(ended: Ended, attempt: number, random: number, limit: number = ATTEMPT_LIMIT): Move {
  switch (ended.kind) {
    case 'done':
      return { ...settled, by: 'done', message: ended.detail }
    case 'skip':
      return { ...settled, by: 'skip', cause: ended.reason, message: ended.detail ?? null }
    case 'correct':
      return {
        ...settled,
        by: 'correct',
        cause: ended.problems[0].code,
        message: say(ended.problems),
        details: ended.problems,
        issue: issueOf(ended.problems[0]),
      }
    case 'review':
      return {
        ...settled,
        by: 'review',
        cause: ended.cause,
        message: ended.message,
        details: ended.facts,
        issue: whole(ended.cause),
      }
    case 'refused':
      return {
        ...settled,
        by: 'refused',
        cause: ended.cause,
        message: ended.message,
        counts: false,
        pauses: ended.connection,
      }
    case 'released':
      return { ...settled, by: 'release', counts: false }
    case 'retry':
      return again(ended.cause, ended.message, Math.max(ended.afterMs ?? 0, delayAfter(attempt)))
    case 'thrown':
      return again(ended.cause ?? 'bug', ended.message, delayAfter(attempt))
    case 'lease_lost':
      return again('lease_lost', 'The process that ran it ended before it was through.', nth(LOSS_DELAYS, ended.losses))
    default:
      throw new TypeError(`not an outcome: ${JSON.stringify(ended satisfies never)}`)
  }

  function again(cause: string, message: string, delay: number): Move {
    if (attempt >= limit) return { ...settled, by: 'exhausted', cause, message, issue: whole(cause) }
    return { ...settled, by: 'retry', cause, message, delayMs: Math.round(delay * (1 + JITTER * random)) }
  }
}

const settled = { cause: null, message: null, details: null, issue: null, delayMs: 0, counts: true, pauses: null }

const whole = (cause: string): Issue => ({ cause, field: '', value: '' })

/** What identifies a person is no name for a group, and is not kept in the clear. */
const PERSONAL = /(e-?mail|phone|mobile|line[12]|street2?|postal_?code|zip|name|vat(_?number)?)$/i
const LONGEST = 200

/** An event stands in the group of its first problem; when that is mended, the next one shows. */
function issueOf({ code, field, target, value = '' }: Problem): Issue {
  const pointer = (field ?? target ?? '').replaceAll(/\/\d+(?=\/|$)/g, '/*')
  return { cause: code, field: pointer, value: PERSONAL.test(pointer) ? '' : value.slice(0, LONGEST) }
}

const delayAfter = (attempt: number): number => nth(DELAYS, attempt)

/** The last one stays. */
const nth = (delays: readonly number[], n: number): number => delays[Math.min(n, delays.length) - 1] ?? 0

const say = ([first, ...others]: readonly [Problem, ...Problem[]]): string =>
  others.length === 0 ? first.message : `${first.message} (and ${others.length} more)`

/**
 * Whether a success of `later` makes an older dead letter of `earlier` in the same lane needless: the events of one record
 * (order.*, customer.*, stock.* …) all bring the record's current state, so the newest success contains the older ones.
 * Deliveries do not: each picking is another shipment, and an order's success says nothing about them.
 */
export function supersedes(later: string, earlier: string): boolean {
  const family = familyOf(later)
  return family !== 'picking' && family !== 'unreadable' && family === familyOf(earlier)
}

/**
 * Whether a question about an older event of a record is answered when a later one went through: the record was let in, or both sides
 * agree again. What a person has to do in Odoo (take goods back, credit an invoice) is not done by that, and a proposal is its own.
 */
export const isAnsweredBySuccess = (cause: string | null): boolean => answered.has(cause ?? '')

const answered: ReadonlySet<string> = new Set([
  ...['totals_differ', 'totals_inconsistent', 'rule', 'anomaly', 'status_conflict'],
  ...checkNames,
])

const familyOf = (type: string): string => type.split('.')[0] ?? type
