import { type Kysely, type Selectable, sql } from 'kysely'
import { z } from 'zod'
import type { Problem } from '../../shared/outcome.ts'
import type { Direction, Entity } from '../../shared/switches.ts'
import type { Seal } from '../privacy/seal.ts'
import { forgetLoadRows } from '../store/forget-load.ts'
import { padded } from '../store/padded.ts'
import type { LoadRowsTable, LoadsTable, Tables } from '../store/schema.ts'
import { statementOfRows } from '../store/statement.ts'

export type LoadState = LoadsTable['state']
export type RowVerdict = LoadRowsTable['verdict']
export type RowState = LoadRowsTable['state']
export const decisions = ['link', 'new', 'skip'] as const
export type Decision = (typeof decisions)[number]

export interface Load {
  id: number
  entity: Entity
  direction: Direction
  state: LoadState
  message: string | null
  madeBy: string
  madeAt: number
  startedAt: number | null
  resumedAt: number | null
  finishedAt: number | null
}

/** A record as a person sees it. */
export interface Known {
  id: string
  label: string
  keys: Readonly<Record<string, string>>
  /** @see Candidate */
  changedAt?: string
}

export interface NewRow {
  /** Absent where only the other side has it. */
  source: Known | undefined
  target: string | null
  candidates: readonly Known[]
  verdict: RowVerdict
  why: string | null
  choices: readonly Decision[]
}

export interface LoadRow extends NewRow {
  id: number
  decision: Decision | null
  decidedBy: string | null
  state: RowState
  said: Said | null
}

/** What became of it, for the person who looks. */
export interface Said {
  message: string
  problems: Problem[]
}

/** How many records of a side a dry run has read. */
export interface Reading {
  side: 'clarity' | 'odoo'
  count: number
}

/** Kept where a load says what it is doing. */
export function readingOf({ state, message }: Pick<Load, 'state' | 'message'>): Reading | undefined {
  const [, side, count] = /^reading (clarity|odoo) (\d+)$/.exec(message ?? '') ?? []
  return state === 'planning' && side ? { side: side === 'odoo' ? 'odoo' : 'clarity', count: Number(count) } : undefined
}

export interface Tally {
  verdicts: Record<RowVerdict, number>
  /** Conflicts that wait for a decision, by cause. */
  open: { why: string; count: number; choices: Decision[] }[]
  skipped: { why: string; count: number }[]
  progress: { total: number; done: number; left: number; failed: number; perSecond: number | null }
}

export interface RowQuery {
  verdict?: RowVerdict | undefined
  state?: RowState | undefined
  why?: string | undefined
  /** Only conflicts that nobody has decided. */
  undecided?: boolean | undefined
  cursor?: number | undefined
  limit: number
}

export type Loads = ReturnType<typeof createLoads>

/** A rate is that of the last minute. */
const WINDOW_MS = 60_000
const OPEN_STATES: readonly LoadState[] = ['planning', 'running']
const MOVING: readonly LoadState[] = ['planning', 'running', 'paused']

