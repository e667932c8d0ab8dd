import type { LookupsPort } from '../../clarity-extension/http/lookups.ts'
import { checkChanges } from '../../clarity-extension/lookups/check.ts'
import { choicesFor, type OdooRecord, type Sides } from '../../clarity-extension/lookups/choices.ts'
import type { EntryChange, OwnEntry } from '../../clarity-extension/lookups/entries.ts'
import type { Sighting } from '../../clarity-extension/lookups/sightings.ts'
import { valueRows } from '../../clarity-extension/lookups/values.ts'
import type { Waiting } from '../../clarity-extension/lookups/waiting.ts'
import { defaultLookups } from '../../clarity-extension/mapping/defaults/lookups.ts'
import { lookUp, mergeTables } from '../../clarity-extension/mapping/lookups.ts'

/** Value tables in memory, for the panel's own tests. The real ones have their own suite. */
export class FakeLookups implements LookupsPort {
  entries: OwnEntry[] = []
  seen: Sighting[] = []
  waits: Waiting[] = []
  moves: string[] = []
  /** What Odoo answers for journals and carriers. */
  odoo: 'there' | 'away' | 'unreadable' = 'there'

  async tables() {
    const tables = this.#tables()
    return Object.entries(tables)
      .map(([name, { title, about, keys = 'clarity', entries }]) => {
        const own = this.entries.filter((entry) => entry.table === name).length
        const known = [...this.seen, ...this.waits].filter((one) => one.table === name)
        return {
          ...{ name, title, about, keys, own },
          delivered: Object.keys(entries).length - own,
          open: new Set(known.map(({ key }) => key).filter((key) => !lookUp(tables, name, key))).size,
          waiting: this.waits.filter((one) => one.table === name).length,
        }
      })
      .sort((a, b) => b.waiting - a.waiting)
  }

  async values(name: string, query = {}) {
    const tables = this.#tables()
    const table = tables[name]
    if (!table) return undefined
    const of = <T extends { table: string }>(all: readonly T[]) => all.filter((one) => one.table === name)
    const sources = {
      name,
      tables,
      seen: of(this.seen),
      waits: of(this.waits),
      own: of(this.entries),
      names: new Map(),
    }
    return { table, ...valueRows(sources, query) }
  }

  async choices(table: string, search: string, key?: string) {
    return choicesFor(this.#tables()[table], this.#sides(), search, key)
  }

  async save(changes: readonly EntryChange[], by: string) {
    const problems = await this.#problems(changes)
    if (problems.length > 0) return { ok: false as const, problems }
    const before = this.waits.length
    for (const { table, key, result, shown = null } of changes) {
      this.entries = this.entries.filter((entry) => entry.table !== table || entry.key !== key)
      if (result !== undefined) this.entries.push({ table, key, result, shown, by, at: Date.now() })
      if (result !== undefined) this.waits = this.waits.filter((one) => one.table !== table || one.key !== key)
      this.moves.push(`${result === undefined ? 'remove' : 'save'} ${table} ${key} ${JSON.stringify(result)} by ${by}`)
    }
    return { ok: true as const, changed: changes.length, released: before - this.waits.length }
  }

  async rehearse(changes: readonly EntryChange[]) {
    const problems = await this.#problems(changes)
    return problems.length > 0
      ? { ok: false as const, problems }
      : { ok: true as const, changed: changes.length, released: 0 }
  }

  async release(table: string, key: string | undefined, by: string) {
    const mine = (one: Waiting) => one.table === table && (key === undefined || one.key === key)
    const moved = this.waits.filter(mine).length
    this.waits = this.waits.filter((one) => !mine(one))
    this.moves.push(`release ${table} ${key ?? '*'} by ${by}`)
    return moved
  }

  async releaseMissed() {
    return 0
  }

  async own() {
    return this.entries.map(({ table, key, result, shown }) => ({ table, key, result, shown }))
  }

  async discover() {
    this.moves.push('discover')
    return { ok: true as const, value: { values: this.seen.length } }
  }

  #problems(changes: readonly EntryChange[]) {
    return checkChanges(changes, this.#tables(), this.#sides())
  }

  #tables() {
    const own: Record<string, { entries: Record<string, OwnEntry['result']> }> = {}
    for (const { table, key, result } of this.entries) {
      own[table] ??= { entries: {} }
      own[table].entries[key] = result
    }
    return mergeTables(defaultLookups, own)
  }

  #sides(): Sides {
    return {
      records: async (wishes) => {
        if (this.odoo === 'away')
          return { ok: false, outcome: { kind: 'retry', cause: 'unreachable', message: 'Odoo does not answer.' } }
        return {
          ok: true,
          value: wishes.map(({ model, search = '', values }) => {
            const items = (records[model] ?? []).filter(({ id, value, name }) =>
              values
                ? values.some((one) => one === id || one === value)
                : `${value} ${name}`.toLowerCase().includes(search.toLowerCase()),
            )
            return { readable: this.odoo === 'there', total: items.length, items }
          }),
        }
      },
      keysOf: async () => new Map(),
    }
  }
}

const record = (id: number, value: string, name = value, more: Partial<OdooRecord> = {}): OdooRecord => ({
  ...{ id, value, name, company: null, active: true, unique: true },
  ...more,
})

const records: Record<string, OdooRecord[]> = {
  'account.journal': [
    record(7, 'BNK1', 'Bank'),
    record(8, 'CSH1', 'Cash'),
    record(9, 'PPL', 'PayPal', { company: 'Example Shop' }),
    record(10, 'OLD', 'Old bank', { active: false }),
  ],
  'delivery.carrier': [
    record(3, 'Standard', 'Standard', { unique: false }),
    record(4, 'Standard', 'Standard', { unique: false, company: 'Example Shop' }),
    record(5, 'Express'),
  ],
}

/** Methods nobody mapped, and orders that wait for two of them. */
export function fakeLookups(now: number, how: 'empty' | 'many' | 'failing' | 'well'): FakeLookups {
  const lookups = new FakeLookups()
  if (how === 'empty') return lookups
  const hour = 3_600_000
  const see = (table: string, key: string, count: number) =>
    lookups.seen.push({ table, key, count, lastAt: now - hour, example: `10${count}` })
  for (const [key, count] of [
    ['card', 214],
    ['paypal', 67],
    ['klarna', 12],
  ] as const)
    see('payment_method', key, count)
  for (const [key, count] of [
    ['Standard', 180],
    ['Express', 51],
    ['Bike courier', 4],
  ] as const)
    see('carrier', key, count)
  lookups.entries.push({
    table: 'payment_method',
    key: 'paypal',
    result: 'PPL',
    shown: 'PayPal',
    by: 'admin',
    at: now - 24 * hour,
  })
  if (how === 'many')
    for (let n = 0; n < 150; n++) see('category', `Apparel / Shirts / Line ${String(n).padStart(3, '0')}`, 150 - n)
  if (how === 'failing')
    for (let n = 0; n < 3; n++)
      lookups.waits.push({
        eventId: 1200 + n,
        table: n < 2 ? 'carrier' : 'payment_method',
        key: n < 2 ? 'Bike courier' : 'klarna',
        subject: `10${70 + n}`,
        message: `“${n < 2 ? 'Bike courier' : 'klarna'}” has no entry in the table.`,
        since: now - hour,
        settledAt: now - hour,
      })
  return lookups
}
