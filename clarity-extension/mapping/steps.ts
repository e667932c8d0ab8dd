import { canonical, isAbsent, type Json } from './json.ts'
import type { Named } from './rules.ts'

/** Several parts as one text; absent ones leave no gap. */
export const joined = (value: Json, by: string): Json =>
  Array.isArray(value)
    ? value
        .filter((part) => !isAbsent(part))
        .map((part) => String(part).trim())
        .filter((part) => part !== '')
        .join(by)
    : value

/** The parts of a text, or one of them. */
export function cut(text: string, { by, take }: { by: string; take?: number }): Json {
  const parts = text.split(by)
  return take === undefined ? parts : (parts.at(take)?.trim() ?? null)
}

/** A name as the record that bears it. */
export function named(value: Json, { model, field, by, take, optional }: Named): Json {
  if (Array.isArray(value)) return value.map((one) => named(one, { model, field, ...(by && { by }) }))
  const extra = { ...(take !== undefined && { take }), ...(optional && { optional }) }
  if (typeof value === 'number' && take === undefined) return value
  if (typeof value === 'number') return { $find: { model, by: { id: value }, ...extra } }
  if (typeof value === 'string') return { $find: { model, by: { [field]: value, ...by }, ...extra } }
  const find = typeof value === 'object' && value !== null ? value.$find : undefined
  if (take === undefined || typeof find !== 'object' || find === null || Array.isArray(find)) return value
  return { $find: { ...find, take } }
}

/** A value as the key of a table or a reference. */
export const shownKey = (value: Json): string => (typeof value === 'object' ? canonical(value) : String(value))
