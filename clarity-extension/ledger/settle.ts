import { type Kysely, sql } from 'kysely'
import type { Connection } from '../../shared/outcome.ts'
import { recordChange } from '../audit/record.ts'
import { padded } from '../store/padded.ts'
import { procedure } from '../store/procedure.ts'
import type { EventState, Tables } from '../store/schema.ts'
import { statement, statementOfRows } from '../store/statement.ts'
import type { Dialect } from '../store/store.ts'
import { pause } from './connections.ts'
import { targetOf } from './moves.ts'
import { type Move, supersedes } from './policy.ts'
import { countThroughput } from './throughput.ts'

/** The end of one attempt. */
export interface Ending {
  eventId: number
  lane: string
  /** Of the claim: one that is no longer the lane's settles nothing. */
  epoch: number
  type: string
  attempt: number
  /** Outcome kind, or `thrown`, or `lease_lost`. */
  outcome: string
  /** Its details are JSON already. */
  move: Omit<Move, 'details'> & { details: string | null }
  startedAt: number
  durationMs: number
  /** How long the lane waits before it runs again, whatever comes. */
  restMs: number
  /** TraceStep[] as JSON. */
  steps: string
}

export interface Settled {
  /** undefined: the lane was lost, nothing was written. */
  to: EventState | undefined
  /** This settle paused the connection. */
  paused?: Connection
}

/** Settles a group of attempts and opens their lanes for what comes next. */
export const settleEndings = procedure(
  import.meta.url,
  'settleEndings',
  async (trx, { endings, now, dialect }: Batch) => {
    if (endings.length === 0) return []
    const valid = await stillOurs(trx, endings, dialect)
    const settled: Settled[] = []
    for (const ending of endings) {
      if (!valid.has(ending)) settled.push({ to: undefined })
      else settled.push(await settleOne(trx, ending, now, dialect))
    }
    const written = [...valid]
    await insertAttempts(trx, written.map(attemptOf))
    await supersedeDead(trx, written, now)
    await passOn(trx, written, now)
    const delivered = written.filter(({ move }) => move.by === 'done')
    await countThroughput(trx, now, {
      delivered: delivered.length,
      orders: delivered.filter(({ type }) => type.startsWith('order.')).length,
      failed: settled.filter(({ to }) => to === 'dead' || to === 'held').length,
    })
    return settled
  },
)

interface Batch {
  endings: Ending[]
  now: number
  dialect: Dialect
}

/** On PostgreSQL the lane is locked before anything is looked up: an ingest that holds it is waited for, and seen. */
async function stillOurs(trx: Kysely<Tables>, endings: readonly Ending[], dialect: Dialect): Promise<Set<Ending>> {
  const lanes = await trx
    .selectFrom('lanes')
    .select(['lane', 'epoch'])
    .where('lane', 'in', padded([...new Set(endings.map(({ lane }) => lane))]))
    .where(sql<boolean>`lease_until is not null`)
    .orderBy('lane')
    .$if(dialect === 'postgres', (query) => query.forUpdate())
    .execute()
  const running = await trx
    .selectFrom('events')
    .select('id')
    .where('state', '=', 'running')
    .where('id', 'in', padded(endings.map(({ eventId }) => eventId)))
    .execute()
  const epochs = new Map(lanes.map(({ lane, epoch }) => [lane, epoch]))
  const ids = new Set(running.map(({ id }) => id))
  const valid = new Set<Ending>()
  for (const ending of endings) {
    if (epochs.get(ending.lane) !== ending.epoch || !ids.delete(ending.eventId)) continue
    valid.add(ending)
  }
  return valid
}

async function settleOne(trx: Kysely<Tables>, ending: Ending, now: number, dialect: Dialect): Promise<Settled> {
  const { move, eventId, attempt } = ending
  const to = targetOf(move.by)
  await updateEvent(trx, {
    state: to,
    attempts: move.counts ? attempt : attempt - 1,
    due_at: now + move.delayMs,
    settled_at: to === 'ready' ? null : now,
    cause: move.cause,
    message: move.message,
    details: move.details,
    id: eventId,
  })
  if (!move.pauses) return { to }
  await trx.updateTable('lanes').set({ waits_for: move.pauses }).where('lane', '=', ending.lane).execute()
  const paused = await pause(trx, move.pauses, move.cause ?? 'refused', move.message ?? '', now)
  if (!paused) return { to }
  const entity = `connection:${move.pauses}`
  await recordChange(
    trx,
    dialect,
    { who: 'bridge', action: 'connection.pause', entity, after: { cause: move.cause } },
    now,
  )
  return { to, paused: move.pauses }
}

