import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { OutcomeOf } from '../../shared/outcome.ts'
import type { Tables } from '../store/schema.ts'
import type { Handler } from './types.ts'

/**
 * What a person took of one event holds for the later events of its record, as long as they are held for the very same: cause,
 * sentence and facts. Anything else about them is a question that nobody has answered yet.
 */
export function withStanding(handler: Handler, db: Kysely<Tables>): Handler {
  return async (event, trace) => {
    let { approvals } = event
    for (;;) {
      const outcome = await handler({ ...event, approvals }, trace)
      if (outcome.kind !== 'review') return outcome
      const known = approvals
      const taken = (await standing(db, event.lane, outcome)).filter((cause) => !known.includes(cause))
      if (taken.length === 0) return outcome
      trace.step('approved', `approved before, for the very same: ${taken.join(', ')}`)
      approvals = [...known, ...taken]
    }
  }
}

/** What an event is held for, to be compared only: it tells nothing by itself. */
export const heldFor = ({ cause, message, facts }: Pick<OutcomeOf<'review'>, 'cause' | 'message' | 'facts'>): string =>
  createHash('sha256')
    .update(JSON.stringify([cause, message, facts]))
    .digest('hex')
    .slice(0, 32)

async function standing(db: Kysely<Tables>, lane: string, outcome: OutcomeOf<'review'>): Promise<string[]> {
  const row = await db
    .selectFrom('standing_approvals')
    .select('causes')
    .where('lane', '=', lane)
    .where('held_for', '=', heldFor(outcome))
    .executeTakeFirst()
  return row?.causes.split(' ') ?? []
}
