import type { Answer } from '../../shared/outcome.ts'
import type { Json } from '../mapping/json.ts'
import type { LookupTable, LookupTarget } from '../mapping/lookups.ts'

/** What a value may be mapped to. */
export interface Choice {
  /** What an entry stores: the name where it means one record, else the id. */
  result: Json
  name: string
  /** What tells it from its namesakes: the code, the company. */
  detail: string | null
}

export interface Choices {
  /** `free`: any text will do. `unreadable`: the service user may not read such records. `away`: the side does not answer. */
  state: 'listed' | 'free' | 'unreadable' | 'away'
  /** Why, where it is not a list. */
  message: string | null
  total: number
  items: Choice[]
}

export interface OdooRecord {
  id: number
  value: string
  name: string
  company: string | null
  active: boolean
  unique: boolean
}

export interface RecordWish {
  model: string
  field: string
  where: Record<string, Json>
  search?: string
  /** Exact names or ids; archived ones are found, too. */
  values?: (string | number)[]
}

/** Both sides as value tables need them. */
export interface Sides {
  /** An answer per wish, in the same order. */
  records(wishes: readonly RecordWish[]): Promise<Answer<{ readable: boolean; total: number; items: OdooRecord[] }[]>>
  /** Keys that a side has whether they were met or not, with their names. Empty when it does not answer. */
  keysOf(table: LookupTable): Promise<ReadonlyMap<string, string>>
}

export async function choicesFor(
  table: LookupTable | undefined,
  sides: Sides,
  search: string,
  key: string | undefined,
): Promise<Choices> {
  const target = table?.target
  if (!target) return { ...nothing, state: 'free' }
  if (target.kind === 'choice') {
    const values = target.values.filter((value) => value.toLowerCase().includes(search.toLowerCase()))
    return {
      ...nothing,
      state: 'listed',
      total: values.length,
      items: values.map((value) => ({ result: value, name: value, detail: null })),
    }
  }
  const answer = await sides.records([{ ...wishOf(target, key), search }])
  if (!answer.ok) return { ...nothing, state: 'away', message: said(answer.outcome) }
  const [found] = answer.value
  if (!found?.readable)
    return { ...nothing, state: 'unreadable', message: `The service user may not read ${target.model} in Odoo.` }
  return { state: 'listed', message: null, total: found.total, items: found.items.map(choiceOf) }
}

/** @param key whose country a region must lie in */
export function wishOf(target: Extract<LookupTarget, { kind: 'record' }>, key: string | undefined): RecordWish {
  const { model, field, where = {}, within } = target
  const country = key?.includes('/') ? key.slice(0, key.indexOf('/')).toUpperCase() : undefined
  return { model, field, where: { ...where, ...(within && country && { [within]: country }) } }
}

function choiceOf({ id, value, name, company, unique }: OdooRecord): Choice {
  const detail = [value === name ? null : value, company, unique ? null : `id ${id}`].filter(Boolean).join(' · ')
  return { result: unique ? value : id, name, detail: detail || null }
}

export const said = (outcome: Extract<Answer<never>, { ok: false }>['outcome']): string =>
  outcome.kind === 'correct' ? outcome.problems[0].message : outcome.message

const nothing = { message: null, total: 0, items: [] }
