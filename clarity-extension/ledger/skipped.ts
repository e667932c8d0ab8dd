import { type Kysely, sql } from 'kysely'
import type { EventType } from '../../shared/events.ts'
import type { Tables } from '../store/schema.ts'
import type { Ledger, Moved } from './types.ts'

/** What arrived while its entity was switched off. */
export interface Skipped {
  of(types: readonly EventType[]): Promise<{ count: number; oldestAt: number | null }>
  /** Runs it, oldest first. @param since unix ms of arrival */
  replay(types: readonly EventType[], since: number, by: string): Promise<Moved>
}

/** As many as are moved in one transaction; the ids of a long absence need not be in memory. */
const BATCH = 500

/** @param now unix milliseconds */
export function createSkipped(
  db: Kysely<Tables>,
  ledger: Pick<Ledger, 'rerun'>,
  now: () => number = Date.now,
): Skipped {
  const switchedOff = (types: readonly EventType[]) =>
    db
      .selectFrom('events')
      // As the index over them has it: SQLite takes a partial index only for the same words.
      .where(sql<boolean>`state = 'skipped' and cause = 'switched_off'`)
      .where('type', 'in', types)

  return {
    async of(types) {
      if (types.length === 0) return { count: 0, oldestAt: null }
      const { count, oldest } = await switchedOff(types)
        .select(({ fn }) => [fn.countAll<number>().as('count'), fn.min('received_at').as('oldest')])
        .executeTakeFirstOrThrow()
      return { count: Number(count), oldestAt: oldest }
    },

    async replay(types, since, by) {
      const before = now() + 1
      let moved = 0
      for (let last = 0; types.length > 0; ) {
        const rows = await switchedOff(types)
          .select('id')
          .where('id', '>', last)
          .where('received_at', '>=', since)
          .orderBy('id')
          .limit(BATCH)
          .execute()
        const ids = rows.map(({ id }) => id)
        if (ids.length === 0) break
        moved += (await ledger.rerun(ids, before, by)).moved
        last = ids.at(-1) ?? last
      }
      return { moved }
    },
  }
}
