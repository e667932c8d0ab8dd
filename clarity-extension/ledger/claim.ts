import { CompiledQuery, type Kysely, type Selectable, sql } from 'kysely'
import type { Connection } from '../../shared/outcome.ts'
import { padded } from '../store/padded.ts'
import { procedure } from '../store/procedure.ts'
import type { EventsTable, Tables } from '../store/schema.ts'
import { statement, statementOfList } from '../store/statement.ts'
import type { Dialect } from '../store/store.ts'
import { closeLanes } from './locks.ts'
import { targetOf } from './moves.ts'
import type { TypeRule } from './types.ts'

export interface Claim {
  event: Selectable<EventsTable>
  /** Fencing token of the lane. */
  epoch: number
}

export interface ClaimOptions {
  dialect: Dialect
  now: number
  /** Only lanes that have been due for so long. */
  patienceMs: number
  leaseMs: number
  want: number
  /** Of these at most so many for orders and fulfilment: each holds an order in memory, and more than a few batches gain nothing. */
  wantOfUrgent: number
  /** And so many for stock and catalogue, which may wait: an order never waits for one of their runs to end. */
  wantOfLow: number
  rules: Record<string, TypeRule>
}

interface LeasedLane {
  lane: string
  epoch: number
}

const PRIORITIES = [0, 1, 2, 3] as const
/** Stock, catalogue and first load. */
export const isLow = (priority: number): boolean => priority >= 2
const BOTH: readonly Connection[] = ['clarity', 'odoo']

/**
 * Leases up to `want` lanes that are due, orders before stock before catalogue, and gives the head event of each. A lane whose
 * head needs a paused connection is set aside instead; one that has no events left is closed.
 */
export const claimLanes = procedure(
  new URL('./claim.ts', import.meta.url),
  'claimLanes',
  async (trx, options: ClaimOptions): Promise<Claimed> => {
    const first = await firstDue(trx)
    const lanes = await freeLanes(trx, first, options)
    if (lanes.length === 0) return { claims: [], more: false, nextDue: nextDue(first, options) }
    const { heads, later, empty } = await headsOf(trx, lanes, options)
    if (empty.length > 0) await closeLanes(trx, empty, undefined)
    for (const { lane, due_at } of later)
      await trx.updateTable('lanes').set({ due_at }).where('lane', '=', lane).execute()

    const paused = await pausedConnections(trx)
    const waitsFor = ({ type }: Selectable<EventsTable>) =>
      (options.rules[type]?.needs ?? BOTH).find((connection) => paused.has(connection))
    for (const connection of BOTH) {
      const waiting = heads.filter((head) => waitsFor(head) === connection).map(({ lane }) => lane)
      if (waiting.length > 0)
        await trx.updateTable('lanes').set({ waits_for: connection }).where('lane', 'in', padded(waiting)).execute()
    }
    const ready = heads.filter((head) => waitsFor(head) === undefined)
    const claims = await lease(trx, await newestOfBurst(trx, ready, options), lanes, options)
    // Lanes that were seen and not claimed may have hidden others that are due.
    const more = lanes.length > claims.length
    return { claims, more, nextDue: more ? undefined : nextDue(await firstDue(trx), options) }
  },
  { ahead: true },
)

export interface Claimed {
  claims: Claim[]
  /** Ask again at once. */
  more: boolean
  /** When the next free lane is there to be taken, unix ms. */
  nextDue: number | undefined
}

async function freeLanes(
  trx: Kysely<Tables>,
  first: FirstDue,
  { dialect, now, patienceMs, want, wantOfUrgent, wantOfLow }: ClaimOptions,
): Promise<LeasedLane[]> {
  const lanes: LeasedLane[] = []
  const taken = { urgent: 0, low: 0 }
  const dueBy = now - patienceMs
  for (const priority of PRIORITIES) {
    const kind = isLow(priority) ? 'low' : 'urgent'
    const at = first[priority]
    if (at === null || at > dueBy) continue
    const room = Math.min(want - lanes.length, { urgent: wantOfUrgent, low: wantOfLow }[kind] - taken[kind])
    if (room <= 0) continue
    const found = await dueLanes[dialect](trx, { priority, dueBy, room })
    lanes.push(...found)
    taken[kind] += found.length
  }
  return lanes
}

/** Replicas take each what no other is taking. */
const dueLanes = { sqlite: dueLanesOf(false), postgres: dueLanesOf(true) }

function dueLanesOf(shared: boolean) {
  return statement<{ priority: number; dueBy: number; room: number }, LeasedLane>(
    (db) =>
      db
        .selectFrom('lanes')
        .select(['lane', 'epoch'])
        .where(sql<boolean>`lease_until is null and waits_for is null`)
        .where('priority', '=', 0)
        .where('due_at', '<=', 0)
        .orderBy('due_at')
        .limit(1)
        .$if(shared, (query) => query.forUpdate().skipLocked()),
    ({ priority, dueBy, room }) => [priority, dueBy, room],
  )
}

/** Lanes there is no room for are due when a run ends, which wakes the worker. */
function nextDue(first: FirstDue, { patienceMs, wantOfUrgent, wantOfLow }: ClaimOptions): number | undefined {
  const due = PRIORITIES.filter((priority) => (isLow(priority) ? wantOfLow : wantOfUrgent) > 0).flatMap(
    (priority) => first[priority] ?? [],
  )
  return due.length === 0 ? undefined : Math.min(...due) + patienceMs
}

