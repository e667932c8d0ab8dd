import type { Order } from '../../../shared/entities.ts'
import type { Outcome } from '../../../shared/outcome.ts'
import type { LedgerFact } from '../../ledger/types.ts'
import type { AnomaliesTable } from '../../store/schema.ts'
import type { Action, RuleSetting, SeriesRule, WatchRule } from './rules.ts'

export type Anomaly = NewAnomaly & { id: number }
export type NewAnomaly = Omit<AnomaliesTable, 'id'>

export interface AnomalyPage {
  rows: Anomaly[]
  next: number | null
  /** Hours that must pass before series are judged; 0 when they are. */
  learningHours: number
}

export interface Chart {
  series: SeriesRule
  /** Unix ms of the first hour. */
  from: number
  hours: { value: number | null; expected: number | null; low: number | null; high: number | null; odd: boolean }[]
}

/** Watches what goes through the bridge and says what is out of the ordinary. It changes nothing by itself. */
export interface Watchman {
  observe(fact: LedgerFact): void
  /**
   * Before an order is written for the first time: what is odd about it, and whether a person looks first. Learns from every order
   * once, when it is let through.
   */
  inspect(order: Order, event: InspectedEvent): Promise<Outcome | undefined>
  /** Stores what was learnt and measured. Every replica does it for itself. */
  flush(): Promise<void>
  /** Counts, judges and remembers. @returns what it did, in words */
  run(): Promise<string>
  list(query: { cursor?: number; open?: boolean }): Promise<AnomalyPage>
  /** @returns undefined when there is none of this id */
  decide(id: number, verdict: 'useful' | 'normal', by: string): Promise<Anomaly | undefined>
  chart(series: SeriesRule, hours: number): Promise<Chart>
  rules(): Promise<RuleSetting[]>
  changeRule(rule: WatchRule, action: Action, by: string): Promise<RuleSetting>
}

export interface InspectedEvent {
  id: number
  /** Causes that a person approved for it. */
  approvals: readonly string[]
  /** What the order is called. */
  subject: string
}
