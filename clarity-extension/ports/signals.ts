import { statfs } from 'node:fs/promises'
import type { LedgerQueries } from '../ledger/queries.ts'
import type { Store } from '../store/store.ts'
import type { Condition, Signals } from '../watch/alerts/rules.ts'
import { anomalyConditions } from '../watch/anomalies/told.ts'

/** What alerts look at, from the real parts. @param diskOf a folder of the disk that must not fill up */
export function alertSignals(
  { db }: Pick<Store, 'db'>,
  queries: Pick<LedgerQueries, 'overview' | 'deadByCause' | 'heldByCause'>,
  parts: {
    diskOf: string | undefined
    expiries(): Promise<Signals['expiries']>
    sweeps(): Promise<Signals['sweeps']>
    now?: () => number
  },
) {
  const now = parts.now ?? Date.now
  return async (noticed: Condition[]): Promise<Signals> => {
    const [overview, dead, held, sweeps, lastOrder, disk, expiries, drifted, odd] = await Promise.all([
      queries.overview(),
      queries.deadByCause(),
      queries.heldByCause(),
      parts.sweeps(),
      db
        .selectFrom('events')
        .select('received_at')
        .where('type', '=', 'order.created')
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst(),
      parts.diskOf === undefined ? undefined : statfs(parts.diskOf),
      parts.expiries(),
      db
        .selectFrom('drifts')
        .select((drift) => drift.fn.countAll<number>().as('count'))
        .where('state', '=', 'open')
        .executeTakeFirstOrThrow(),
      anomalyConditions(db, now()),
    ])
    return {
      now: now(),
      overview,
      dead,
      held,
      sweeps,
      lastOrderAt: lastOrder?.received_at ?? null,
      disk: disk && { freeBytes: disk.bavail * disk.bsize, freeShare: disk.bavail / disk.blocks },
      expiries,
      noticed: [...noticed, ...driftOf(Number(drifted.count)), ...odd],
    }
  }
}

const driftOf = (count: number): Condition[] =>
  count === 0
    ? []
    : [
        {
          key: 'drift',
          rule: 'drift',
          severity: 'warning',
          title: `Both sides differ in ${count} ${count === 1 ? 'place' : 'places'}`,
          text: 'The last comparison found differences that nobody has repaired yet.',
          link: '/reconciliation',
        },
      ]
