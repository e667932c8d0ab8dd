import type { Links } from './links.ts'
import type { Outbox } from './outbox.ts'
import type { Records } from './records.ts'

/** What the business rules of the stand-in work on. */
export interface World {
  records: Records
  links: Links
  outbox: Outbox
  /** Milliseconds. */
  now: () => number
}

/** Odoo writes UTC without a zone: `2026-01-31 12:00:00`. */
export const odooTime = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')

/** Odoo's stored time as the contract says it, with `Z`. */
export const isoTime = (stored: string): string => `${stored.replace(' ', 'T')}Z`