const updateEvent = statement<
  {
    state: EventState
    attempts: number
    due_at: number
    settled_at: number | null
    cause: string | null
    message: string | null
    details: string | null
    id: number
  },
  unknown
>(
  (db) =>
    db
      .updateTable('events')
      .set({ state: 'done', attempts: 0, due_at: 0, settled_at: 0, cause: '', message: '', details: '' })
      .where('id', '=', 0),
  (row) => [row.state, row.attempts, row.due_at, row.settled_at, row.cause, row.message, row.details, row.id],
)

interface AttemptRow {
  event_id: number
  number: number
  started_at: number
  duration_ms: number
  outcome: string
  cause: string | null
  message: string | null
  steps: string
}

const attemptOf = ({ eventId, attempt, startedAt, durationMs, outcome, move, steps }: Ending): AttemptRow => ({
  event_id: eventId,
  number: attempt,
  started_at: startedAt,
  duration_ms: durationMs,
  outcome,
  cause: move.cause,
  message: move.message,
  steps,
})

const insertAttempts = statementOfRows<AttemptRow, unknown>(
  ['event_id', 'number', 'started_at', 'duration_ms', 'outcome', 'cause', 'message', 'steps'],
  (db, rows) => db.insertInto('attempts').values(rows),
)

/** A success makes the older dead letters of its record needless (policy.supersedes). */
async function supersedeDead(trx: Kysely<Tables>, endings: readonly Ending[], now: number): Promise<void> {
  const done = endings.filter(({ move }) => move.by === 'done')
  if (done.length === 0) return
  const dead = await trx
    .selectFrom('events')
    .select(['id', 'lane', 'type'])
    .where(sql<boolean>`state = 'dead'`)
    .where('lane', 'in', padded(done.map(({ lane }) => lane)))
    .execute()
  for (const { eventId, lane, type } of done) {
    const older = dead.filter((row) => row.lane === lane && row.id < eventId && supersedes(type, row.type))
    if (older.length === 0) continue
    await trx
      .updateTable('events')
      .set({ state: targetOf('supersede'), cause: 'superseded', message: `Event ${eventId} brought the newer state.` })
      .set({ settled_at: now })
      .where(sql<boolean>`state = 'dead'`)
      .where('id', 'in', padded(older.map(({ id }) => id)))
      .execute()
  }
}

/** Frees the lanes for their next event, or closes them; one that rests stays open for that long. */
async function passOn(trx: Kysely<Tables>, endings: readonly Ending[], now: number): Promise<void> {
  if (endings.length === 0) return
  const lanes = endings.map(({ lane }) => lane)
  const heads = await trx
    .selectFrom('events as head')
    .select(['head.lane', 'head.due_at', 'head.priority'])
    .where('head.id', 'in', (query) =>
      query
        .selectFrom('events')
        .select((all) => all.fn.min<number>('id').as('id'))
        .where(sql<boolean>`state = 'ready'`)
        .where('lane', 'in', padded(lanes))
        .groupBy('lane'),
    )
    .execute()
  const headOf = new Map(heads.map((head) => [head.lane, head]))
  const resting = new Map(endings.filter(({ restMs }) => restMs > 0).map(({ lane, restMs }) => [lane, now + restMs]))
  const closed = lanes.filter((lane) => !headOf.has(lane) && !resting.has(lane))
  if (closed.length > 0) await trx.deleteFrom('lanes').where('lane', 'in', padded(closed)).execute()
  for (const { lane, due_at, priority } of heads)
    await freeLane(trx, { lane, due_at: Math.max(due_at, resting.get(lane) ?? 0), priority })
  for (const [lane, due_at] of resting) if (!headOf.has(lane)) await restLane(trx, { lane, due_at })
}

const freeLane = statement<{ lane: string; due_at: number; priority: number }, unknown>(
  (db) => db.updateTable('lanes').set({ lease_until: null, due_at: 0, priority: 0 }).where('lane', '=', ''),
  (head) => [null, head.due_at, head.priority, head.lane],
)

/** Without an event to run: the claim that finds it empty closes it. */
const restLane = statement<{ lane: string; due_at: number }, unknown>(
  (db) => db.updateTable('lanes').set({ lease_until: null, due_at: 0 }).where('lane', '=', ''),
  ({ lane, due_at }) => [null, due_at, lane],
)
