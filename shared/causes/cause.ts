/** What becomes of an event that ends with the cause: waits and is tried again, waits for a mended record, for a decision, for the connection; or nothing. */
export type CauseClass = 'retry' | 'correct' | 'review' | 'refused' | 'skip'

/** Where the remedy is done; what links and releases go by. */
export type MendedIn = 'itself' | 'settings' | 'odoo' | 'storefront' | 'mapping' | 'event' | 'code'

/** One reason for which something did not go through, said once for panel, API, alerts and documentation. */
export interface Cause {
  classes: readonly [CauseClass, ...CauseClass[]]
  mendedIn: MendedIn
  /** A few words. */
  title: string
  /** One sentence: what happened. */
  meaning: string
  /** Why it usually happens, most usual first. */
  reasons: readonly [string, ...string[]]
  /** What to do, where nothing more exact is known. */
  remedy: string
}
