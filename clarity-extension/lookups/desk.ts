import type { Kysely } from 'kysely'
import { recordChange } from '../audit/record.ts'
import type { Ledger } from '../ledger/types.ts'
import { type LookupTable, type LookupTables, lookUp } from '../mapping/lookups.ts'
import type { Tables } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import type { LookupBook } from './book.ts'
import { checkChanges, type EntryProblem } from './check.ts'
import { type Choices, choicesFor, type Sides } from './choices.ts'
import { type EntryChange, listEntries, type MadeChange, writeEntries } from './entries.ts'
import type { Sightings } from './sightings.ts'
import { type ValueRow, type ValuesQuery, valueRows } from './values.ts'
import { type OpenText, type Waiting, waiting } from './waiting.ts'

export type { EntryProblem } from './check.ts'
export type { Choice, Choices } from './choices.ts'
export type { EntryChange } from './entries.ts'
export type { ValueRow, ValuesQuery } from './values.ts'

export interface TableSummary {
  name: string
  title: string
  about: string
  keys: 'clarity' | 'odoo'
  /** The merchant's own entries, and the delivered ones that hold. */
  own: number
  delivered: number
  /** Values that have no entry, and events that wait for one. */
  open: number
  waiting: number
}

export type Saved = { ok: true; changed: number; released: number } | { ok: false; problems: EntryProblem[] }

/** What a person does with value tables. */
export interface LookupDesk {
  /** Those that something waits for stand first. */
  tables(): Promise<TableSummary[]>
  /** undefined: there is no such table. */
  values(
    table: string,
    query?: ValuesQuery,
  ): Promise<{ table: LookupTable; rows: ValueRow[]; total: number } | undefined>
  /** What a value may be mapped to. */
  choices(table: string, search: string, key?: string): Promise<Choices>
  /** Every problem at once, and then nothing is written; else all of it in one transaction, with what it releases. */
  save(changes: readonly EntryChange[], by: string): Promise<Saved>
  /** What `save` would say and do. */
  rehearse(changes: readonly EntryChange[]): Promise<Saved>
  /** Puts what waits back in line, of one value or of the whole table. */
  release(table: string, key: string | undefined, by: string): Promise<number>
  /** What parked while its entry was being saved. @returns how many it released */
  releaseMissed(): Promise<number>
  /** The merchant's own entries. */
  own(): Promise<EntryChange[]>
}

export interface DeskParts {
  store: Store
  /** Reads what the store holds sealed. */
  open: OpenText
  ledger: Pick<Ledger, 'release'>
  book: LookupBook
  sightings: Sightings
  sides: Sides
  /** Told after the commit which tables changed. */
  changed?: (tables: readonly string[]) => void
  now?: () => number
}

/** A worker that read the tables before the commit parks its event at most this much later. Milliseconds. */
const RACE_MS = 5_000

