import { type Kysely, sql } from 'kysely'
import { mask } from '../privacy/mask.ts'
import type { Tables } from '../store/schema.ts'
import type { Dialect } from '../store/store.ts'
import { BEGINNING, hashOf } from './chain.ts'

/** One change that somebody made. */
export interface Change {
  /** The person's name, or `bridge` for what it does by itself. */
  who: string
  /** Noun and verb, e.g. `mapping.publish`, `connection.pause`. The panel's words for it: `audit.action.<action>`. */
  action: `${string}.${string}`
  /** What it was done to, e.g. `mapping:order-to-odoo`, `event:42`. */
  entity: string
  /** Any JSON. Secrets and personal data are masked by key; leave out what has no before or after. */
  before?: unknown
  after?: unknown
}

/** Any number; the same for every replica. */
const CHAIN_LOCK = 7_201_905

/**
 * Writes a change in the caller's transaction: it is recorded exactly if it happens. On PostgreSQL writers wait for each other
 * here until they commit, so that the chain has one end: make it the last thing of a transaction.
 */
export async function recordChange(trx: Kysely<Tables>, dialect: Dialect, change: Change, now: number): Promise<void> {
  if (dialect === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(CHAIN_LOCK)})`.execute(trx)
  const last = await trx.selectFrom('audit').select('hash').orderBy('id', 'desc').limit(1).executeTakeFirst()
  const row = {
    at: now,
    who: change.who,
    action: change.action,
    entity: change.entity,
    before: textOf(change.before),
    after: textOf(change.after),
    previous: last?.hash ?? BEGINNING,
  }
  await trx
    .insertInto('audit')
    .values({ ...row, hash: hashOf(row) })
    .execute()
}

const textOf = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(mask(value)))
