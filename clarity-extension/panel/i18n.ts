import { createContext, useContext, useSyncExternalStore } from 'react'
import { number } from './format.ts'

type Values = { count?: number; defaultValue?: string } & Record<string, unknown>
/** The words of a key, with what stands in braces filled in; `count` chooses among `_zero`, `_one` and `_other`. */
export type Translate = (key: string, values?: Values) => string
export interface Spoken {
  t: Translate
  language: string
}
/** Words as they are written in words/: in groups of groups. */
export type Words = { readonly [key: string]: string | Words }

/** What this person's language says. */
export const useWords = (): Spoken => useContext(SpokenContext)

/** The same outside of the page's tree: for what a click set off. */
export const spoken = (): Spoken => current

/** Around the page, in main.tsx: another language draws all of it anew. */
export const useSpoken = (): Spoken => useSyncExternalStore(subscribe, spoken)

/** More words of a language. Nothing is drawn anew for it: who needs them waits for them (words.ts). */
export function learn(language: string, words: Words): void {
  const known = books.get(language) ?? new Map<string, string>()
  books.set(language, known)
  write(words, '', known)
}

/** @param language one that was learned */
export function speak(language: string): void {
  current = speaking(language)
  for (const tell of listeners) tell()
}

const FALLBACK = 'en'
const books = new Map<string, Map<string, string>>()
const listeners = new Set<() => void>()
let current = speaking(FALLBACK)
export const SpokenContext = createContext(current)

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** A key may have dots itself, such as `type.order.created`: written out, both are one. */
function write(words: Words, path: string, into: Map<string, string>): void {
  for (const [key, inner] of Object.entries(words))
    if (typeof inner === 'string') into.set(path + key, inner)
    else write(inner, `${path}${key}.`, into)
}

function speaking(language: string): Spoken {
  let plurals: Intl.PluralRules | undefined
  const find = (key: string) => books.get(language)?.get(key) ?? books.get(FALLBACK)?.get(key)
  const findCounted = (key: string, count: number) => {
    const zero = count === 0 ? find(`${key}_zero`) : undefined
    plurals ??= new Intl.PluralRules(language)
    return zero ?? find(`${key}_${plurals.select(count)}`) ?? find(key)
  }
  const t: Translate = (key, values) => {
    const words = values?.count === undefined ? find(key) : findCounted(key, values.count)
    if (words === undefined) return values?.defaultValue ?? key
    return words.replace(BRACES, (_, name: string, format?: string) => {
      const value = values?.[name]
      return format && typeof value === 'number' ? number(value, language) : String(value ?? '')
    })
  }
  return { t, language }
}

/** `{{name}}`, and `{{count, number}}` for a figure as this language writes it. */
const BRACES = /\{\{(\w+)(, number)?\}\}/g
