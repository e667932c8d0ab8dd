import { type Kysely, sql } from 'kysely'
import type { Seal } from '../privacy/seal.ts'
import type { Tables } from '../store/schema.ts'
import { summaryColumns, summaryOf } from './overview.ts'
import type { EventDetail, ReviewPage, ReviewQuery, ReviewRow } from './queries.ts'

const LIMIT = { default: 50, most: 200 }

/** Held events, oldest first: who waited longest is decided first. Read from the index of open events only. */
export async function readReviews(db: Kysely<Tables>, query: ReviewQuery, seal: Seal): Promise<ReviewPage> {
  const size = Math.min(Math.max(1, query.limit ?? LIMIT.default), LIMIT.most)
  const { cursor, cause, assignee } = query
  const held = () => db.selectFrom('events').where(sql<boolean>`state in ('dead', 'held')`).where('state', '=', 'held')
  const rows = await held()
    .select([...summaryColumns, 'assignee', 'details'])
    .select((event) =>
      event
        .selectFrom('review_comments')
        .select((comment) => comment.fn.countAll<number>().as('count'))
        .whereRef('review_comments.event_id', '=', 'events.id')
        .as('comments'),
    )
    .$if(cursor !== undefined, (events) => events.where('id', '>', cursor ?? 0))
    .$if(cause !== undefined, (events) => events.where('cause', '=', cause ?? ''))
    .$if(assignee === '', (events) => events.where('assignee', 'is', null))
    .$if(Boolean(assignee), (events) => events.where('assignee', '=', assignee ?? ''))
    .orderBy('id')
    .limit(size + 1)
    .execute()
  const page = rows.slice(0, size).map(
    (row): ReviewRow => ({
      ...summaryOf(row),
      assignee: row.assignee,
      comments: Number(row.comments ?? 0),
      facts: row.details === null ? null : JSON.parse(seal.openText(row.details)),
    }),
  )
  const people = await held().select('assignee').distinct().where('assignee', 'is not', null).execute()
  return {
    rows: page,
    next: rows.length > size ? (page.at(-1)?.id ?? null) : null,
    assignees: people.flatMap(({ assignee: who }) => who ?? []).sort(),
  }
}

export async function commentsOf(db: Kysely<Tables>, eventId: number, seal: Seal): Promise<EventDetail['comments']> {
  const rows = await db
    .selectFrom('review_comments')
    .selectAll()
    .where('event_id', '=', eventId)
    .orderBy('id')
    .execute()
  return rows.map(({ at, who, comment }) => ({ at, who, text: seal.openText(comment) }))
}
