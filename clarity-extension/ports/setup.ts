import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Audit } from '../audit/audit.ts'
import { type SetupProgress, setupSteps } from '../http/ports.ts'
import type { Tables } from '../store/schema.ts'

const ROW = 'setup'
const kept = z.object({ step: z.enum(setupSteps), done: z.boolean() })

/** How far somebody got with the first steps, kept so that another browser goes on there. */
export function setupProgress(db: Kysely<Tables>, audit: Audit, now: () => number = Date.now): SetupProgress {
  return {
    read,
    async change(to, by) {
      const before = await read()
      const after = { step: to.step ?? before.step, done: to.done ?? before.done }
      const fresh = { value: JSON.stringify(after), updated_at: now() }
      await db.transaction().execute(async (trx) => {
        await trx
          .insertInto('settings')
          .values({ key: ROW, ...fresh })
          .onConflict((conflict) => conflict.column('key').doUpdateSet(fresh))
          .execute()
        if (after.done !== before.done)
          await audit.record({ who: by, action: 'setup.done', entity: 'setup', after: { done: after.done } }, trx)
      })
    },
  }

  async function read() {
    const found = await db.selectFrom('settings').select('value').where('key', '=', ROW).executeTakeFirst()
    return found ? kept.parse(JSON.parse(found.value)) : { step: setupSteps[0], done: false }
  }
}
