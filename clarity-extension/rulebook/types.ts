import type { RuleSet } from '../mapping/rules.ts'
import type { Touched, TouchedPage } from '../mapping/touched.ts'
import type { Author, History, Moved } from '../mapping/versions.ts'

/** The rule sets as they are stored: drafts, versions, which of them is live, and what each version wrote. */
export interface Rulebook {
  /** Puts in place what the bridge delivers and the store does not have yet. Run at the start. */
  deliver(): Promise<void>
  /** The rules that map now. Remembered; another replica's activation is seen within a second. */
  live(): Promise<LiveRules>
  histories(): Promise<History[]>
  history(name: string): Promise<History | undefined>
  /**
   * Changes one history and stores it, unless the change is refused. Every change leaves a row in the audit.
   * @param note why, for the audit
   * @returns undefined: there is no such rule set
   */
  move(
    name: string,
    note: string,
    by: string,
    change: (history: History, who: Author) => Moved,
  ): Promise<Moved | undefined>
  /** Records that a version wrote, newest first. */
  touched(name: string, version: number, page?: TouchedPage): Promise<Touched[]>
  /** How many records each version wrote. */
  counts(name: string): Promise<Map<number, number>>
}

export interface LiveRules {
  /** By name; `version` of each is the live one. */
  sets: ReadonlyMap<string, RuleSet>
}
