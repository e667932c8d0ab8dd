import type { Kysely } from 'kysely'
import type { Connection } from '../../shared/outcome.ts'
import { type Change, recordChange } from '../audit/record.ts'
import { padded } from '../store/padded.ts'
import type { Tables } from '../store/schema.ts'
import { lockLanes } from './locks.ts'
import type { Settings } from './settings.ts'

/** The pause of a person: no probe ends it. */
export const BY_HAND = 'by_hand'

/** Pauses a connection in the caller's transaction. @returns false when it was paused already */
export async function pause(
  trx: Kysely<Tables>,
  name: Connection,
  cause: string,
  message: string,
  now: number,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('connections')
    .set({ state: 'paused', cause, message, since: now })
    .where('name', '=', name)
    .where('state', '=', 'up')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export interface Connections {
  pauseByHand(name: Connection, by: string): Promise<void>
  /** Lets go everything that waits for it. @param by who does it; absent: a probe found it mended */
  resume(name: Connection, by?: string): Promise<void>
  start(): Promise<void>
  /** A connection was paused: it is probed from now on. */
  look(): Promise<void>
  stop(): void
}

/** Milliseconds between probes: the last one stays. What was silent is back sooner than what refuses us. */
const PROBES = [15_000, 30_000, 60_000]
const PROBES_OF_SILENCE = [5_000, 10_000, 15_000, 30_000]
const LOOK_MS = 15_000
/** Lanes in one transaction: the doors never wait for more. */
const BATCH = 500

/**
 * Pausing and resuming. A connection that refused us is probed until it takes us again.
 * @param onResume lanes may have become due
 */
export function createConnections(
  { store: { db, dialect }, now, log, probe, observe }: Settings,
  onResume: () => void,
): Connections {
  const timers = new Map<Connection, NodeJS.Timeout>()
  let stopped = false
  let watch: NodeJS.Timeout | undefined

  const record = (trx: Kysely<Tables>, who: string, action: Change['action'], name: Connection, before: object) =>
    recordChange(trx, dialect, { who, action, entity: `connection:${name}`, before }, now())

  const resume = async (name: Connection, by = 'bridge') => {
    forget(name)
    const changed = await db.transaction().execute(async (trx) => {
      const before = await stateOf(trx, name)
      const { numUpdatedRows } = await trx
        .updateTable('connections')
        .set({ state: 'up', cause: null, message: null, since: now() })
        .where('name', '=', name)
        .where('state', '=', 'paused')
        .executeTakeFirst()
      if (numUpdatedRows > 0n) await record(trx, by, 'connection.resume', name, before)
      return numUpdatedRows > 0n
    })
    await letGo([name])
    if (changed) {
      log.info({ connection: name }, 'connection resumed')
      observe({ fact: 'resumed', connection: name })
    }
    onResume()
  }

  /** Probes what is paused, frees lanes that wait for a connection that is up. Again and again: other replicas pause and resume too. */
  const look = async () => {
    try {
      await lookOnce()
    } catch (error) {
      log.error({ err: error }, 'the state of the connections could not be read')
    }
  }

  const lookOnce = async () => {
    const rows = await db.selectFrom('connections').selectAll().execute()
    const up = rows.filter(({ state }) => state === 'up').map(({ name }) => name)
    for (const { name, state, cause } of rows) {
      if (state === 'paused' && cause !== BY_HAND) probeLater(name, cause, 0)
    }
    // Another replica may have resumed it while a claim here still saw it paused.
    if (up.length > 0) await letGo(up)
  }

  /** Lanes that wait for one of these may run. An outage may have left many of them. */
  const letGo = async (names: readonly Connection[]) => {
    for (;;) {
      const found = await db.selectFrom('lanes').select('lane').where('waits_for', 'in', names).limit(BATCH).execute()
      if (found.length === 0) return
      const lanes = padded(found.map(({ lane }) => lane))
      await db.transaction().execute(async (trx) => {
        await lockLanes(trx, dialect).where('lane', 'in', lanes).execute()
        await trx
          .updateTable('lanes')
          .set({ waits_for: null })
          .where('lane', 'in', lanes)
          .where('waits_for', 'in', names)
          .execute()
      })
    }
  }

  const probeLater = (name: Connection, cause: string | null, tries: number) => {
    if (!probe || stopped || timers.has(name)) return
    const waits = cause === 'circuit_open' ? PROBES_OF_SILENCE : PROBES
    const timer = setTimeout(() => void tryNow(name, cause, tries), waits[Math.min(tries, waits.length - 1)])
    timer.unref()
    timers.set(name, timer)
  }

  const tryNow = async (name: Connection, cause: string | null, tries: number) => {
    try {
      const mended = await probe?.(name, cause)
      if (stopped) return
      if (mended) return await resume(name)
    } catch (error) {
      log.warn({ connection: name, error: String(error) }, 'probe failed')
    }
    forget(name)
    probeLater(name, cause, tries + 1)
  }

  const forget = (name: Connection) => {
    clearTimeout(timers.get(name))
    timers.delete(name)
  }

  return {
    resume,
    look,
    async start() {
      await look()
      watch = setInterval(() => void look(), LOOK_MS)
      watch.unref()
    },
    async pauseByHand(name, by) {
      forget(name)
      const changed = await db.transaction().execute(async (trx) => {
        const before = await stateOf(trx, name)
        const paused = await pause(trx, name, BY_HAND, `Paused by ${by}.`, now())
        if (before.cause !== BY_HAND) await record(trx, by, 'connection.pause', name, before)
        return paused
      })
      if (changed) observe({ fact: 'paused', connection: name, cause: BY_HAND, message: `Paused by ${by}.` })
      else
        await db
          .updateTable('connections')
          .set({ cause: BY_HAND, message: `Paused by ${by}.` })
          .where('name', '=', name)
          .execute()
    },
    stop() {
      stopped = true
      clearInterval(watch)
      for (const name of [...timers.keys()]) forget(name)
    },
  }
}

const stateOf = (trx: Kysely<Tables>, name: Connection) =>
  trx.selectFrom('connections').select(['state', 'cause']).where('name', '=', name).executeTakeFirstOrThrow()
