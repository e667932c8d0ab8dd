import { type Kysely, sql } from 'kysely'
import { padded } from '../store/padded.ts'
import type { Tables } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { lockLanes } from './locks.ts'
import { decide } from './policy.ts'
import type { Settings } from './settings.ts'
import { type Ending, settleEndings } from './settle.ts'

interface Held {
  lane: string
  epoch: number
}

/** Extends the leases that are still ours. @returns those that are not */
export async function extendLeases<H extends Held>(
  { db, dialect }: Pick<Store, 'db' | 'dialect'>,
  held: readonly H[],
  leaseUntil: number,
): Promise<H[]> {
  if (held.length === 0) return []
  return db.transaction().execute(async (trx) => {
    const leased = await lockLanes(trx, dialect)
      .where('lane', 'in', padded(held.map(({ lane }) => lane)))
      .where(sql<boolean>`lease_until is not null`)
      .execute()
    const epochs = new Map(leased.map(({ lane, epoch }) => [lane, epoch]))
    const ours = held.filter(({ lane, epoch }) => epochs.get(lane) === epoch).map(({ lane }) => lane)
    if (ours.length > 0)
      await trx.updateTable('lanes').set({ lease_until: leaseUntil }).where('lane', 'in', padded(ours)).execute()
    return held.filter(({ lane, epoch }) => epochs.get(lane) !== epoch)
  })
}

/** Lanes in one transaction. */
const BATCH = 200

interface Reclaim extends Pick<Settings, 'attemptLimit' | 'random'> {
  /** Every lease, whoever has it: for the one process of an exclusive store, at its start. */
  all: boolean
}

/** Takes back lanes whose worker is gone; their events run again. */
export async function reclaim({ db, dialect }: Store, now: number, options: Reclaim): Promise<Ending[]> {
  const reclaimed: Ending[] = []
  for (;;) {
    const batch = await db.transaction().execute(async (trx) => {
      const lanes = await trx
        .selectFrom('lanes')
        .select(['lane', 'epoch'])
        .where(sql<boolean>`lease_until is not null`)
        .$if(!options.all, (query) => query.where('lease_until', '<', now))
        .orderBy('lane')
        .limit(BATCH)
        .$if(dialect === 'postgres', (query) => query.forUpdate().skipLocked())
        .execute()
      if (lanes.length === 0) return undefined
      const endings = await endingsOf(trx, lanes, now, options)
      await settleEndings.run(trx, { endings, now, dialect })
      // A lease without a running event: nothing to settle, the lane is only freed.
      const idle = lanes.filter(({ lane }) => !endings.some((ending) => ending.lane === lane)).map(({ lane }) => lane)
      if (idle.length > 0)
        await trx.updateTable('lanes').set({ lease_until: null }).where('lane', 'in', padded(idle)).execute()
      return endings
    })
    if (!batch) return reclaimed
    reclaimed.push(...batch)
  }
}

async function endingsOf(
  trx: Kysely<Tables>,
  lanes: readonly Held[],
  now: number,
  { attemptLimit, random }: Reclaim,
): Promise<Ending[]> {
  const running = await trx
    .selectFrom('events')
    .select(['id', 'lane', 'type', 'attempts'])
    .where('state', '=', 'running')
    .where('lane', 'in', padded(lanes.map(({ lane }) => lane)))
    .execute()
  const epochs = new Map(lanes.map(({ lane, epoch }) => [lane, epoch]))
  const losses = await lossesOf(
    trx,
    running.map(({ id }) => id),
  )
  return running.map((event) => ({
    eventId: event.id,
    lane: event.lane,
    epoch: epochs.get(event.lane) ?? 0,
    type: event.type,
    attempt: event.attempts,
    outcome: 'lease_lost',
    move: {
      ...decide(
        { kind: 'lease_lost', losses: 1 + (losses.get(event.id) ?? 0) },
        event.attempts,
        random(),
        attemptLimit,
      ),
      details: null,
    },
    startedAt: now,
    durationMs: 0,
    restMs: 0,
    steps: '[]',
  }))
}

/** How often each was lost since an attempt of it last came to an end. */
async function lossesOf(trx: Kysely<Tables>, ids: readonly number[]): Promise<Map<number, number>> {
  if (ids.length === 0) return new Map()
  const rows = await trx
    .selectFrom('attempts')
    .select(['event_id', 'outcome'])
    .where('event_id', 'in', padded(ids))
    .orderBy('id')
    .execute()
  const losses = new Map<number, number>()
  for (const { event_id, outcome } of rows)
    losses.set(event_id, outcome === 'lease_lost' ? (losses.get(event_id) ?? 0) + 1 : 0)
  return losses
}
