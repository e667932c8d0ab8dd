import type { Kysely } from 'kysely'
import { jsonOf } from '../../shared/json.ts'
import { padded } from '../store/padded.ts'
import type { Tables } from '../store/schema.ts'
import type { Person } from './persons.ts'
import { lastIds, type Reached } from './reached.ts'
import type { Seal } from './seal.ts'
import { customerKey, keysOf, keysOfLoadRow, mailKey } from './searchable.ts'

/** The history was not made searchable to its end within the time: so many events and rows are left. Asked again, it goes on. */
export interface Unread {
  unread: number
}

/**
 * Makes searchable what is not yet, for so long at most, but for so many rows.
 * @returns up to where everything is searchable
 * @see SearchKeys
 */
export type CatchUp = (limits: { ms: number; rest: number }) => Promise<Reached | undefined>

export interface Found {
  events: number[]
  loadRows: number[]
}

/** Less than a proxy waits for an answer. */
const READ_MS = 15_000
/** What came a moment ago is not searchable yet, and looked through one by one: as soon as it is so little, and so much at most. */
const REST = 500
const TAIL = 5_000
const BATCH = 200

/** Where a person stands: by indices, and in what has none yet. */
export function finder(db: Kysely<Tables>, seal: Seal, catchUp: CatchUp): (person: Person) => Promise<Found | Unread> {
  return async (person) => {
    const at = (await catchUp({ ms: READ_MS, rest: REST })) ?? { events: 0, loadRows: 0 }
    const unread = [await after('events', at.events), await after('load_rows', at.loadRows)] as const
    if (unread.some((tail) => tail.length > TAIL)) return { unread: await left(at) }
    const key = 'email' in person ? mailKey(person.email, seal.blind) : customerKey(person.customerId)
    const events = [
      ...(await byKey(key)),
      ...('customerId' in person ? await ofLane(`customer:${person.customerId}`) : []),
      ...(await among(unread[0], key)),
      ...(await inCorrections(key)),
    ]
    const loadRows = [
      ...(await loadRowsByKey(key)),
      ...('customerId' in person ? await loadRowsOf(person.customerId) : []),
      ...(await amongLoadRows(unread[1], key)),
    ]
    return { events: inOrder(events), loadRows: inOrder(loadRows) }
  }

  async function after(table: 'events' | 'load_rows', id: number): Promise<number[]> {
    const rows = await db
      .selectFrom(table)
      .select('id')
      .where('id', '>', id)
      .orderBy('id')
      .limit(TAIL + 1)
      .execute()
    return rows.map((row) => row.id)
  }

  async function left(at: Reached): Promise<number> {
    const last = await lastIds(db)
    return Math.max(0, last.events - at.events) + Math.max(0, last.loadRows - at.loadRows)
  }

  async function byKey(key: string): Promise<number[]> {
    const rows = await db.selectFrom('search_keys').select('event_id').where('key', '=', key).execute()
    return rows.map(({ event_id }) => event_id)
  }

  async function ofLane(lane: string): Promise<number[]> {
    const rows = await db.selectFrom('events').select('id').where('lane', '=', lane).execute()
    return rows.map(({ id }) => id)
  }

  async function among(ids: readonly number[], key: string): Promise<number[]> {
    const found: number[] = []
    for (let from = 0; from < ids.length; from += BATCH) {
      const rows = await db
        .selectFrom('events')
        .select(['id', 'payload'])
        .where('id', 'in', padded(ids.slice(from, from + BATCH)))
        .execute()
      for (const { id, payload } of rows) if (shows(seal.openBytes(payload).toString('utf8'), key)) found.push(id)
    }
    return found
  }

  /** Written by hand, hence few: they have an index of their own, and nothing has to be kept up with them. */
  async function inCorrections(key: string): Promise<number[]> {
    const found: number[] = []
    for (let last = 0; ; ) {
      const rows = await db
        .selectFrom('events')
        .select(['id', 'correction'])
        .where('correction', 'is not', null)
        .where('id', '>', last)
        .orderBy('id')
        .limit(BATCH)
        .execute()
      for (const { id, correction } of rows)
        if (correction !== null && shows(seal.openText(correction), key)) found.push(id)
      last = rows.at(-1)?.id ?? last
      if (rows.length < BATCH) return found
    }
  }

  async function loadRowsByKey(key: string): Promise<number[]> {
    const rows = await db.selectFrom('load_keys').select('row_id').where('key', '=', key).execute()
    return rows.map(({ row_id }) => row_id)
  }

  /** Also where a person decided later that it is this customer. */
  async function loadRowsOf(customerId: string): Promise<number[]> {
    const loads = await db.selectFrom('loads').select(['id', 'direction']).where('entity', '=', 'customer').execute()
    const found: number[] = []
    for (const { id, direction } of loads) {
      const rows = await db
        .selectFrom('load_rows')
        .select('id')
        .where('load_id', '=', id)
        .where(direction === 'toOdoo' ? 'source_id' : 'target_id', '=', customerId)
        .execute()
      found.push(...rows.map((row) => row.id))
    }
    return found
  }

  async function amongLoadRows(ids: readonly number[], key: string): Promise<number[]> {
    const found: number[] = []
    for (let from = 0; from < ids.length; from += BATCH) {
      const rows = await db
        .selectFrom('load_rows')
        .innerJoin('loads', 'loads.id', 'load_rows.load_id')
        .select(['load_rows.id', 'loads.direction', 'source_id', 'target_id', 'shown'])
        .where('loads.entity', '=', 'customer')
        .where('load_rows.id', 'in', padded(ids.slice(from, from + BATCH)))
        .execute()
      for (const { id, shown, ...row } of rows)
        if (keysOfLoadRow(jsonOf(seal.openText(shown)), row, seal.blind).includes(key)) found.push(id)
    }
    return found
  }

  function shows(text: string, key: string): boolean {
    return keysOf(jsonOf(text) ?? text, seal.blind).includes(key)
  }
}

const inOrder = (ids: readonly number[]): number[] => [...new Set(ids)].sort((a, b) => a - b)