/** When the first free lane of each priority is due, unix ms. */
type FirstDue = Record<(typeof PRIORITIES)[number], number | null>

/** Reads one entry of the index for each priority, however many lanes wait. */
async function firstDue(trx: Kysely<Tables>): Promise<FirstDue> {
  const { rows } = await trx.executeQuery<FirstDue>(FIRST_DUE)
  const [first] = rows
  if (!first) throw new Error('a select without a table gave no row')
  return first
}

const FIRST_DUE = CompiledQuery.raw(
  `select ${PRIORITIES.map(
    (priority) =>
      `(select due_at from lanes where lease_until is null and waits_for is null and priority = ${priority} order by due_at limit 1) as "${priority}"`,
  )}`,
)

type Head = Selectable<EventsTable>

async function headsOf(trx: Kysely<Tables>, lanes: readonly LeasedLane[], { now }: ClaimOptions) {
  const names = lanes.map(({ lane }) => lane)
  const rows = await oldestReady(trx, names, undefined)
  const found = new Map(rows.map((row) => [row.lane, row]))
  const order = names.map((lane) => found.get(lane)).filter((head) => head !== undefined)
  return {
    heads: order.filter((head) => head.due_at <= now),
    later: order.filter((head) => head.due_at > now),
    empty: names.filter((lane) => !found.has(lane)),
  }
}

const oldestReady = statementOfList<string, undefined, Head>(
  (db, lanes) =>
    db
      .selectFrom('events')
      .selectAll()
      .where('id', 'in', (query) =>
        query
          .selectFrom('events')
          .select((all) => all.fn.min<number>('id').as('id'))
          .where(sql<boolean>`state = 'ready'`)
          .where('lane', 'in', lanes)
          .groupBy('lane'),
      ),
  (lanes) => lanes,
)

async function pausedConnections(trx: Kysely<Tables>): Promise<Set<Connection>> {
  const rows = await paused(trx, undefined)
  return new Set(rows.map(({ name }) => name))
}

const paused = statement<undefined, { name: Connection }>(
  (db) => db.selectFrom('connections').select('name').where('state', '=', 'paused'),
  () => ['paused'],
)

/** Of coalescing types that stand behind one another the newest runs: it says the same as the older ones. */
async function newestOfBurst(trx: Kysely<Tables>, heads: readonly Head[], options: ClaimOptions): Promise<Head[]> {
  const coalescing = heads.filter(({ type }) => options.rules[type]?.coalesce)
  if (coalescing.length === 0) return [...heads]
  const inLanes = coalescing.map(({ lane }) => lane)
  const rows = await dueReady(trx, inLanes, options.now)
  const byLane = Map.groupBy(rows, ({ lane }) => lane)
  const newest = new Map<number, number>()
  for (const head of coalescing) {
    const queue = byLane.get(head.lane) ?? []
    const end = queue.findIndex(({ type }) => type !== head.type)
    const burst = end === -1 ? queue : queue.slice(0, end)
    const last = burst.at(-1)
    if (!last || last.id === head.id) continue
    newest.set(head.id, last.id)
    await trx
      .updateTable('events')
      .set({ state: targetOf('coalesce'), cause: 'superseded', message: `Event ${last.id} brings the newer state.` })
      .set({ settled_at: options.now })
      .where(sql<boolean>`state = 'ready'`)
      .where('lane', '=', head.lane)
      .where('id', '<', last.id)
      .execute()
  }
  if (newest.size === 0) return [...heads]
  const replacements = await trx
    .selectFrom('events')
    .selectAll()
    .where('id', 'in', padded([...newest.values()]))
    .execute()
  const byId = new Map(replacements.map((row) => [row.id, row]))
  return heads.map((head) => byId.get(newest.get(head.id) ?? head.id) ?? head)
}

const dueReady = statementOfList<string, number, Pick<Head, 'id' | 'lane' | 'type'>>(
  (db, lanes) =>
    db
      .selectFrom('events')
      .select(['id', 'lane', 'type'])
      .where(sql<boolean>`state = 'ready'`)
      .where('lane', 'in', lanes)
      .where('due_at', '<=', 0)
      .orderBy('lane')
      .orderBy('id'),
  (lanes, now) => [...lanes, now],
)

async function lease(
  trx: Kysely<Tables>,
  heads: readonly Head[],
  lanes: readonly LeasedLane[],
  { now, leaseMs }: ClaimOptions,
): Promise<Claim[]> {
  if (heads.length === 0) return []
  const until = now + leaseMs
  await leaseLanes(
    trx,
    heads.map(({ lane }) => lane),
    until,
  )
  await runEvents(
    trx,
    heads.map(({ id }) => id),
    undefined,
  )
  const epochs = new Map(lanes.map(({ lane, epoch }) => [lane, epoch + 1]))
  return heads.map((event) => ({
    event: { ...event, state: targetOf('claim'), attempts: event.attempts + 1 },
    epoch: epochs.get(event.lane) ?? 0,
  }))
}

const leaseLanes = statementOfList<string, number, unknown>(
  (db, lanes) => db.updateTable('lanes').set({ lease_until: 0, epoch: sql`epoch + 1` }).where('lane', 'in', lanes),
  (lanes, until) => [until, ...lanes],
)

const runEvents = statementOfList<number, undefined, unknown>(
  (db, ids) =>
    db
      .updateTable('events')
      .set({ state: targetOf('claim'), attempts: sql`attempts + 1` })
      .where('id', 'in', ids),
  (ids) => [targetOf('claim'), ...ids],
)
