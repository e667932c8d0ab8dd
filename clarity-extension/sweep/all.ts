import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import type { Ledger } from '../ledger/types.ts'
import type { Tables } from '../store/schema.ts'
import { createCursors } from './cursors.ts'
import { digests } from './digests.ts'
import { incremental } from './incremental.ts'
import { createMissed } from './missed.ts'
import { drainOutbox } from './outbox.ts'
import { type ReaderParts, readers } from './readers.ts'
import { createSweeps, type Sweep, type Sweeps } from './schedule.ts'
import { subscription } from './subscription.ts'

export interface SweepParts extends ReaderParts {
  db: Kysely<Tables>
  /** No other process can have this store. */
  alone: boolean
  ledger: Pick<Ledger, 'ingest'>
  log: Pick<Logger, 'debug' | 'info' | 'warn'>
  publicUrl: string | undefined
  /** The storefront signs with this secret from now on. */
  keepSecret(secret: string): Promise<void>
  /** Releases what parked while the entry it needs was being saved. @returns how many */
  releaseMissed(): Promise<number>
  /** Compares both sides. */
  reconcile: Sweep['run']
  /** What others than the readers do on a schedule. */
  also?: readonly Sweep[]
  /** Tells people. */
  alert?(cause: string, message: string): void
  /** What the store holds of a payload, as it came. */
  open(stored: Uint8Array): Uint8Array
}

/** Every sweep of the bridge. */
export function bridgeSweeps(parts: SweepParts): Sweeps {
  const { db, alone, odoo, clarity, ledger, log, publicUrl, keepSecret, also = [] } = parts
  const alert = (cause: string, message: string) => {
    log.warn({ alert: cause }, message)
    parts.alert?.(cause, message)
  }
  const reading = { cursors: createCursors(db), missed: createMissed(db, ledger, parts.open) }
  return createSweeps({
    db,
    alone,
    log,
    sweeps: [
      { name: 'outbox', cron: '* * * * *', run: drainOutbox(odoo, ledger) },
      { name: 'lookups', cron: '* * * * *', run: async () => `${await parts.releaseMissed()} released` },
      ...readers(parts).map((reader) => incremental(reader, reading)),
      { name: 'reconciliation', cron: '15 4 * * *', atStart: false, run: parts.reconcile },
      digests({ db, clarity, ledger, switches: parts.switches, hasFlow: parts.hasFlow }),
      subscription({ db, clarity, publicUrl, keepSecret, alert }),
      ...also,
    ],
  })
}