/** @param now unix milliseconds */
export function createLoads(db: Kysely<Tables>, seal: Pick<Seal, 'text' | 'openText'>, now: () => number = Date.now) {
  const loads = () => db.selectFrom('loads').selectAll()
  const insertRows = inserting()
  const rowsOf = (id: number) => db.selectFrom('load_rows').where('load_id', '=', id)
  const note = async (id: number, message: string | null): Promise<void> => {
    await db.updateTable('loads').set({ message }).where('id', '=', id).execute()
  }

  return {
    /** The one before of the entity is forgotten. @returns undefined while that one is under way */
    async create(entity: Entity, direction: Direction, by: string): Promise<number | undefined> {
      // One that failed is not taken up again: nobody starts it while its rows go.
      const before = await db
        .updateTable('loads')
        .set({ state: 'failed' })
        .where('entity', '=', entity)
        .where('state', 'not in', MOVING)
        .returning('id')
        .executeTakeFirst()
      if (before) await forgetLoadRows(db, before.id)
      return db.transaction().execute(async (trx) => {
        await trx.deleteFrom('loads').where('entity', '=', entity).where('state', 'not in', MOVING).execute()
        const row = { entity, direction, state: 'planning' as const, made_by: by, made_at: now() }
        const made = await trx
          .insertInto('loads')
          .values(row)
          .onConflict((conflict) => conflict.column('entity').doNothing())
          .returning('id')
          .executeTakeFirst()
        return made?.id
      })
    },

    async get(id: number): Promise<Load | undefined> {
      const row = await loads().where('id', '=', id).executeTakeFirst()
      return row && loadOf(row)
    },
    list: async (): Promise<Load[]> => (await loads().orderBy('id').execute()).map(loadOf),
    /** Those that have something to do, oldest first. */
    open: async (): Promise<Load[]> =>
      (await loads().where('state', 'in', OPEN_STATES).orderBy('id').execute()).map(loadOf),

    /** @param from only in one of these states. @returns whether it was */
    async move(id: number, from: readonly LoadState[], to: LoadState, message: string | null = null): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('loads')
        .set({
          state: to,
          message,
          ...(to === 'running' ? { started_at: sql<number>`coalesce(started_at, ${now()})`, resumed_at: now() } : {}),
          finished_at: to === 'done' || to === 'failed' || to === 'cancelled' ? now() : null,
        })
        .where('id', '=', id)
        .where('state', 'in', from)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    /** What it is doing or waiting for. */
    note,
    /** How many records of a side a dry run has read: `readingOf` tells it. */
    reading: (id: number, { side, count }: Reading): Promise<void> => note(id, `reading ${side} ${count}`),

    /** All rows of a plan; those of an interrupted one before are forgotten. */
    async fill(id: number, rows: Iterable<NewRow>): Promise<void> {
      await forgetLoadRows(db, id)
      for (const part of chunks(rows, 512))
        await insertRows(
          db,
          part.map((row) => stored(id, row, seal)),
        )
    },

    tally: (id: number): Promise<Tally> => tallyOf(db, id, now()),

    async rows(id: number, query: RowQuery): Promise<{ rows: LoadRow[]; next: number | null }> {
      const { verdict, state, why, undecided, cursor = 0, limit } = query
      const found = await rowsOf(id)
        .selectAll()
        .where('id', '>', cursor)
        .$if(verdict !== undefined, (some) => some.where('verdict', '=', verdict ?? 'new'))
        .$if(state !== undefined, (some) => some.where('state', '=', state ?? 'out'))
        .$if(why !== undefined, (some) => some.where('why', '=', why ?? ''))
        .$if(undecided === true, (some) => some.where('decision', 'is', null))
        .orderBy('id')
        .limit(limit + 1)
        .execute()
      const page = found.slice(0, limit).map((row) => rowOf(row, seal))
      return { rows: page, next: found.length > limit ? (page.at(-1)?.id ?? null) : null }
    },

    /** The next rows that wait to be brought over. */
    async waiting(id: number, after: number, limit: number): Promise<LoadRow[]> {
      const rows = await rowsOf(id)
        .selectAll()
        .where('state', '=', 'waiting')
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map((row) => rowOf(row, seal))
    },
    /** Those of certain records, by their id on either side. */
    async waitingFor(id: number, column: 'source_id' | 'target_id', ids: readonly string[]): Promise<LoadRow[]> {
      if (ids.length === 0) return []
      const rows = await rowsOf(id)
        .selectAll()
        .where('state', '=', 'waiting')
        .where(column, 'in', padded(ids))
        .orderBy('id')
        .execute()
      return rows.map((row) => rowOf(row, seal))
    },

    /** What became of rows: one statement for all that went well, whatever they said. */
    settle: (ends: readonly { id: number; state: 'done' | 'left' | 'failed'; said: Said | null }[]): Promise<void> =>
      db.transaction().execute(async (trx) => {
        const plain = ends.filter(({ said }) => said === null)
        for (const [state, some] of Map.groupBy(plain, (end) => end.state))
          await trx
            .updateTable('load_rows')
            .set({ state, said: null, settled_at: now() })
            .where('id', 'in', padded(some.map(({ id }) => id)))
            .execute()
        for (const { id, state, said } of ends)
          if (said)
            await trx
              .updateTable('load_rows')
              .set({ state, said: seal.text(JSON.stringify(said)), settled_at: now() })
              .where('id', '=', id)
              .execute()
      }),
    /** Whatever still waits is nowhere to be found. @returns how many */
    async giveUp(id: number, said: Said): Promise<number> {
      const { numUpdatedRows } = await db
        .updateTable('load_rows')
        .set({ state: 'failed', said: seal.text(JSON.stringify(said)), settled_at: now() })
        .where('load_id', '=', id)
        .where('state', '=', 'waiting')
        .executeTakeFirst()
      return Number(numUpdatedRows)
    },
    /** Those that failed wait again. @returns how many */
    async again(id: number): Promise<number> {
      const { numUpdatedRows } = await db
        .updateTable('load_rows')
        .set({ state: 'waiting', said: null, settled_at: null })
        .where('load_id', '=', id)
        .where('state', '=', 'failed')
        .executeTakeFirst()
      return Number(numUpdatedRows)
    },

    /**
     * A person's word on conflicts: one row, or all of a cause that have one candidate (or need none). Rows that were brought
     * over stay as they are.
     * @returns how many it decided
     */
    decide: async (
      id: number,
      which: { row: number } | { why: string },
      what: Decided,
      by: string,
    ): Promise<number> => {
      const { decision, target } = what
      const change = {
        decision,
        decided_by: by,
        state: decision === 'skip' ? ('out' as const) : ('waiting' as const),
        ...(decision === 'link' ? ('row' in which ? { target_id: target ?? null } : {}) : { target_id: null }),
      }
      const { numUpdatedRows } = await db
        .updateTable('load_rows')
        .set(change)
        .where('load_id', '=', id)
        .where('verdict', '=', 'conflict')
        .where('state', 'in', ['out', 'waiting', 'failed'])
        .where(sql<boolean>`' ' || choices || ' ' like ${`% ${decision} %`}`)
        .$if('row' in which, (some) => some.where('id', '=', 'row' in which ? which.row : 0))
        .$if('why' in which, (some) =>
          some.where('why', '=', 'why' in which ? which.why : '').where('decision', 'is', null),
        )
        // Of several candidates a person names one, row by row.
        .$if('why' in which && decision === 'link', (some) => some.where('target_id', 'is not', null))
        .executeTakeFirst()
      return Number(numUpdatedRows)
    },
  }
}