export function lookupDesk(parts: DeskParts): LookupDesk {
  const { store, open, ledger, book, sides, now = Date.now } = parts
  const { db, dialect } = store

  return {
    async tables() {
      const [tables, seen, waits, own] = await Promise.all([
        book.fresh(),
        parts.sightings.all(),
        waiting(db, open),
        listEntries(db),
      ])
      return Object.entries(tables)
        .map(([name, table]) => summaryOf(name, table, tables, { seen, waits, own }))
        .sort((a, b) => b.waiting - a.waiting)
    },

    async values(name, query = {}) {
      const tables = await book.fresh()
      const table = tables[name]
      if (!table) return undefined
      const [seen, waits, own, names] = await Promise.all([
        parts.sightings.of(name),
        waiting(db, open, name),
        listEntries(db, name),
        sides.keysOf(table),
      ])
      return { table, ...valueRows({ name, tables, seen, waits, own, names }, query) }
    },

    choices: async (name, search, key) => choicesFor((await book.fresh())[name], sides, search, key),

    async save(changes, by) {
      const problems = await checkChanges(changes, await book.fresh(), sides)
      if (problems.length > 0) return { ok: false, problems }
      let made: MadeChange[] = []
      const { moved } = await ledger.release(async (trx) => {
        const at = now()
        made = await writeEntries(trx, changes, { by, at })
        const ids = await waitingIds(trx, open, made)
        await audited(trx, made, by, at, ids.length)
        return ids
      }, by)
      // What was released runs at once: it must not be mapped by what was read before the commit.
      book.forget()
      if (made.length > 0) parts.changed?.([...new Set(made.map(({ table }) => table))])
      return { ok: true, changed: made.length, released: moved }
    },

    async rehearse(changes) {
      const problems = await checkChanges(changes, await book.fresh(), sides)
      if (problems.length > 0) return { ok: false, problems }
      const own = new Map((await listEntries(db)).map((entry) => [idOf(entry), JSON.stringify(entry.result)]))
      const different = changes.filter((change) => own.get(idOf(change)) !== JSON.stringify(change.result))
      return { ok: true, changed: different.length, released: (await waitingIds(db, open, different)).length }
    },

    async release(table, key, by) {
      const { moved } = await ledger.release(async (trx) => {
        const all = await waiting(trx, open, table)
        return idsOf(all.filter((one) => key === undefined || one.key === key))
      }, by)
      return moved
    },

    async releaseMissed() {
      const [entries, waits] = await Promise.all([listEntries(db), waiting(db, open)])
      const at = new Map(entries.map((entry) => [idOf(entry), entry.at]))
      const missed = waits.filter((one) => one.settledAt <= (at.get(idOf(one)) ?? 0) + RACE_MS)
      if (missed.length === 0) return 0
      const { moved } = await ledger.release(async () => idsOf(missed), 'bridge')
      return moved
    },

    own: async () => (await listEntries(db)).map(({ table, key, result, shown }) => ({ table, key, result, shown })),
  }

  async function audited(trx: Kysely<Tables>, made: readonly MadeChange[], who: string, at: number, released: number) {
    for (const { table, key: value, result, shown, before } of made) {
      const change = {
        who,
        action: 'lookup.change' as const,
        entity: `lookup:${table}`,
        before: before ? { value, result: before.result, shown: before.shown } : { value },
        after: { value, ...(result !== undefined && { result, shown }), released },
      }
      await recordChange(trx, dialect, change, at)
    }
  }
}

/** An entry for `*` is one for every value; taking an entry away releases nothing. */
async function waitingIds(trx: Kysely<Tables>, open: OpenText, changes: readonly EntryChange[]): Promise<number[]> {
  const given = changes.filter(({ result }) => result !== undefined && result !== null)
  if (given.length === 0) return []
  const wanted = new Set(given.map(idOf))
  const all = await waiting(trx, open)
  return idsOf(all.filter((one) => wanted.has(idOf(one)) || wanted.has(idOf({ ...one, key: '*' }))))
}

const idsOf = (waits: readonly Waiting[]): number[] => [...new Set(waits.map(({ eventId }) => eventId))]
const idOf = ({ table, key }: { table: string; key: string }): string => `${table}\n${key}`

interface Known {
  seen: { table: string; key: string }[]
  waits: Waiting[]
  own: { table: string; key: string }[]
}

function summaryOf(name: string, table: LookupTable, tables: LookupTables, known: Known): TableSummary {
  const own = known.own.filter((entry) => entry.table === name)
  const waits = known.waits.filter((one) => one.table === name)
  const keys = new Set([...known.seen, ...waits].filter((one) => one.table === name).map(({ key }) => key))
  return {
    name,
    title: table.title,
    about: table.about,
    keys: table.keys ?? 'clarity',
    own: own.length,
    delivered: Math.max(0, Object.keys(table.entries).length - own.length),
    open: [...keys].filter((key) => lookUp(tables, name, key) === undefined).length,
    waiting: idsOf(waits).length,
  }
}
