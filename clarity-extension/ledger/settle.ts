import { type Kysely, type Selectable, sql } from 'kysely'
import type { Connection } from '../../shared/outcome.ts'
import { recordChange } from '../audit/record.ts'
import { padded } from '../store/padded.ts'
import { procedure } from '../store/procedure.ts'
import type { EventState, EventsTable, Tables } from '../store/schema.ts'
import { statementOfList, statementOfRows, statementOfUpdates } from '../store/statement.ts'
import type { Dialect } from '../store/store.ts'
import { pause } from './connections.ts'
import { closeLanes, lockLanes } from './locks.ts'
import { sourcesOf, targetOf } from './moves.ts'
import { type Issue, isAnsweredBySuccess, type Move, supersedes } from './policy.ts'
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
  /** It went through after a person replayed it: what stood in its way is mended, for others too. */
  mended?: Issue
}

/** Settles a group of attempts and opens their lanes for what comes next. */
export const settleEndings = procedure(
  new URL('./settle.ts', import.meta.url),
  'settleEndings',
  async (trx, { endings, now, dialect }: Batch) => {
    if (endings.length === 0) return []
    const valid = await stillOurs(trx, endings, dialect)
    const written = [...valid.keys()]
    await updateEvents(trx, written, now)
    const settled: Settled[] = []
    for (const ending of endings) {
      if (!valid.has(ending)) settled.push({ to: undefined })
      else settled.push({ ...(await pauseFor(trx, ending, now, dialect)), ...mendedBy(ending, valid.get(ending)) })
    }
    await insertAttempts(trx, written.map(attemptOf))
    await supersedeOlder(trx, written, now)
    await passOn(trx, written, now)
    const delivered = written.filter(({ move }) => move.by === 'done')
    await countThroughput(trx, now, {
      delivered: delivered.length,
      orders: delivered.filter(({ type }) => type.startsWith('order.')).length,
      failed: settled.filter(({ to }) => to === 'dead' || to === 'held').length,
    })
    return settled
  },
  { ahead: true },
)

interface Batch {
  endings: Ending[]
  now: number
  dialect: Dialect
}

/** On PostgreSQL the lane is locked before anything is looked up: an ingest that holds it is waited for, and seen. */
async function stillOurs(
  trx: Kysely<Tables>,
  endings: readonly Ending[],
  dialect: Dialect,
): Promise<Map<Ending, Before>> {
  const names = [...new Set(endings.map(({ lane }) => lane))]
  const ids = endings.map(({ eventId }) => eventId)
  const lanes = await leased[dialect](trx, names, undefined)
  const running = await runningOf(trx, ids, undefined)
  const epochs = new Map(lanes.map(({ lane, epoch }) => [lane, epoch]))
  const rows = new Map(running.map((row) => [row.id, row]))
  const valid = new Map<Ending, Before>()
  for (const ending of endings) {
    const row = rows.get(ending.eventId)
    if (epochs.get(ending.lane) !== ending.epoch || !row) continue
    rows.delete(ending.eventId)
    valid.set(ending, row)
  }
  return valid
}

const leased = { sqlite: leasedOn('sqlite'), postgres: leasedOn('postgres') }

function leasedOn(dialect: Dialect) {
  return statementOfList<string, undefined, { lane: string; epoch: number }>(
    (db, lanes) => lockLanes(db, dialect).where('lane', 'in', lanes).where(sql<boolean>`lease_until is not null`),
    (lanes) => lanes,
  )
}

const runningOf = statementOfList<number, undefined, Before>(
  (db, ids) =>
    db
      .selectFrom('events')
      .select(['id', 'issue_cause', 'issue_field', 'issue_value', 'settled_by'])
      .where('state', '=', 'running')
      .where('id', 'in', ids),
  (ids) => ['running', ...ids],
)

type Before = Pick<Selectable<EventsTable>, 'id' | 'issue_cause' | 'issue_field' | 'issue_value' | 'settled_by'>

/** What the bridge replayed itself releases nothing further: each release comes from a person's click. */
function mendedBy({ move }: Ending, before: Before | undefined): Pick<Settled, 'mended'> {
  if (move.by !== 'done' || !before?.issue_cause || !before.settled_by || before.settled_by === BRIDGE) return {}
  return { mended: { cause: before.issue_cause, field: before.issue_field, value: before.issue_value } }
}

/** Who moves events without a person. */
export const BRIDGE = 'bridge'

