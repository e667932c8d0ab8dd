import { Kysely, type TransactionBuilder } from 'kysely'
import pg from 'pg'
import type { Tables } from './schema.ts'

/** deadlock_detected and serialization_failure: PostgreSQL ended this transaction so that another could go on. */
const ENDED_FOR_ANOTHER = new Set<unknown>(['40P01', '40001'])
/** Each time at least one transaction went through. */
const TRIES = 10

/**
 * A transaction that PostgreSQL ended in favour of another runs again: nothing of it was written. What a transaction does outside
 * of the store it may therefore do twice, or better after the commit.
 */
export class Again extends Kysely<Tables> {
  override transaction(): TransactionBuilder<Tables> {
    const builder = super.transaction()
    const once = builder.execute.bind(builder)
    builder.execute = (work) => runAgain(() => once(work))
    return builder
  }
}

/** The same for a statement that is a transaction of its own. */
export async function runAgain<T>(once: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await once()
    } catch (error) {
      if (tried === TRIES || !wasEndedForAnother(error)) throw error
    }
  }
}

const wasEndedForAnother = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && ENDED_FOR_ANOTHER.has(error.code)
