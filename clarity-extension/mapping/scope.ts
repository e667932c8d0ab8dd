import type { MappingContext } from './context.ts'
import { isAbsent, type Json, type Located, locate } from './json.ts'

/** Where a rule stands: in the whole record, or at one line of it. */
export interface Scope {
  root: Located
  at: Located
  /** 1 for the first line; 0 outside lines. */
  index: number
  context: MappingContext
}

export const here = (value: unknown, pointer = ''): Located => ({ value, pointer })

/** Reads a rule's path: dotted from here, a pointer from the root, or `$…` from the context. */
export function read(path: string, scope: Scope): Located {
  if (!path.startsWith('$')) return locate(scope.root, scope.at, path)
  const { company, constants = {}, now } = scope.context
  const known: Record<string, unknown> = { $company: company, $constants: constants, $now: now, $index: scope.index }
  return { value: locate(here(known), here(known), path).value, pointer: scope.at.pointer }
}

/** The elements of a list at `path`, each with its own scope. What is no list has none. */
export function elements(path: string, scope: Scope, at: string | undefined): Scope[] {
  const list = read(path, scope)
  if (!Array.isArray(list.value)) return []
  return list.value.map((value: unknown, index) => {
    const own = at === undefined ? undefined : locate(here(value), here(value), at).value
    const pointer = typeof own === 'string' ? own : `${list.pointer}/${index}`
    return { ...scope, at: { value, pointer }, index: index + 1 }
  })
}

/** A field's place in words: `/items/2/sku` is `items 3 › sku`. */
export function inWords(pointer: string): string {
  const words = pointer
    .split('/')
    .slice(1)
    .map((key) => (/^\d+$/.test(key) ? ` ${Number(key) + 1}` : ` › ${key}`))
    .join('')
  return words.replace(/^ › /, '') || 'the record'
}

/** A value as a problem shows it: short, and nothing but text. */
export function shown(value: Json | unknown): string | undefined {
  if (isAbsent(value)) return undefined
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.length > 200 ? `${text.slice(0, 199)}…` : text
}
