import { sql } from 'kysely'
import type { Store } from './store.ts'

export interface Clock {
  /** Unix milliseconds. */
  now(): number
  /** Absent where `now` cannot be set. */
  steady?: () => number
  stop(): void
}

const EVERY_MS = 15_000
/** An answer that was longer on its way says too little. */
const LATE_MS = 1_000
/** Of so many answers in a row the quickest counts: it is off by half of its way at most. */
const ASKED = 5

/**
 * The time that all who share a store go by. Leases and what is due are compared between replicas: by clocks of their own, one
 * that is minutes ahead would take lanes from a replica that is alive. On PostgreSQL it is the server's, kept between readings by
 * a clock that nobody sets; a store that only this process has goes by the machine's.
 */
export async function openClock(store: Pick<Store, 'db' | 'dialect'>): Promise<Clock> {
  if (store.dialect === 'sqlite') return { now: Date.now, steady: () => performance.now(), stop: () => undefined }
  let offset = Number.NaN
  const read = async () => {
    let quickest = LATE_MS
    for (let n = 0; n < ASKED; n++) {
      const asked = performance.now()
      const { rows } = await sql<{ now: number }>`select extract(epoch from clock_timestamp()) * 1000 as now`.execute(
        store.db,
      )
      const answered = performance.now()
      if (answered - asked >= quickest && !Number.isNaN(offset)) continue
      quickest = Math.min(quickest, answered - asked)
      offset = Number(rows[0]?.now) - (asked + answered) / 2
    }
  }
  await read()
  // Without an answer the last reading goes on.
  const reading = setInterval(() => void read().catch(() => undefined), EVERY_MS).unref()
  return { now: () => Math.round(offset + performance.now()), stop: () => clearInterval(reading) }
}
