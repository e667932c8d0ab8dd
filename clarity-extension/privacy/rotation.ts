import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import type { Tables } from '../store/schema.ts'
import { KeyUnknown, type Seal } from './seal.ts'

const CHECK = 'key_check'

/**
 * Refuses to run on a store whose data this key cannot read, before anything is written with it.
 * @throws KeyUnknown
 */
export async function checkKey(db: Kysely<Tables>, seal: Seal, now: () => number = Date.now): Promise<void> {
  const row = await db.selectFrom('settings').select('value').where('key', '=', CHECK).executeTakeFirst()
  if (row) {
    try {
      seal.openText(row.value)
    } catch (error) {
      if (!(error instanceof KeyUnknown)) throw error
      throw new KeyUnknown(
        'SECRET_KEY is not the one that this store was written with. Set SECRET_KEY_PREVIOUS to that one, or give the store its key back.',
      )
    }
    if (seal.isCurrent(row.value)) return
  }
  const fresh = { value: seal.text('readable'), updated_at: now() }
  await db
    .insertInto('settings')
    .values({ key: CHECK, ...fresh })
    .onConflict((conflict) => conflict.column('key').doUpdateSet(fresh))
    .execute()
}

/** Rows per transaction, and the pause between: the doors never wait for it. */
const BATCH = 100
const PAUSE_MS = 50
const DONE = 'sealed_with'

export interface Sealing {
  /** Resolves with how many rows were sealed anew. */
  done: Promise<number>
  stop(): Promise<void>
}

/** Seals everything with the current key that is not. Once per key: the next start finds that it was done. */
export function sealAnew(db: Kysely<Tables>, seal: Seal, log: Pick<Logger, 'info' | 'error'>): Sealing {
  let stopped = false
  const done = sealAll(db, seal, { log, pauseMs: PAUSE_MS, stopped: () => stopped }).catch((error: unknown) => {
    log.error({ err: error }, 'the store could not be sealed with the current key')
    return 0
  })
  return {
    done,
    async stop() {
      stopped = true
      await done
    },
  }
}

interface Manner {
  log: Pick<Logger, 'info'>
  /** Between two batches. */
  pauseMs: number
  stopped(): boolean
}

/** The same, to be waited for. @returns rows that were sealed anew */
export async function sealAll(db: Kysely<Tables>, seal: Seal, { log, pauseMs, stopped }: Manner): Promise<number> {
  return run()

  async function run(): Promise<number> {
    const mark = await db.selectFrom('settings').select('value').where('key', '=', DONE).executeTakeFirst()
    if (mark && seal.isCurrent(mark.value)) return 0
    const counts = [
      await sealEvents(),
      await sealAttempts(),
      await sealComments(),
      await sealLoads(),
      await sealSettings(),
    ]
    if (stopped()) return 0
    const fresh = { value: seal.text('all'), updated_at: Date.now() }
    await db
      .insertInto('settings')
      .values({ key: DONE, ...fresh })
      .onConflict((conflict) => conflict.column('key').doUpdateSet(fresh))
      .execute()
    const total = counts.reduce((sum, count) => sum + count, 0)
    if (total > 0) log.info({ rows: total }, 'everything is sealed with the current SECRET_KEY: previous ones may go')
    return total
  }

  function anew(text: string | null): string | null {
    return text === null || seal.isCurrent(text) ? text : seal.text(seal.openText(text))
  }

  async function sealEvents(): Promise<number> {
    return walk(async (after) => {
      const rows = await db
        .selectFrom('events')
        .select(['id', 'payload', 'correction', 'details'])
        .where('id', '>', after)
        .orderBy('id')
        .limit(BATCH)
        .execute()
      const old = rows.filter(
        ({ payload, correction, details }) =>
          !seal.isCurrent(payload) || anew(correction) !== correction || anew(details) !== details,
      )
      for (const { id, payload, correction, details } of old)
        await db
          .updateTable('events')
          .set({ payload: seal.bytes(seal.openBytes(payload)), correction: anew(correction), details: anew(details) })
          .where('id', '=', id)
          // Whoever wrote meanwhile wrote with the current key.
          .where('payload', '=', payload)
          .where('correction', correction === null ? 'is' : '=', correction)
          .where('details', details === null ? 'is' : '=', details)
          .execute()
      return { changed: old.length, last: rows.at(-1)?.id, full: rows.length === BATCH }
    })
  }

  async function sealAttempts(): Promise<number> {
    return walk(async (after) => {
      const rows = await db
        .selectFrom('attempts')
        .select(['id', 'steps'])
        .where('id', '>', after)
        .orderBy('id')
        .limit(BATCH)
        .execute()
      const old = rows.filter(({ steps }) => !seal.isCurrent(steps))
      for (const { id, steps } of old)
        await db
          .updateTable('attempts')
          .set({ steps: seal.text(seal.openText(steps)) })
          .where('id', '=', id)
          .execute()
      return { changed: old.length, last: rows.at(-1)?.id, full: rows.length === BATCH }
    })
  }

  async function sealComments(): Promise<number> {
    return walk(async (after) => {
      const rows = await db
        .selectFrom('review_comments')
        .select(['id', 'comment'])
        .where('id', '>', after)
        .orderBy('id')
        .limit(BATCH)
        .execute()
      const old = rows.filter(({ comment }) => !seal.isCurrent(comment))
      for (const { id, comment } of old)
        await db
          .updateTable('review_comments')
          .set({ comment: seal.text(seal.openText(comment)) })
          .where('id', '=', id)
          .execute()
      return { changed: old.length, last: rows.at(-1)?.id, full: rows.length === BATCH }
    })
  }

  /** Few and small: the sides' keys, the alerts' channels. */
  async function sealSettings(): Promise<number> {
    const rows = await db.selectFrom('settings').select(['key', 'value']).execute()
    const old = rows.filter(({ value }) => seal.isSealed(value) && !seal.isCurrent(value))
    for (const { key, value } of old)
      await db
        .updateTable('settings')
        .set({ value: seal.text(seal.openText(value)) })
        .where('key', '=', key)
        // Whoever wrote meanwhile wrote with the current key.
        .where('value', '=', value)
        .execute()
    return old.length
  }

  async function sealLoads(): Promise<number> {
    return walk(async (after) => {
      const rows = await db
        .selectFrom('load_rows')
        .select(['id', 'shown', 'said'])
        .where('id', '>', after)
        .orderBy('id')
        .limit(BATCH)
        .execute()
      const old = rows.filter(({ shown, said }) => !seal.isCurrent(shown) || anew(said) !== said)
      for (const { id, shown, said } of old)
        await db
          .updateTable('load_rows')
          .set({ shown: seal.text(seal.openText(shown)), said: anew(said) })
          .where('id', '=', id)
          // Whoever wrote meanwhile wrote with the current key.
          .where('said', said === null ? 'is' : '=', said)
          .execute()
      return { changed: old.length, last: rows.at(-1)?.id, full: rows.length === BATCH }
    })
  }

  async function walk(
    step: (after: number) => Promise<{ changed: number; last: number | undefined; full: boolean }>,
  ): Promise<number> {
    let total = 0
    for (let after = 0; !stopped(); ) {
      const { changed, last, full } = await step(after)
      total += changed
      if (!full || last === undefined) return total
      after = last
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
    return total
  }
}
