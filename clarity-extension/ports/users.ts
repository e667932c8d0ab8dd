import { hash, verify } from '@node-rs/argon2'
import { recordChange } from '../audit/record.ts'
import type { UsersPort } from '../http/ports.ts'
import type { Store } from '../store/store.ts'

/** The people who sign in by a password of their own. The first admin is not among them: theirs is ADMIN_PASSWORD. */
export function users({ db, dialect }: Pick<Store, 'db' | 'dialect'>, now: () => number = Date.now): UsersPort {
  // Of nobody: a wrong name takes as long as a wrong password.
  const nobody = hash('a password that nobody has')

  return {
    async list() {
      const rows = await db.selectFrom('users').selectAll().orderBy('name').execute()
      return rows.map(({ name, role, created_at, created_by, seen_at }) => ({
        name,
        role,
        createdAt: created_at,
        createdBy: created_by,
        seenAt: seen_at,
      }))
    },

    async standing(name) {
      const row = await db
        .selectFrom('users')
        .select(['role', 'password_at'])
        .where('name', '=', name)
        .executeTakeFirst()
      return row && { role: row.role, since: row.password_at }
    },

    async check(name, password) {
      const row = await db
        .selectFrom('users')
        .select(['role', 'password_hash'])
        .where('name', '=', name)
        .executeTakeFirst()
      const right = await verify(row?.password_hash ?? (await nobody), password)
      if (!row || !right) return undefined
      await db.updateTable('users').set({ seen_at: now() }).where('name', '=', name).execute()
      return { role: row.role }
    },

    async add({ name, role, password }, by) {
      const password_hash = await hash(password)
      return db.transaction().execute(async (trx) => {
        const { numInsertedOrUpdatedRows } = await trx
          .insertInto('users')
          .values({ name, role, password_hash, password_at: now(), created_at: now(), created_by: by, seen_at: null })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .executeTakeFirst()
        if (!numInsertedOrUpdatedRows) return false
        await recordChange(
          trx,
          dialect,
          { who: by, action: 'user.add', entity: `user:${name}`, after: { role } },
          now(),
        )
        return true
      })
    },

    async change(name, { role, password }, by) {
      const password_hash = password === undefined ? undefined : await hash(password)
      return db.transaction().execute(async (trx) => {
        const before = await trx.selectFrom('users').select('role').where('name', '=', name).executeTakeFirst()
        if (!before) return false
        await trx
          .updateTable('users')
          .set({ role: role ?? before.role })
          .$if(password_hash !== undefined, (query) =>
            query.set({ password_hash: password_hash ?? '', password_at: now() }),
          )
          .where('name', '=', name)
          .execute()
        const after = { role: role ?? before.role, ...(password_hash !== undefined && { newPassword: true }) }
        await recordChange(
          trx,
          dialect,
          { who: by, action: 'user.change', entity: `user:${name}`, before, after },
          now(),
        )
        return true
      })
    },

    async remove(name, by) {
      return db.transaction().execute(async (trx) => {
        const before = await trx.selectFrom('users').select('role').where('name', '=', name).executeTakeFirst()
        if (!before) return false
        await trx.deleteFrom('users').where('name', '=', name).execute()
        await recordChange(trx, dialect, { who: by, action: 'user.remove', entity: `user:${name}`, before }, now())
        return true
      })
    },
  }
}
