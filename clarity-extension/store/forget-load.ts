import type { Kysely } from 'kysely'
import type { Tables } from './schema.ts'

/** Rows in one statement: the doors never wait for more. */
const BATCH = 500

/** The rows of a first load; there may be a million of them, more than one statement may take away while others wait. */
export async function forgetLoadRows(db: Kysely<Tables>, loadId: number): Promise<void> {
  for (;;) {
    const { numDeletedRows } = await db
      .deleteFrom('load_rows')
      .where('id', 'in', (rows) =>
        rows.selectFrom('load_rows').select('id').where('load_id', '=', loadId).orderBy('id').limit(BATCH),
      )
      .executeTakeFirst()
    if (numDeletedRows < BATCH) return
    await new Promise((resolve) => setImmediate(resolve))
  }
}