export interface Decided {
  decision: Decision
  target?: string | undefined
}

function* chunks<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let part: T[] = []
  for (const item of items) {
    part.push(item)
    if (part.length < size) continue
    yield part
    part = []
  }
  if (part.length > 0) yield part
}

type StoredRow = Pick<
  LoadRowsTable,
  'load_id' | 'source_id' | 'target_id' | 'shown' | 'verdict' | 'why' | 'choices' | 'state'
>
/** One per store: what is compiled for one dialect is none of the other's. */
const inserting = () =>
  statementOfRows<StoredRow, unknown>(
    ['load_id', 'source_id', 'target_id', 'shown', 'verdict', 'why', 'choices', 'state'],
    (db, rows) => db.insertInto('load_rows').values(rows),
  )

const stored = (id: number, row: NewRow, seal: Pick<Seal, 'text'>): StoredRow => ({
  load_id: id,
  source_id: row.source?.id ?? '',
  target_id: row.target,
  shown: seal.text(JSON.stringify({ source: row.source, candidates: row.candidates })),
  verdict: row.verdict,
  why: row.why,
  choices: row.choices.join(' '),
  state: row.verdict === 'new' || row.verdict === 'linked' ? 'waiting' : 'out',
})

const known = z.object({
  id: z.string(),
  label: z.string(),
  keys: z.record(z.string(), z.string()),
  changedAt: z.string().exactOptional(),
})
const shownShape = z.object({ source: known.optional(), candidates: z.array(known) })
const saidShape = z.object({
  message: z.string(),
  problems: z.array(
    z.object({
      code: z.string(),
      field: z.string().exactOptional(),
      value: z.string().exactOptional(),
      message: z.string(),
      remedy: z.string(),
    }),
  ),
})

