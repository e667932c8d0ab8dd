import type { Kysely } from 'kysely'
import type { Verdict } from '../assist/learning.ts'
import type { Audit } from '../audit/audit.ts'
import type { Tables } from '../store/schema.ts'

export interface Verdicts {
  of(entity: string): Promise<Verdict[]>
  /** @param told how the audit tells it: of what, and what it was to become */
  learn(entity: string, verdict: Verdict, told: { of: string; to: string }, by: string): Promise<void>
}

/** What people said of suggestions and corrections, the last word of each. */
export function createVerdicts(db: Kysely<Tables>, audit: Audit, now: () => number): Verdicts {
  return {
    async of(entity) {
      const rows = await db.selectFrom('suggestion_verdicts').selectAll().where('entity', '=', entity).execute()
      return rows.map(({ path, model, field, accepted }) => ({ path, model, field, accepted: accepted === 1 }))
    },
    async learn(entity, { path, model, field, accepted }, { of, to }, by) {
      const row = { accepted: Number(accepted), decided_by: by, decided_at: now() }
      await db.transaction().execute(async (trx) => {
        await trx
          .insertInto('suggestion_verdicts')
          .values({ entity, path, model, field, ...row })
          .onConflict((conflict) => conflict.columns(['entity', 'path', 'model', 'field']).doUpdateSet(row))
          .execute()
        const change = { who: by, action: 'suggestion.decide' as const, entity: `suggestion:${of}.${path}` }
        await audit.record({ ...change, after: { to, accepted } }, trx)
      })
    },
  }
}
