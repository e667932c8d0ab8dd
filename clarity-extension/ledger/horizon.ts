import { sql } from 'kysely'
import { lastIds, type Reached } from '../privacy/reached.ts'
import type { Store } from '../store/store.ts'
import { idsOf } from './arrivals.ts'

/**
 * Replicas commit ids in another order than they took them: up to where none is missing any more. What stood in the tables is, as
 * soon as every transaction that ran at that time has ended; what arrived and is in no lane yet has its ids, too.
 */
export function createHorizon(store: Pick<Store, 'db' | 'exclusive'>): () => Promise<Reached> {
  let settled: Reached = { events: 0, loadRows: 0 }
  let mark: { next: number; at: Reached } | undefined

  async function look(): Promise<Reached> {
    // The ids first: who has a lower one has begun by now.
    const at = await lastIds(store.db)
    const { rows } = await sql<{ oldest: string; next: string }>`
      select pg_snapshot_xmin(running)::text as oldest, pg_snapshot_xmax(running)::text as next
      from pg_current_snapshot() as running`.execute(store.db)
    const [{ oldest, next } = { oldest: '0', next: '1' }] = rows
    if (oldest === next) settled = at
    else if (mark && Number(oldest) < mark.next) return settled
    else settled = mark?.at ?? settled
    mark = { at, next: Number(next) }
    return settled
  }

  return async () => {
    if (store.exclusive) return { events: Number.MAX_SAFE_INTEGER, loadRows: Number.MAX_SAFE_INTEGER }
    const { events, loadRows } = await look()
    const arrived = await store.db.selectFrom('arrivals').select(['id', 'count', 'ids']).execute()
    return {
      events: arrived.reduce((least, group) => Math.min(least, (idsOf([group])[0] ?? least) - 1), events),
      loadRows,
    }
  }
}
