import type { SpentIds } from '../http/ports.ts'
import type { Store } from '../store/store.ts'

/** Ids that are good for nothing any more, on every replica and after a restart: sessions that ended, launch tokens that were used. */
export function spentIds({ db }: Pick<Store, 'db'>, now: () => number = Date.now): SpentIds {
  return {
    async add(id, untilMs) {
      await spend(id, untilMs)
    },
    spend,
    async has(id) {
      return (await db.selectFrom('spent_ids').select('id').where('id', '=', id).executeTakeFirst()) !== undefined
    },
  }

  async function spend(id: string, untilMs: number): Promise<boolean> {
    await db.deleteFrom('spent_ids').where('until', '<', now()).execute()
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('spent_ids')
      .values({ id, until: untilMs })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .executeTakeFirst()
    return (numInsertedOrUpdatedRows ?? 0n) > 0n
  }
}
