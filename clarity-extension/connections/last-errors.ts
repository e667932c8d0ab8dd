import type { Connection } from '../../shared/outcome.ts'
import type { Store } from '../store/store.ts'
import type { LastError } from './circuit.ts'

/** What each side said last when it did not do what was asked: kept in the store, so that it can be told after a restart and by every replica. */
export interface LastErrors {
  of(name: Connection): Promise<LastError | null>
  /** Returns at once: the call that failed does not wait for it. */
  note(name: Connection, error: LastError): void
  /** Resolves when everything noted is written. */
  stop(): Promise<void>
}

/** While calls keep failing the row is written this often. Milliseconds. */
const REST_MS = 2_000

/** @param onFault it could not be written; it is tried again with the next one */
export function lastErrors(
  { db }: Pick<Store, 'db'>,
  onFault: (error: unknown) => void,
  restMs: number = REST_MS,
): LastErrors {
  const waiting = new Map<Connection, LastError>()
  let writing: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  return {
    async of(name) {
      const unwritten = waiting.get(name)
      if (unwritten) return unwritten
      const row = await db
        .selectFrom('connections')
        .select(['error_cause', 'error_message', 'error_at'])
        .where('name', '=', name)
        .executeTakeFirst()
      if (!row || row.error_cause === null || row.error_at === null) return null
      return { cause: row.error_cause, message: row.error_message ?? '', at: row.error_at }
    },
    note(name, error) {
      waiting.set(name, error)
      if (timer === undefined) begin()
    },
    async stop() {
      clearTimeout(timer)
      await writing
      await write()
    },
  }

  function begin(): void {
    writing = write()
    timer = setTimeout(() => {
      timer = undefined
      if (waiting.size > 0) begin()
    }, restMs)
    timer.unref()
  }

  async function write(): Promise<void> {
    const noted = [...waiting]
    try {
      for (const [name, error] of noted) {
        await db
          .updateTable('connections')
          .set({ error_cause: error.cause, error_message: error.message, error_at: error.at })
          .where('name', '=', name)
          .execute()
        if (waiting.get(name) === error) waiting.delete(name)
      }
    } catch (error) {
      onFault(error)
    }
  }
}
