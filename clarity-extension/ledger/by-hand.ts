import { type Kysely, sql } from 'kysely'
import { jsonOf } from '../../shared/json.ts'
import { PROPOSED } from '../../shared/switches.ts'
import { type Change, recordChange } from '../audit/record.ts'
import type { EventState, Tables } from '../store/schema.ts'
import { route } from './lanes.ts'
import { type MoveName, sourcesOf, targetOf } from './moves.ts'
import type { Settings } from './settings.ts'
import type { Ledger, Selection } from './types.ts'

export type ByHand = Pick<Ledger, 'replay' | 'rerun' | 'correct' | 'dismiss' | 'release'>

/** Rows moved in one transaction; a cause may have thousands, and the doors must not wait for all of them. */
const BATCH = 500

/** What a person does with events. Each click moves only what its move allows, so that a second click finds nothing. */
export function createByHand({ store, now, seal }: Settings, onReady: () => void): ByHand {
  const { db, dialect } = store

  const opened = async (...given: Parameters<typeof eligible>) =>
    (await eligible(...given)).map((event) => ({
      ...event,
      payload: seal.openBytes(event.payload),
      correction: event.correction === null ? null : seal.openText(event.correction),
    }))

  /** One record per transaction: what was moved, and out of which states. */
  const record = async (
    trx: Kysely<Tables>,
    who: string,
    action: Change['action'],
    events: readonly Pick<Candidate, 'id' | 'state'>[],
    after: object = {},
  ) => {
    const [first] = events
    if (!first) return
    const entity = events.length === 1 ? `event:${first.id}` : 'events'
    const before = { states: [...new Set(events.map(({ state }) => state))] }
    const more = { moved: events.length, ids: events.map(({ id }) => id) }
    await recordChange(trx, dialect, { who, action, entity, before, after: { ...after, ...more } }, now())
  }

  const backInLine = async (
    trx: Kysely<Tables>,
    ids: readonly number[],
    by: string,
    move: MoveName,
    before?: number,
  ) => {
    const events = await opened(trx, ids, sourcesOf(move), before)
    const readable = await rerouted(trx, events)
    await openLanes(trx, readable, now())
    const moved = await makeReady(trx, readable, by, move, now())
    await record(trx, by, move === 'rerun' ? 'event.rerun' : 'event.replay', readable)
    return moved
  }
  const replayIds = (ids: readonly number[], by: string, move: MoveName, before?: number) =>
    inBatches(ids, (part) => db.transaction().execute((trx) => backInLine(trx, part, by, move, before)))

  return {
    async replay(which, by) {
      const move = 'ids' in which ? 'replay' : 'replayCause'
      const moved = await replayIds(await idsOf(db, which), by, move)
      onReady()
      return { moved }
    },

    async release(change, by) {
      const moved = await db.transaction().execute(async (trx) => {
        const ids = [...new Set(await change(trx))]
        return inBatches(ids, (part) => backInLine(trx, part, by, 'replayCause'))
      })
      onReady()
      return { moved }
    },

    async rerun(ids, before, by) {
      const moved = await replayIds(ids, by, 'rerun', before)
      onReady()
      return { moved }
    },

    async correct(id, correction, by) {
      const result = await db.transaction().execute(async (trx) => {
        const [event] = await opened(trx, [id], sourcesOf('replay'))
        if (!event) return { moved: 0 }
        const place = route(event.source, Buffer.from(correction))
        if ('fault' in place) return { moved: 0, fault: place.fault }
        if (event.type !== 'unreadable' && place.lane !== event.lane)
          return { moved: 0, fault: `/data: belongs to ${place.lane}; a correction must stay with ${event.lane}.` }
        const readable = await rerouted(trx, [{ ...event, correction }])
        // The lane before its events, as wherever an attempt is settled.
        await openLanes(trx, readable, now())
        await trx
          .updateTable('events')
          .set({ correction: seal.text(correction), corrected_by: by, corrected_at: now() })
          .where('id', '=', id)
          .execute()
        const moved = await makeReady(trx, readable, by, 'replay', now())
        await record(trx, by, 'event.correct', readable, { fields: changedFields(event, correction) })
        return { moved }
      })
      onReady()
      return result
    },

    async dismiss(which, reason, by) {
      const moved = await inBatches(await idsOf(db, which), async (ids) => {
        return db.transaction().execute(async (trx) => {
          const events = await opened(trx, ids, sourcesOf('dismiss'))
          if (events.length === 0) return 0
          const { numUpdatedRows } = await trx
            .updateTable('events')
            .set({ state: targetOf('dismiss'), message: reason, settled_by: by, settled_at: now() })
            .where(
              'id',
              'in',
              events.map(({ id }) => id),
            )
            .where('state', 'in', sourcesOf('dismiss'))
            .executeTakeFirst()
          await record(trx, by, 'event.dismiss', events, { reason })
          return Number(numUpdatedRows)
        })
      })
      return { moved }
    },
  }
}

