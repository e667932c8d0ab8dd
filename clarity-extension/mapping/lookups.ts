import { z } from 'zod'
import type { Json } from './json.ts'

/**
 * Value tables: what a value of one side is called on the other. `*` stands for every value without its own entry.
 * A result is what the target field takes: text, a number (an Odoo id), or a marker such as
 * `{"$find": {"model": "account.journal", "by": {"code": "BNK1"}}}`.
 */
export interface LookupTable {
  /** As the merchant knows it, e.g. `Payment methods`. */
  title: string
  /** What stands on the left and on the right, for the editor and the documentation. */
  about: string
  entries: Record<string, Json>
  /** Whose values the keys are; the storefront's if not given. */
  keys?: 'clarity' | 'odoo'
  /** Records of Odoo that are keys whether they were met or not. */
  known?: { model: string; field: string }
  /** What a result names. Without it any text will do. */
  target?: LookupTarget
}

export type LookupTarget =
  /** A record of Odoo by this field, or by its id. */
  | {
      kind: 'record'
      model: string
      field: string
      /** Field to the value, or the values, that every choice has. */
      where?: Record<string, Json>
      /** Path to a country's code that must be the one before the key's `/`. */
      within?: string
    }
  /** One of these. */
  | { kind: 'choice'; values: string[] }

export type LookupTables = Record<string, LookupTable>

/** An entry that a mapping relied on: when it changes, the records it touched are known. */
export interface UsedLookup {
  table: string
  key: string
  /** The entry that answered: the key itself or `*`. */
  entry: string
}

export const lookupTable: z.ZodType<LookupTable> = z.strictObject({
  title: z.string().min(1),
  about: z.string(),
  entries: z.record(z.string(), z.json()),
  keys: z.enum(['clarity', 'odoo']).optional(),
  known: z.strictObject({ model: z.string(), field: z.string() }).optional(),
  target: z
    .union([
      z.strictObject({
        kind: z.literal('record'),
        model: z.string().min(1),
        field: z.string().min(1),
        where: z.record(z.string(), z.json()).optional(),
        within: z.string().optional(),
      }),
      z.strictObject({ kind: z.literal('choice'), values: z.array(z.string()).min(1) }),
    ])
    .optional(),
})

/** A problem's code says which table lacks an entry, its value says for what: one entry releases all that wait for it. */
export const UNMAPPED = 'unmapped_'
export const unmappedCode = (table: string): string => `${UNMAPPED}${table}`
export const unmappedTable = (code: string): string | undefined =>
  code.startsWith(UNMAPPED) ? code.slice(UNMAPPED.length) : undefined

/** @returns the entry's result, or undefined when the table (or the key in it) is not there */
export function lookUp(
  tables: LookupTables,
  name: string,
  key: string,
): { result: Json; used: UsedLookup } | undefined {
  const entries = tables[name]?.entries ?? {}
  const entry = Object.hasOwn(entries, key) ? key : '*'
  if (!Object.hasOwn(entries, entry)) return undefined
  const result = entries[entry]
  return result === undefined ? undefined : { result, used: { table: name, key, entry } }
}

/** A merchant's own entries over the defaults, table by table; an entry of null takes the default's away. */
export function mergeTables(
  defaults: LookupTables,
  own: Record<string, { entries: Record<string, Json | null> }>,
): LookupTables {
  // Names come from outside: a table called `constructor` is none that every object has.
  const merged: LookupTables = Object.assign(Object.create(null), defaults)
  for (const [name, { entries }] of Object.entries(own)) {
    const base = merged[name] ?? { title: name, about: '', entries: {} }
    const kept = Object.entries({ ...base.entries, ...entries }).filter(([, result]) => result !== null)
    merged[name] = { ...base, entries: Object.fromEntries(kept) }
  }
  return merged
}
