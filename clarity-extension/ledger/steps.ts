import { sql } from 'kysely'
import type { Settings } from './settings.ts'

/** Less is what clocks are corrected by all the time. */
const LEAST_MS = 1_000

/**
 * Sees that the clock was set back, and moves what waits by as much: what was stored while the clock was ahead would be due only
 * when that time comes once more.
 */
export function createSteps({ store: { db }, now, steady, log }: Settings): () => Promise<void> {
  let ahead = steady ? now() - steady() : 0
  return async () => {
    if (!steady) return
    const offset = now() - steady()
    const back = ahead - offset
    if (back >= LEAST_MS) {
      await db.transaction().execute(async (trx) => {
        const due_at = sql<number>`due_at - ${Math.round(back)}`
        await trx
          .updateTable('events')
          .set({ due_at })
          .where(sql<boolean>`state = 'ready'`)
          .where('due_at', '>', now())
          .execute()
        await trx
          .updateTable('lanes')
          .set({ due_at })
          .where(sql<boolean>`lease_until is null`)
          .where('due_at', '>', now())
          .execute()
      })
      log.warn({ ms: Math.round(back) }, 'the clock was set back')
    }
    ahead = offset
  }
}
