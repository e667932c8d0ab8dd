import { sql } from 'kysely'
import { padded } from '../store/padded.ts'
import { procedure } from '../store/procedure.ts'
import { statementOfRows } from '../store/statement.ts'
import type { Dialect } from '../store/store.ts'
import { extendLeases } from './leases.ts'
import { lockLanes } from './locks.ts'
import type { Settings } from './settings.ts'
import { passOn } from './settle.ts'
import type { Hold, Priority } from './types.ts'

/**
 * Lanes for who writes records without an event, as a first load does: while they are held none of their events runs, on any
 * replica, and what has an event running is not had. Held until they are released, or until this process is gone.
 */
export function createHold(
  { store, now, leaseMs, log }: Settings,
  wake: () => void,
): (lanes: string[]) => Promise<Hold> {
  const { dialect } = store
  return async (lanes) => {
    const held = await store.run(holdLanes, { lanes, now: now(), leaseUntil: now() + leaseMs })
    const heartbeat = setInterval(() => void beat(), leaseMs / 3)
    heartbeat.unref()
    return {
      lanes: new Set(held.map(({ lane }) => lane)),
      async release() {
        clearInterval(heartbeat)
        const waiting = await store.run(releaseLanes, { held, now: now(), dialect })
        if (waiting) wake()
      },
    }

    async function beat() {
      try {
        await extendLeases(store, held, now() + leaseMs)
      } catch (error) {
        log.error({ err: error }, 'leases could not be extended')
      }
    }
  }
}

interface Held {
  lane: string
  /** Fencing token: who lost the lane releases nothing. */
  epoch: number
}

const LOWEST: Priority = 3

/** @returns those that are free; a lane that nobody knew is made. */
export const holdLanes = procedure(
  new URL('./hold.ts', import.meta.url),
  'holdLanes',
  async (trx, { lanes, now, leaseUntil }: { lanes: string[]; now: number; leaseUntil: number }) =>
    upsertHeld(
      trx,
      // In one order everywhere, so that two replicas never wait for each other.
      [...new Set(lanes)]
        .sort()
        .map((lane) => ({ lane, priority: LOWEST, due_at: now, epoch: now, lease_until: leaseUntil })),
    ),
)

const upsertHeld = statementOfRows<Held & { priority: Priority; due_at: number; lease_until: number }, Held>(
  ['lane', 'priority', 'due_at', 'epoch', 'lease_until'],
  (db, rows) =>
    db
      .insertInto('lanes')
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .column('lane')
          .doUpdateSet({ lease_until: sql`excluded.lease_until`, epoch: sql`lanes.epoch + 1` })
          .where(sql<boolean>`lanes.lease_until is null`),
      )
      .returning(['lane', 'epoch']),
)

/** @returns whether any of them has something to run */
export const releaseLanes = procedure(
  new URL('./hold.ts', import.meta.url),
  'releaseLanes',
  async (trx, { held, now, dialect }: { held: Held[]; now: number; dialect: Dialect }) => {
    if (held.length === 0) return false
    const epochs = new Map(held.map(({ lane, epoch }) => [lane, epoch]))
    // Locked before anything is looked up: an ingest that holds a lane is waited for, and seen.
    const rows = await lockLanes(trx, dialect)
      .where('lane', 'in', padded([...epochs.keys()]))
      .where(sql<boolean>`lease_until is not null`)
      .execute()
    const ours = rows.filter(({ lane, epoch }) => epochs.get(lane) === epoch)
    return passOn(
      trx,
      ours.map(({ lane }) => ({ lane, restMs: 0 })),
      now,
    )
  },
)
