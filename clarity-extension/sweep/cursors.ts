import type { Kysely } from 'kysely'
import type { Tables } from '../store/schema.ts'

/** How far each reader has come. */
export interface Cursors {
  get(name: string): Promise<string | undefined>
  save(name: string, position: string): Promise<void>
}

/** @param now unix milliseconds */
export const createCursors = (db: Kysely<Tables>, now: () => number = Date.now): Cursors => ({
  async get(name) {
    const row = await db.selectFrom('cursors').select('position').where('name', '=', name).executeTakeFirst()
    return row?.position
  },
  async save(name, position) {
    const row = { position, updated_at: now() }
    await db
      .insertInto('cursors')
      .values({ name, ...row })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
      .execute()
  },
})