async function idsOf(db: Kysely<Tables>, which: Selection): Promise<readonly number[]> {
  if ('ids' in which) return [...new Set(which.ids)]
  const { cause, field, value, state, from, to } = which
  const rows = await db
    .selectFrom('events')
    .select('id')
    .where(sql<boolean>`state in ('dead', 'held')`)
    .$if(state !== undefined, (events) => events.where('state', '=', state ?? 'dead'))
    .$if(cause !== undefined, (events) => events.where('cause', '=', cause ?? ''))
    .$if(field !== undefined, (events) => events.where('issue_field', '=', field ?? ''))
    .$if(value !== undefined, (events) => events.where('issue_value', '=', value ?? ''))
    .$if(from !== undefined, (events) => events.where('received_at', '>=', from ?? 0))
    .$if(to !== undefined, (events) => events.where('received_at', '<', to ?? 0))
    .orderBy('id')
    .execute()
  return rows.map(({ id }) => id)
}

async function inBatches(ids: readonly number[], move: (part: number[]) => Promise<number>): Promise<number> {
  let moved = 0
  for (let from = 0; from < ids.length; from += BATCH) moved += await move(ids.slice(from, from + BATCH))
  return moved
}

type Candidate = Awaited<ReturnType<typeof eligible>>[number]

function eligible(trx: Kysely<Tables>, ids: readonly number[], states: EventState[], before?: number) {
  return trx
    .selectFrom('events')
    .select(['id', 'source', 'type', 'lane', 'state', 'payload', 'correction', 'priority'])
    .where('id', 'in', ids)
    .where('state', 'in', states)
    .$if(before !== undefined, (query) => query.where('settled_at', '<', before ?? 0))
    .orderBy('lane')
    .execute()
}

/** Which fields a correction changes, as JSON pointers: the record names them, the values stand beside the original. */
function changedFields({ payload, correction: before }: Candidate, after: string): string[] {
  const original = jsonOf(before ?? Buffer.from(payload).toString('utf8'))
  return original === undefined ? ['/'] : differences(original, jsonOf(after), '').slice(0, 50)
}

function differences(a: unknown, b: unknown, path: string): string[] {
  if (!isRecord(a) || !isRecord(b)) return JSON.stringify(a) === JSON.stringify(b) ? [] : [path || '/']
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  return keys.flatMap((key) => differences(a[key], b[key], `${path}/${key}`))
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** Unreadable events that can be read now take their place; those that still cannot stay where they are. */
async function rerouted(trx: Kysely<Tables>, events: readonly Candidate[]): Promise<Candidate[]> {
  const readable: Candidate[] = []
  for (const event of events) {
    if (event.type !== 'unreadable') {
      readable.push(event)
      continue
    }
    const place = route(event.source, Buffer.from(event.correction ?? event.payload))
    if ('fault' in place) continue
    const { type, lane, subject, priority, worth } = place
    const worthColumns = { amount: worth?.units ?? null, currency: worth?.currency ?? null }
    await trx
      .updateTable('events')
      .set({ type, lane, subject, priority, ...worthColumns })
      .where('id', '=', event.id)
      .execute()
    readable.push({ ...event, type, lane, priority })
  }
  return readable.sort((a, b) => (a.lane < b.lane ? -1 : 1))
}

/** A replayed event is older than what waits in its lane: it is the head, and it is due now. */
async function openLanes(trx: Kysely<Tables>, events: readonly Candidate[], now: number): Promise<void> {
  const lanes = new Map(events.map(({ lane, priority }) => [lane, priority]))
  if (lanes.size === 0) return
  await trx
    .insertInto('lanes')
    .values([...lanes].map(([lane, priority]) => ({ lane, priority, due_at: now, epoch: now })))
    .onConflict((conflict) => conflict.column('lane').doUpdateSet({ due_at: now }))
    .execute()
}

async function makeReady(
  trx: Kysely<Tables>,
  events: readonly Candidate[],
  by: string,
  move: MoveName,
  now: number,
): Promise<number> {
  if (events.length === 0) return 0
  const { numUpdatedRows } = await trx
    .updateTable('events')
    .set({
      state: targetOf(move),
      attempts: 0,
      due_at: now,
      settled_at: null,
      settled_by: by,
      // Replaying a proposal accepts it.
      approved_by: sql<string | null>`case when state = 'held' and cause = ${PROPOSED} then ${by} else approved_by end`,
    })
    .where(
      'id',
      'in',
      events.map(({ id }) => id),
    )
    .where('state', 'in', sourcesOf(move))
    .executeTakeFirst()
  return Number(numUpdatedRows)
}
