import type { EventSummary } from '../ledger/queries.ts'
import type { Change } from '../mapping/diff.ts'
import type { LookupTables } from '../mapping/lookups.ts'
import type { Rehearsed } from '../mapping/preview.ts'
import type { DeliveredRules } from '../mapping/rule-sets.ts'
import type { RuleSet } from '../mapping/rules.ts'
import type { Touched, TouchedPage } from '../mapping/touched.ts'
import type { Described } from '../mapping/validate.ts'
import type { Author, History, Moved } from '../mapping/versions.ts'

/** What the doors of the mappings need of the house. */
export interface MappingDesk {
  delivered: readonly DeliveredRules[]
  rulebook: {
    histories(): Promise<History[]>
    history(name: string): Promise<History | undefined>
    move(
      name: string,
      note: string,
      by: string,
      change: (history: History, who: Author) => Moved,
    ): Promise<Moved | undefined>
    touched(name: string, version: number, page?: TouchedPage): Promise<Touched[]>
    counts(name: string): Promise<Map<number, number>>
  }
  /** What an event would write with these rules in place of the live ones of the same name. Nothing is written. */
  rehearse(event: { type: string; payload: string }, rules?: RuleSet): Promise<Rehearsed>
  /** The same for stored events, beside what the live rules write. */
  preview(rules: RuleSet, which: PreviewSelection): Promise<PreviewReport>
  /** The value tables that rules can name. */
  tables(): Promise<LookupTables>
  /** Odoo's fields, as far as they are known. */
  fields(rules: RuleSet): Promise<Described>
  /** Runs again what a version wrote and no later one wrote since. */
  replayTouched(name: string, version: number, by: string): Promise<{ moved: number }>
  /** Runs these again, whether they went through or failed. */
  replay(ids: readonly number[], by: string): Promise<{ moved: number }>
}

export type PreviewSelection = { last: number } | { ids: readonly number[] } | { version: number }

export interface PreviewReport {
  /** Events that were tried. */
  tried: number
  /** Of these: written differently, failing until now and no longer, failing only then, not to be tried now. */
  changed: number
  released: number
  broken: number
  untried: number
  /** How often each field changes, most first. */
  fields: { field: string; count: number; before: unknown; after: unknown }[]
  /** Those that differ, newest first. */
  items: PreviewItem[]
}

type EventState = EventSummary['state']

export interface PreviewItem {
  eventId: number
  lane: string
  subject: string
  state: EventState
  before: string
  after: string
  verdict: 'changed' | 'released' | 'broken' | 'untried'
  changes: Change[]
}
