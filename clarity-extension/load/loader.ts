import type { Outcome } from '../../shared/outcome.ts'
import type { Direction, Entity } from '../../shared/switches.ts'
import type { Candidate, MatchRules, Verdict } from './match.ts'
import type { Decision, LoadRow } from './types.ts'

/** How one entity is loaded one way: what is read of both sides, by what it is matched, and the flow that brings it over. */
export interface Loader {
  entity: Entity
  direction: Direction
  rules: MatchRules
  /** Everything of the side that is the record, in pages. @throws when it does not answer */
  sources(signal: AbortSignal): AsyncIterable<Candidate[]>
  /** Everything of the other side that it may already be. */
  targets(signal: AbortSignal): AsyncIterable<Candidate[]>
  /** From source to target, of what is linked already. */
  links(sources: readonly Candidate[], targets: readonly Candidate[]): Promise<Map<string, string>>
  /** What a person may decide in a conflict. */
  choices(conflict: Extract<Verdict, { verdict: 'conflict' }>): Decision[]
  /** The rows that wait, each with its flow: read, mapped and written as an event of it would be. */
  work(pending: Pending, signal: AbortSignal): AsyncIterable<Task>
}

/** Rows that wait to be brought over. */
export interface Pending {
  next(after: number, limit: number): Promise<LoadRow[]>
  bySource(ids: readonly string[]): Promise<LoadRow[]>
  byTarget(ids: readonly string[]): Promise<LoadRow[]>
}

/** Rows that travel together. */
export interface Task {
  rows: LoadRow[]
  /** Of the events of a row's record: while it is brought over none of them runs. */
  lane(row: LoadRow): string
  /** @param rows of the task, those that nobody else is writing. @returns one outcome per row, in the same order */
  bring(rows: readonly LoadRow[]): Promise<Outcome>[]
}
