import type { Kysely } from 'kysely'
import type { Tables } from '../store/schema.ts'
import { statementOfList } from '../store/statement.ts'
import type { Dialect } from '../store/store.ts'

/**
 * Lanes that the transaction is about to write. On PostgreSQL they are locked in one order, which is the same wherever several
 * lanes are written: an update of many rows locks them as it comes across them, and two of those end in a deadlock.
 */
export const lockLanes = (trx: Kysely<Tables>, dialect: Dialect) =>
  trx
    .selectFrom('lanes')
    .select(['lane', 'epoch'])
    .orderBy('lane')
    .$if(dialect === 'postgres', (query) => query.forUpdate())

/** Nothing waits in them any more. */
export const closeLanes = statementOfList<string, undefined, unknown>(
  (db, lanes) => db.deleteFrom('lanes').where('lane', 'in', lanes),
  (lanes) => lanes,
)
