import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import { checkNames } from '../../shared/checks.ts'
import { PROPOSED } from '../../shared/switches.ts'
import { type Change, recordChange } from '../audit/record.ts'
import type { Tables } from '../store/schema.ts'
import { sourcesOf, targetOf } from './moves.ts'
import type { Settings } from './settings.ts'
import type { Moved } from './types.ts'

/** What people do with events that wait for a decision. Rejecting is dismissing, changing is correcting (by-hand.ts). */
export interface Reviews {
  /** Takes what the event is held for and runs it again; the approval stays with it however often it is tried. */
  approve(id: number, by: string): Promise<Moved>
  /** @param assignee null: nobody. @returns false when it is not held */
  assign(id: number, assignee: string | null, by: string): Promise<boolean>
  /** @returns false when there is no such event */
  comment(id: number, text: string, by: string): Promise<boolean>
}

/** Causes that an approval can do something about; for the others a person acts in a system and then replays or rejects. */
export const approvable: ReadonlySet<string> = new Set(['totals_differ', 'rule', 'anomaly', PROPOSED, ...checkNames])

export function createReviews({ store: { db, dialect }, now, seal }: Settings, onReady: () => void): Reviews {
  const record = (trx: Kysely<Tables>, who: string, action: Change['action'], id: number, change: Partial<Change>) =>
    recordChange(trx, dialect, { who, action, entity: `event:${id}`, ...change }, now())

  return {
    async approve(id, by) {
      const moved = await db.transaction().execute(async (trx) => {
        const event = await trx
          .selectFrom('events')
          .select(['lane', 'cause', 'details', 'priority', 'approvals'])
          .where('id', '=', id)
          .where('state', 'in', sourcesOf('approve'))
          .executeTakeFirst()
        if (!event?.cause || !approvable.has(event.cause)) return 0
        const { lane, priority } = event
        await trx
          .insertInto('lanes')
          .values({ lane, priority, due_at: now(), epoch: now() })
          .onConflict((conflict) => conflict.column('lane').doUpdateSet({ due_at: now() }))
          .execute()
        const facts = event.details === null ? null : JSON.parse(seal.openText(event.details))
        const taken = [...new Set([event.cause, ...alsoShown(facts)])]
        const approvals = [...new Set([...event.approvals.split(' '), ...taken])].filter(Boolean).join(' ')
        const { numUpdatedRows } = await trx
          .updateTable('events')
          .set({ state: targetOf('approve'), attempts: 0, due_at: now(), settled_at: null, settled_by: by, approvals })
          .set({ approved_by: sql<string | null>`case when cause = ${PROPOSED} then ${by} else approved_by end` })
          .where('id', '=', id)
          .where('state', 'in', sourcesOf('approve'))
          .executeTakeFirst()
        if (numUpdatedRows > 0n) await record(trx, by, 'review.approve', id, { before: { held: taken.join(' ') } })
        return Number(numUpdatedRows)
      })
      onReady()
      return { moved }
    },

    assign: (id, assignee, by) =>
      db.transaction().execute(async (trx) => {
        const event = await trx
          .selectFrom('events')
          .select('assignee')
          .where('id', '=', id)
          .where('state', '=', 'held')
          .executeTakeFirst()
        if (!event) return false
        if (event.assignee === assignee) return true
        await trx.updateTable('events').set({ assignee }).where('id', '=', id).execute()
        await record(trx, by, 'review.assign', id, { before: event, after: { assignee } })
        return true
      }),

    comment: (id, text, by) =>
      db.transaction().execute(async (trx) => {
        const event = await trx.selectFrom('events').select('id').where('id', '=', id).executeTakeFirst()
        if (!event) return false
        await trx
          .insertInto('review_comments')
          .values({ event_id: id, at: now(), who: by, comment: seal.text(text) })
          .execute()
        // What was said stands with the event; it may name a person.
        await record(trx, by, 'review.comment', id, {})
        return true
      }),
  }
}

const shown = z.object({ reasons: z.array(z.object({ cause: z.string() })) })

/** Everything that the person saw it held for: one click takes all of it. */
function alsoShown(facts: unknown): string[] {
  const read = shown.safeParse(facts)
  return read.success ? read.data.reasons.map(({ cause }) => cause).filter((cause) => approvable.has(cause)) : []
}
