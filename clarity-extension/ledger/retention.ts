import type { Kysely } from 'kysely'
import { forgetLoadRows } from '../store/forget-load.ts'
import type { Tables } from '../store/schema.ts'
import type { Settings } from './settings.ts'

export interface Retention {
  /** @param before unix ms @returns how many events were deleted */
  prune(before: number): Promise<number>
  start(): void
  stop(): void
}

const HOUR = 60 * 60_000
/** Rows looked at in one transaction: the doors never wait for more. */
const BATCH = 500

/** What is settled and old is deleted, once an hour, in the background. Dead and held events stay until somebody settles them. */
export function createRetention({ store: { db }, now, log, retentionMs }: Settings): Retention {
  let timer: NodeJS.Timeout | undefined

  const prune = async (before: number): Promise<number> => {
    await db
      .deleteFrom('throughput')
      .where('minute', '<', now() - 25 * HOUR)
      .execute()
    await pruneLoads(db, before)
    let deleted = 0
    let after = 0
    for (;;) {
      const batch = await pruneBatch(db, after, before)
      deleted += batch.deleted
      if (batch.end) return deleted
      after = batch.last
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  const hourly = async () => {
    try {
      const deleted = await prune(now() - retentionMs)
      if (deleted > 0) log.info({ deleted }, 'old events deleted')
    } catch (error) {
      log.error({ err: error }, 'old events could not be deleted')
    }
  }

  return {
    prune,
    start() {
      timer = setInterval(() => void hourly(), HOUR)
      timer.unref()
    },
    stop: () => clearInterval(timer),
  }
}

async function pruneLoads(db: Kysely<Tables>, before: number): Promise<void> {
  // One that failed is not taken up again: nobody starts it while its rows go.
  const old = await db
    .updateTable('loads')
    .set({ state: 'failed' })
    .where('finished_at', '<', before)
    .returning('id')
    .execute()
  for (const { id } of old) {
    await forgetLoadRows(db, id)
    await db.deleteFrom('loads').where('id', '=', id).execute()
  }
}

/** Ids grow with time: the walk ends at the first event that came after the cut, however long the history is. */
async function pruneBatch(db: Kysely<Tables>, after: number, before: number) {
  return db.transaction().execute(async (trx) => {
    const rows = await trx
      .selectFrom('events')
      .select(['id', 'state', 'received_at', 'settled_at'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(BATCH)
      .execute()
    const old = rows.filter(({ received_at }) => received_at < before)
    const ids = old
      .filter(({ state, settled_at }) => isPast(state) && settled_at !== null && settled_at < before)
      .map(({ id }) => id)
    if (ids.length > 0) await trx.deleteFrom('events').where('id', 'in', ids).execute()
    return { deleted: ids.length, last: rows.at(-1)?.id ?? after, end: old.length < BATCH }
  })
}

const isPast = (state: string): boolean => state === 'done' || state === 'skipped' || state === 'dismissed'
