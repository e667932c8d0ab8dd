import type { Logger } from 'pino'
import type { EventType } from '../../shared/events.ts'
import type { Connection } from '../../shared/outcome.ts'
import { openly, type Seal } from '../privacy/seal.ts'
import { type Lead, nobodyLeads } from '../store/lead.ts'
import type { Store } from '../store/store.ts'
import { ATTEMPT_LIMIT } from './policy.ts'
import { spareTime } from './spare-time.ts'
import type { Demand, LedgerFact, NewEvent, TypeRule } from './types.ts'

export interface LedgerOptions {
  store: Store
  log: Logger
  /** Unix milliseconds. */
  now?: () => number
  /** Milliseconds of a clock that nobody sets, by which steps of the other are seen. Absent: `now` takes none. */
  steady?: () => number
  /** In [0, 1). */
  random?: () => number
  /** Lanes that run side by side. Default 1,250: flows that send many records in one call gather them from so many lanes. */
  concurrency?: number
  /** How many orders and deliveries fill the calls that the far sides take. Default 150. */
  most?: () => number
  /** A worker that is silent this long has lost its lanes. Default 120 s. */
  leaseMs?: number
  /** A handler that runs longer is given up. Default 10 min. */
  runLimitMs?: number
  /** Default 15. */
  attemptLimit?: number
  /** How long done, skipped and dismissed events are kept. Default 90 days. */
  retentionMs?: number
  /** Whether this machine has processors to spare for what other replicas stored. Default: it is measured. */
  hasTime?: () => boolean
  /** Which of several replicas runs what all of them store. Default: each what it stored. */
  lead?: Lead
  /** So many webhooks at a time are a burst: where the store puts off work they are stored first and come into their lanes afterwards. Default 8. */
  burst?: number
  /** How payloads and what attempts did are written. Default: as they are. */
  seal?: Seal
  /** What event types need, as the registry of flows knows it. */
  types?: Partial<Record<EventType, TypeRule>>
  /** The storefront's demand in an event that is being stored, written in the same transaction. */
  project?: (event: NewEvent) => Demand | undefined
  /** Whether a paused connection takes us again. */
  probe?: (connection: Connection, cause: string | null) => Promise<boolean>
  observe?: (fact: LedgerFact) => void
}

/** The options with everything filled in. */
export type Settings = Required<Omit<LedgerOptions, Optional>> & Pick<LedgerOptions, Optional>
type Optional = 'probe' | 'steady'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

export function settingsOf(options: LedgerOptions): Settings {
  return {
    now: Date.now,
    random: Math.random,
    concurrency: 1_250,
    most: () => 150,
    leaseMs: 2 * MINUTE,
    runLimitMs: 10 * MINUTE,
    attemptLimit: ATTEMPT_LIMIT,
    retentionMs: 90 * DAY,
    hasTime: spareTime(),
    lead: nobodyLeads,
    burst: 8,
    seal: openly,
    project: () => undefined,
    types: {},
    ...options,
    observe: (fact) => {
      try {
        options.observe?.(fact)
      } catch (error) {
        // Whoever counts must not stop what is counted.
        options.log.error({ fact: fact.fact, err: error }, 'an observer threw')
      }
    },
  }
}
