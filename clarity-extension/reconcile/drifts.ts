import { type Kysely, type Selectable, sql } from 'kysely'
import type { Direction } from '../../shared/switches.ts'
import { padded } from '../store/padded.ts'
import type { DriftsTable, Tables } from '../store/schema.ts'
import { type Drift, type DriftKind, repairable } from './drift.ts'

/** A difference as it is kept, from the run that found it to the one that found it gone. */
export interface DriftRow extends Drift {
  id: number
  firstSeenAt: number
  lastSeenAt: number
  /** The first event that failed, or else the last one of its record: where to look. */
  eventId: number | null
  state: 'open' | 'repairing' | 'gone'
  repairedBy: string | null
  ways: readonly Direction[]
}

export interface Drifts {
  /**
   * What a whole comparison found: new ones are added, those of its kinds that were not found again are gone.
   * @returns how many are open
   */
  settle(kinds: readonly DriftKind[], found: readonly Drift[]): Promise<number>
  list(query: { cursor?: number | undefined; limit: number; kind?: DriftKind | undefined }): Promise<DriftPage>
  counts(): Promise<{ kind: DriftKind; count: number }[]>
  get(id: number): Promise<DriftRow | undefined>
  repairing(id: number, by: string): Promise<void>
}

export interface DriftPage {
  rows: DriftRow[]
  next: number | null
}

/** Rows per statement. */
const CHUNK = 500

/** @param now unix milliseconds */
export function createDrifts(db: Kysely<Tables>, now: () => number = Date.now): Drifts {
  return {
    async settle(kinds, found) {
      const at = now()
      const quiet = await withoutMoving(db, found)
      for (let from = 0; from < quiet.length; from += CHUNK) {
        const part = quiet.slice(from, from + CHUNK)
        const causes = await causesOf(
          db,
          part.map(({ lane }) => lane),
        )
        await db
          .insertInto('drifts')
          .values(part.map((drift) => rowOf(drift, causes.get(drift.lane) ?? null, at)))
          .onConflict((conflict) =>
            conflict.columns(['kind', 'key']).where(sql<boolean>`state <> 'gone'`).doUpdateSet({
              clarity: sql`excluded.clarity`,
              odoo: sql`excluded.odoo`,
              event_id: sql`coalesce(drifts.event_id, excluded.event_id)`,
              last_seen_at: at,
              state: 'open',
            }),
          )
          .execute()
      }
      await db
        .updateTable('drifts')
        .set({ state: 'gone' })
        .where('kind', 'in', kinds)
        .where('state', '<>', 'gone')
        .where('last_seen_at', '<', at)
        .execute()
      return quiet.length
    },

    async list({ cursor, limit, kind }) {
      const rows = await open(db)
        .selectAll()
        .$if(cursor !== undefined, (query) => query.where('id', '>', cursor ?? 0))
        .$if(kind !== undefined, (query) => query.where('kind', '=', kind ?? 'stock'))
        .orderBy('id')
        .limit(limit + 1)
        .execute()
      const page = rows.slice(0, limit).map(view)
      return { rows: page, next: rows.length > limit ? (page.at(-1)?.id ?? null) : null }
    },

    async counts() {
      const rows = await open(db)
        .select(({ fn }) => ['kind', fn.countAll<number>().as('count')])
        .groupBy('kind')
        .execute()
      return rows.map(({ kind, count }) => ({ kind, count: Number(count) }))
    },

    async get(id) {
      const row = await open(db).selectAll().where('id', '=', id).executeTakeFirst()
      return row && view(row)
    },

    async repairing(id, by) {
      await db.updateTable('drifts').set({ state: 'repairing', repaired_by: by }).where('id', '=', id).execute()
    },
  }
}

const open = (db: Kysely<Tables>) => db.selectFrom('drifts').where('state', '<>', 'gone')

/** What is on its way is no difference yet: the lane still has something to do. */
async function withoutMoving(db: Kysely<Tables>, found: readonly Drift[]): Promise<Drift[]> {
  const moving = new Set<string>()
  const lanes = [...new Set(found.map(({ lane }) => lane))]
  for (let from = 0; from < lanes.length; from += CHUNK) {
    const rows = await db
      .selectFrom('lanes')
      .select('lane')
      .where('lane', 'in', padded(lanes.slice(from, from + CHUNK)))
      .execute()
    for (const { lane } of rows) moving.add(lane)
  }
  return found.filter(({ lane }) => !moving.has(lane))
}

/** By lane: the first event that failed or was left out, else the newest. */
async function causesOf(db: Kysely<Tables>, lanes: string[]): Promise<Map<string, number>> {
  if (lanes.length === 0) return new Map()
  const rows = await db
    .selectFrom('events')
    .select(({ fn }) => [
      'lane',
      fn.max('id').as('newest'),
      sql<
        number | null
      >`min(case when state in ('dead', 'held', 'dismissed') or cause = 'switched_off' then id end)`.as('failed'),
    ])
    .where('lane', 'in', padded([...new Set(lanes)]))
    .groupBy('lane')
    .execute()
  return new Map(rows.map(({ lane, newest, failed }) => [lane, Number(failed ?? newest)]))
}

const rowOf = (drift: Drift, eventId: number | null, at: number) => ({
  ...drift,
  event_id: eventId,
  first_seen_at: at,
  last_seen_at: at,
  state: 'open' as const,
})

const view = (row: Selectable<DriftsTable>): DriftRow => ({
  id: row.id,
  kind: row.kind,
  key: row.key,
  lane: row.lane,
  subject: row.subject,
  clarity: row.clarity,
  odoo: row.odoo,
  firstSeenAt: row.first_seen_at,
  lastSeenAt: row.last_seen_at,
  eventId: row.event_id,
  state: row.state,
  repairedBy: row.repaired_by,
  ways: repairable[row.kind],
})