async function pauseFor(trx: Kysely<Tables>, ending: Ending, now: number, dialect: Dialect): Promise<Settled> {
  const { move } = ending
  const to = targetOf(move.by)
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

type Change = Pick<
  Selectable<EventsTable>,
  'id' | 'state' | 'attempts' | 'due_at' | 'settled_at' | 'cause' | 'message' | 'details'
>
type ChangeOfIssue = Change & Pick<Selectable<EventsTable>, 'issue_cause' | 'issue_field' | 'issue_value'>

/** What is tried again keeps what stood in its way. */
async function updateEvents(trx: Kysely<Tables>, endings: readonly Ending[], now: number): Promise<void> {
  const keeping: Change[] = []
  const whole: ChangeOfIssue[] = []
  for (const ending of endings) {
    const change = changeOf(ending, now)
    const { issue } = ending.move
    if (change.state === 'ready' && !issue) keeping.push(change)
    else {
      const { cause = null, field = '', value = '' } = issue ?? {}
      whole.push({ ...change, issue_cause: cause, issue_field: field, issue_value: value })
    }
  }
  await updateKeeping(trx, keeping)
  await updateWhole(trx, whole)
}

function changeOf({ eventId: id, attempt, move }: Ending, now: number): Change {
  const state = targetOf(move.by)
  return {
    id,
    state,
    attempts: move.counts ? attempt : attempt - 1,
    due_at: now + move.delayMs,
    settled_at: state === 'ready' ? null : now,
    cause: move.cause,
    message: move.message,
    details: move.details,
  }
}

const changed = { state: 'done', attempts: 0, due_at: 0, settled_at: 0, cause: '', message: '', details: '' } as const
const changedIssue = { ...changed, issue_cause: '', issue_field: '', issue_value: '' }
const updateKeeping = updatesOf<Change>(changed)
const updateWhole = updatesOf<ChangeOfIssue>(changedIssue)

/** @param values any, of the columns that are changed */
function updatesOf<Row extends Change>(values: Omit<Row, 'id'>) {
  const columns = Object.keys(values) as (keyof Row & string)[]
  return statementOfUpdates<Row>(columns, 'id', (db) => db.updateTable('events').set(values).where('id', '=', 0))
}

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

/** A success makes needless what waits for a person of its record and is older (policy.supersedes, policy.isAnsweredBySuccess). */
async function supersedeOlder(trx: Kysely<Tables>, endings: readonly Ending[], now: number): Promise<void> {
  const done = endings.filter(({ move }) => move.by === 'done')
  if (done.length === 0) return
  const lanes = done.map(({ lane }) => lane)
  const waiting = await waitingForPerson(trx, lanes, undefined)
  const needless = waiting.filter(({ state, cause }) => state === 'dead' || isAnsweredBySuccess(cause))
  for (const { eventId, lane, type } of done) {
    const older = needless.filter((row) => row.lane === lane && row.id < eventId && supersedes(type, row.type))
    if (older.length === 0) continue
    await trx
      .updateTable('events')
      .set({ state: targetOf('supersede'), cause: 'superseded', message: `Event ${eventId} brought the newer state.` })
      .set({ settled_at: now })
      .where('state', 'in', sourcesOf('supersede'))
      .where('id', 'in', padded(older.map(({ id }) => id)))
      .execute()
  }
}

// Literal states, one at a time: each has an index of its own over the few rows that are in it.
const waitingForPerson = statementOfList<
  string,
  undefined,
  Pick<Selectable<EventsTable>, 'id' | 'lane' | 'type' | 'cause' | 'state'>
>(
  (db, lanes) => {
    const inLanes = db.selectFrom('events').select(['id', 'lane', 'type', 'cause', 'state']).where('lane', 'in', lanes)
    return inLanes.where(sql<boolean>`state = 'dead'`).unionAll(inLanes.where(sql<boolean>`state = 'held'`))
  },
  (lanes) => [...lanes, ...lanes],
)

/**
 * Frees the lanes for their next event, or closes them; one that rests stays open for that long.
 * @returns whether any has a next one
 */
export async function passOn(
  trx: Kysely<Tables>,
  endings: readonly Pick<Ending, 'lane' | 'restMs'>[],
  now: number,
): Promise<boolean> {
  if (endings.length === 0) return false
  const lanes = endings.map(({ lane }) => lane)
  const heads = await headsOf(trx, lanes, undefined)
  const headOf = new Map(heads.map((head) => [head.lane, head]))
  const resting = new Map(endings.filter(({ restMs }) => restMs > 0).map(({ lane, restMs }) => [lane, now + restMs]))
  const closed = lanes.filter((lane) => !headOf.has(lane) && !resting.has(lane))
  if (closed.length > 0) await closeLanes(trx, closed, undefined)
  await freeLanes(
    trx,
    heads.map(({ lane, due_at, priority }) => {
      return { lane, lease_until: null, due_at: Math.max(due_at, resting.get(lane) ?? 0), priority }
    }),
  )
  const empty = [...resting].filter(([lane]) => !headOf.has(lane))
  await restLanes(
    trx,
    empty.map(([lane, due_at]) => ({ lane, lease_until: null, due_at })),
  )
  return heads.length > 0
}

const headsOf = statementOfList<string, undefined, { lane: string; due_at: number; priority: number }>(
  (db, lanes) =>
    db
      .selectFrom('events as head')
      .select(['head.lane', 'head.due_at', 'head.priority'])
      .where('head.id', 'in', (query) =>
        query
          .selectFrom('events')
          .select((all) => all.fn.min<number>('id').as('id'))
          .where(sql<boolean>`state = 'ready'`)
          .where('lane', 'in', lanes)
          .groupBy('lane'),
      ),
  (lanes) => lanes,
)

type Freed = Pick<Selectable<Tables['lanes']>, 'lane' | 'lease_until' | 'due_at' | 'priority'>

const freeLanes = statementOfUpdates<Freed>(['lease_until', 'due_at', 'priority'], 'lane', (db) =>
  db.updateTable('lanes').set({ lease_until: null, due_at: 0, priority: 0 }).where('lane', '=', ''),
)

/** Without an event to run: the claim that finds it empty closes it. */
const restLanes = statementOfUpdates<Omit<Freed, 'priority'>>(['lease_until', 'due_at'], 'lane', (db) =>
  db.updateTable('lanes').set({ lease_until: null, due_at: 0 }).where('lane', '=', ''),
)
