import { type Kysely, type Selectable, sql } from 'kysely'
import type { Direction, Entity } from '../../shared/switches.ts'
import type { Seal } from '../privacy/seal.ts'
import { forgetLoadRows } from '../store/forget-load.ts'
import { padded } from '../store/padded.ts'
import type { LoadsTable, Tables } from '../store/schema.ts'
import { inserting, rowOf, stored } from './rows.ts'
import { tallyOf } from './tally.ts'
import type { Decided, Load, LoadRow, LoadState, NewRow, Reading, RowQuery, Said, Tally } from './types.ts'

export type Loads = ReturnType<typeof createLoads>

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

/** Kept where a load says what it is doing. */
export function readingOf({ state, message }: Pick<Load, 'state' | 'message'>): Reading | undefined {
  const [, side, count] = /^reading (clarity|odoo) (\d+)$/.exec(message ?? '') ?? []
  return state === 'planning' && side ? { side: side === 'odoo' ? 'odoo' : 'clarity', count: Number(count) } : undefined
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