function rowOf(row: Selectable<LoadRowsTable>, seal: Pick<Seal, 'openText'>): LoadRow {
  const { source, candidates } = shownShape.parse(JSON.parse(seal.openText(row.shown)))
  return {
    id: row.id,
    source,
    candidates,
    target: row.target_id,
    verdict: row.verdict,
    why: row.why,
    choices: choicesOf(row.choices),
    decision: row.decision,
    decidedBy: row.decided_by,
    state: row.state,
    said: row.said === null ? null : saidShape.parse(JSON.parse(seal.openText(row.said))),
  }
}

const choicesOf = (text: string): Decision[] => decisions.filter((one) => text.split(' ').includes(one))

function loadOf(row: Selectable<LoadsTable>): Load {
  return {
    id: row.id,
    entity: row.entity,
    direction: row.direction,
    state: row.state,
    message: row.message,
    madeBy: row.made_by,
    madeAt: row.made_at,
    startedAt: row.started_at,
    resumedAt: row.resumed_at,
    finishedAt: row.finished_at,
  }
}

async function tallyOf(db: Kysely<Tables>, id: number, now: number): Promise<Tally> {
  const rows = await db
    .selectFrom('load_rows')
    .select(({ fn }) => ['verdict', 'why', 'state', 'decision', 'choices', fn.countAll<number>().as('count')])
    .where('load_id', '=', id)
    .groupBy(['verdict', 'why', 'state', 'decision', 'choices'])
    .execute()
  const tally: Tally = {
    verdicts: { new: 0, linked: 0, conflict: 0, skipped: 0 },
    open: [],
    skipped: [],
    progress: { total: 0, done: 0, left: 0, failed: 0, perSecond: await rateOf(db, id, now) },
  }
  for (const { verdict, why, state, decision, choices, count } of rows) {
    const n = Number(count)
    tally.verdicts[verdict] += n
    if (verdict === 'skipped') add(tally.skipped, { why: why ?? '', count: n })
    if (verdict === 'conflict' && decision === null) {
      const same = tally.open.find((one) => one.why === why)
      if (same) same.count += n
      else tally.open.push({ why: why ?? '', count: n, choices: choicesOf(choices) })
    }
    if (state === 'out') continue
    tally.progress.total += n
    if (state !== 'waiting') tally.progress[state] += n
  }
  return tally
}

function add(list: { why: string; count: number }[], row: { why: string; count: number }) {
  const same = list.find(({ why }) => why === row.why)
  if (same) same.count += row.count
  else list.push(row)
}

/** Records per second in the last minute, or since it went on. */
async function rateOf(db: Kysely<Tables>, id: number, now: number): Promise<number | null> {
  const load = await db.selectFrom('loads').select(['state', 'resumed_at']).where('id', '=', id).executeTakeFirst()
  if (load?.state !== 'running' || load.resumed_at === null) return null
  const since = Math.max(now - WINDOW_MS, load.resumed_at)
  const { count } = await db
    .selectFrom('load_rows')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('load_id', '=', id)
    .where('settled_at', '>=', since)
    .executeTakeFirstOrThrow()
  return now > since ? (Number(count) * 1_000) / (now - since) : null
}
