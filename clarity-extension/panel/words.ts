import { lazyRouteComponent } from '@tanstack/react-router'
import { type ComponentType, lazy } from 'react'
import { learn, speak, spoken } from './i18n.ts'
import { teach } from './told.ts'
import { first } from './words/en/first.ts'

export const languages = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof languages

/** What the first page says comes with it in English; another language is fetched when it is wanted. */
export async function startLanguage(): Promise<void> {
  learn('en', first)
  await changeLanguage(stored() ?? preferred())
}

export async function changeLanguage(language: Language): Promise<void> {
  await Promise.all([loadFirst[language]?.(), isRestWanted && loadRest[language]()])
  speak(language)
  document.documentElement.lang = language
}

export function rememberLanguage(language: Language): void {
  localStorage.setItem(KEY, language)
}

/** A page that is fetched when it is opened, and with the first such all words. */
export const laterPage = <Module extends Record<string, unknown>>(
  load: () => Promise<Module>,
  name: keyof Module & string,
) => lazyRouteComponent(withWords(load), name)

/** The same for a part of a page. */
export const later = <Props extends object>(load: () => Promise<ComponentType<Props>>) =>
  lazy(withWords(async () => ({ default: await load() })))

/** Every word there is: those of the first page are not enough from now on. */
export function loadWords(): Promise<void> {
  isRestWanted = true
  const { language } = spoken()
  return loadRest[isLanguage(language) ? language : 'en']()
}

const withWords =
  <Module>(load: () => Promise<Module>) =>
  async (): Promise<Module> => {
    const [loaded] = await Promise.all([load(), loadWords()])
    return loaded
  }

let isRestWanted = false

const loadFirst: Partial<Record<Language, () => Promise<void>>> = {
  de: once(async () => {
    const [{ first }, { told }] = await Promise.all([import('./words/de/first.ts'), import('./words/told-de.ts')])
    learn('de', first)
    teach('de', told)
  }),
}

const loadRest: Record<Language, () => Promise<void>> = {
  en: once(async () => learn('en', (await import('./words/en/rest.ts')).rest)),
  de: once(async () => learn('de', (await import('./words/de/rest.ts')).rest)),
}

/** What failed is tried again. */
function once(load: () => Promise<void>): () => Promise<void> {
  let loaded: Promise<void> | undefined
  return () => {
    loaded ??= load().catch((error) => {
      loaded = undefined
      throw error
    })
    return loaded
  }
}

const KEY = 'language'
const isLanguage = (text: string | null): text is Language => text !== null && Object.hasOwn(languages, text)
const stored = (): Language | undefined => {
  const text = localStorage.getItem(KEY)
  return isLanguage(text) ? text : undefined
}
const preferred = (): Language =>
  navigator.languages
    .find((tag) => /^(de|en)\b/i.test(tag))
    ?.toLowerCase()
    .startsWith('de')
    ? 'de'
    : 'en'
