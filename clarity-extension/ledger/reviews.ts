import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import { checkNames } from '../../shared/checks.ts'
import { PROPOSED } from '../../shared/switches.ts'
import { type Change, recordChange } from '../audit/record.ts'
import type { Tables } from '../store/schema.ts'
import { sourcesOf, targetOf } from './moves.ts'
import type { Settings } from './settings.ts'
import { heldFor } from './standing.ts'
import type { Moved } from './types.ts'

/** What people do with events that wait for a decision. Rejecting is dismissing, changing is correcting (by-hand.ts). */
export interface Reviews {
  /**
   * Takes what the event is held for and runs it again; the approval stays with it however often it is tried, and holds for other
   * events of the record that are held for the very same, now or later (standing.ts).
   */
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

  const heldEvents = (trx: Kysely<Tables>) =>
    trx
      .selectFrom('events')
      .select(['id', 'lane', 'cause', 'message', 'details', 'priority', 'approvals'])
      .where('state', 'in', sourcesOf('approve'))

  const askedOf = ({ cause, message, details }: Question) => ({
    cause,
    message: message ?? '',
    facts: details === null ? {} : JSON.parse(seal.openText(details)),
  })

  /** Later events of the record that wait for the very same: one answer is theirs, too. A proposal is of one change only. */
  async function sameQuestion(trx: Kysely<Tables>, event: { id: number; lane: string }, asked: Asked) {
    if (asked.cause === PROPOSED) return []
    const others = await heldEvents(trx)
      .where('lane', '=', event.lane)
      .where('cause', '=', asked.cause)
      .where('id', '<>', event.id)
      .execute()
    return others.filter((other) => heldFor(askedOf({ ...other, cause: asked.cause })) === heldFor(asked))
  }

  const keep = (trx: Kysely<Tables>, { id, lane }: { id: number; lane: string }, held_for: string, causes: string) =>
    trx
      .insertInto('standing_approvals')
      .values({ lane, held_for, causes, event_id: id })
      .onConflict((conflict) => conflict.columns(['lane', 'held_for']).doUpdateSet({ causes, event_id: id }))
      .execute()

  return {
    async approve(id, by) {
      const moved = await db.transaction().execute(async (trx) => {
        const event = await heldEvents(trx).where('id', '=', id).executeTakeFirst()
        if (!event?.cause || !approvable.has(event.cause)) return 0
        const { lane, priority, cause } = event
        await trx
          .insertInto('lanes')
          .values({ lane, priority, due_at: now(), epoch: now() })
          .onConflict((conflict) => conflict.column('lane').doUpdateSet({ due_at: now() }))
          .execute()
        const shownFor = askedOf({ ...event, cause })
        const taken = [...new Set([cause, ...alsoShown(shownFor.facts)])]
        let moved = 0
        for (const one of [event, ...(await sameQuestion(trx, event, shownFor))]) {
          const approvals = [...new Set([...one.approvals.split(' '), ...taken])].filter(Boolean).join(' ')
          const { numUpdatedRows } = await trx
            .updateTable('events')
            .set({
              state: targetOf('approve'),
              attempts: 0,
              due_at: now(),
              settled_at: null,
              settled_by: by,
              approvals,
            })
            .set({ approved_by: sql<string | null>`case when cause = ${PROPOSED} then ${by} else approved_by end` })
            .where('id', '=', one.id)
            .where('state', 'in', sourcesOf('approve'))
            .executeTakeFirst()
          if (numUpdatedRows > 0n)
            await record(trx, by, 'review.approve', one.id, { before: { held: taken.join(' ') } })
          moved += Number(numUpdatedRows)
        }
        if (moved > 0 && cause !== PROPOSED) await keep(trx, event, heldFor(shownFor), taken.join(' '))
        return moved
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

interface Question {
  cause: string
  message: string | null
  details: string | null
}

type Asked = Parameters<typeof heldFor>[0]

const shown = z.object({ reasons: z.array(z.object({ cause: z.string() })) })

/** Everything that the person saw it held for: one click takes all of it. */
function alsoShown(facts: unknown): string[] {
  const read = shown.safeParse(facts)
  return read.success ? read.data.reasons.map(({ cause }) => cause).filter((cause) => approvable.has(cause)) : []
}
