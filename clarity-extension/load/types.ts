import type { Problem } from '../../shared/outcome.ts'
import type { Direction, Entity } from '../../shared/switches.ts'
import type { LoadRowsTable, LoadsTable } from '../store/schema.ts'

export type LoadState = LoadsTable['state']
export type RowVerdict = LoadRowsTable['verdict']
export type RowState = LoadRowsTable['state']
export const decisions = ['link', 'new', 'skip'] as const
export type Decision = (typeof decisions)[number]

export interface Load {
  id: number
  entity: Entity
  direction: Direction
  state: LoadState
  message: string | null
  madeBy: string
  madeAt: number
  startedAt: number | null
  resumedAt: number | null
  finishedAt: number | null
}

/** A record as a person sees it. */
export interface Known {
  id: string
  label: string
  keys: Readonly<Record<string, string>>
  /** @see Candidate */
  changedAt?: string
}

export interface NewRow {
  /** Absent where only the other side has it. */
  source: Known | undefined
  target: string | null
  candidates: readonly Known[]
  verdict: RowVerdict
  why: string | null
  choices: readonly Decision[]
}

export interface LoadRow extends NewRow {
  id: number
  decision: Decision | null
  decidedBy: string | null
  state: RowState
  said: Said | null
}

/** What became of it, for the person who looks. */
export interface Said {
  message: string
  problems: Problem[]
}

/** How many records of a side a dry run has read. */
export interface Reading {
  side: 'clarity' | 'odoo'
  count: number
}

export interface Tally {
  verdicts: Record<RowVerdict, number>
  /** Conflicts that wait for a decision, by cause. */
  open: { why: string; count: number; choices: Decision[] }[]
  skipped: { why: string; count: number }[]
  progress: { total: number; done: number; left: number; failed: number; perSecond: number | null }
}

export interface RowQuery {
  verdict?: RowVerdict | undefined
  state?: RowState | undefined
  why?: string | undefined
  /** Only conflicts that nobody has decided. */
  undecided?: boolean | undefined
  cursor?: number | undefined
  limit: number
}

export interface Decided {
  decision: Decision
  target?: string | undefined
}
