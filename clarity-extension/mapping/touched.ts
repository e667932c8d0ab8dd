/** A record that a version of the rules wrote. */
export interface Touched {
  /** e.g. `order`. */
  kind: string
  clarityId: string
  /** The event whose run wrote it; null when that was pruned since. */
  eventId: number | null
  /** What a merchant knows it by: the event's subject. */
  subject: string | null
  odooModel: string | null
  odooId: number | null
  odooName: string | null
  /** Unix ms. */
  writtenAt: number
  /** A later version has written it since. */
  superseded: boolean
}

/** Of a list of them, newest first. */
export interface TouchedPage {
  /** The `writtenAt` and record that the page before ended with. */
  before?: { writtenAt: number; record: string }
  limit?: number
}
