import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { number } from './format.ts'
import { teach } from './told.ts'
import { en } from './words/en.ts'

export const languages = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof languages

/** English comes with the page; another language is fetched when it is wanted. */
export async function startLanguage(): Promise<void> {
  const language = stored() ?? preferred()
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
    returnNull: false,
  })
  // The figures in sentences are those of the page, and as cheap.
  i18next.services.formatter?.add('number', (value: number, language) => number(value, language ?? 'en'))
  if (language !== 'en') await speak(language)
}

export async function speak(language: Language): Promise<void> {
  if (language === 'de' && !i18next.hasResourceBundle('de', 'translation')) {
    const [{ de }, { told }] = await Promise.all([import('./words/de.ts'), import('./words/told-de.ts')])
    i18next.addResourceBundle('de', 'translation', de)
    teach('de', told)
  }
  await i18next.changeLanguage(language)
  document.documentElement.lang = language
}

export function rememberLanguage(language: Language): void {
  localStorage.setItem(KEY, language)
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
