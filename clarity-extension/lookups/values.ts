import type { Json } from '../mapping/json.ts'
import { type LookupTables, lookUp } from '../mapping/lookups.ts'
import type { OwnEntry } from './entries.ts'
import type { Sighting } from './sightings.ts'
import type { Waiting } from './waiting.ts'

/** One value of a table and everything that is known about it. */
export interface ValueRow {
  key: string
  /** What the side that has it calls it; null where that is the key itself. */
  name: string | null
  /** `waiting`: records need an entry; `open`: none, and none is waited for; `own`: the merchant's; `delivered`: ours, or `*`. */
  state: 'waiting' | 'open' | 'own' | 'delivered'
  /** undefined: there is no entry. */
  result: Json | undefined
  shown: string | null
  /** The entry that answers: the key itself or `*`. */
  entry: string | null
  /** Whether the merchant has an entry of this key, which may also take the delivered one away. */
  removable: boolean
  waiting: number
  /** Why the newest one waits. */
  why: string | null
  seen: number
  lastAt: number | null
  /** Order numbers and the like, newest first. */
  examples: string[]
  by: string | null
  at: number | null
}

export interface ValuesQuery {
  search?: string | undefined
  /** Only those that need a person. */
  onlyOpen?: boolean | undefined
  offset?: number | undefined
  limit?: number | undefined
}

export interface Sources {
  name: string
  tables: LookupTables
  seen: readonly Sighting[]
  waits: readonly Waiting[]
  own: readonly OwnEntry[]
  /** Values that a side has, met or not, with their names. */
  names: ReadonlyMap<string, string>
}

const EXAMPLES = 3
const ORDER = { waiting: 0, open: 1, own: 2, delivered: 3 }

/** Those that records wait for stand first, most first; then those without an entry, by how often they were seen. */
export function valueRows(sources: Sources, query: ValuesQuery): { rows: ValueRow[]; total: number } {
  const { search = '', onlyOpen = false, offset = 0, limit = 100 } = query
  const own = new Map(sources.own.map((entry) => [entry.key, entry]))
  const seen = new Map(sources.seen.map((one) => [one.key, one]))
  const waits = Map.groupBy(sources.waits, ({ key }) => key)
  const entries = sources.tables[sources.name]?.entries ?? {}
  const keys = new Set([
    ...waits.keys(),
    ...sources.names.keys(),
    ...seen.keys(),
    ...own.keys(),
    ...Object.keys(entries),
  ])
  const wanted = search.toLowerCase()
  const rows = [...keys]
    .map((key) => rowOf(key))
    .filter((row) => !onlyOpen || row.state === 'waiting' || row.state === 'open')
    .filter((row) => `${row.key}\n${row.name ?? ''}\n${textOf(row.result)}`.toLowerCase().includes(wanted))
    .sort(
      (a, b) => ORDER[a.state] - ORDER[b.state] || b.waiting - a.waiting || b.seen - a.seen || (a.key < b.key ? -1 : 1),
    )
  return { rows: rows.slice(offset, offset + limit), total: rows.length }

  function rowOf(key: string): ValueRow {
    const mine = own.get(key)
    const met = seen.get(key)
    const waiting = waits.get(key) ?? []
    const found = lookUp(sources.tables, sources.name, key)
    const examples = [...new Set([...waiting.map(({ subject }) => subject), ...(met ? [met.example] : [])])]
    return {
      key,
      name: sources.names.get(key) ?? null,
      state: waiting.length > 0 ? 'waiting' : mine && mine.result !== null ? 'own' : found ? 'delivered' : 'open',
      result: found?.result,
      shown: found?.used.entry === key ? (mine?.shown ?? null) : null,
      entry: found?.used.entry ?? null,
      removable: mine !== undefined,
      waiting: waiting.length,
      why: waiting[0]?.message ?? null,
      seen: met?.count ?? 0,
      lastAt: met?.lastAt ?? null,
      examples: examples.slice(0, EXAMPLES),
      by: mine?.by ?? null,
      at: mine?.at ?? null,
    }
  }
}

export const textOf = (result: Json | undefined): string =>
  result === undefined ? '' : typeof result === 'string' ? result : JSON.stringify(result)
