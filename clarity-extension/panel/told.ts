import { useWords } from './i18n.ts'

type Sentences = readonly (readonly [english: string, other: string])[]
type Told = (sentence: string) => string

const known = new Map<string, Told>()

/**
 * What `useTold` knows of a language from now on. Values stand in braces, and are the same in both, or sentences that are known
 * themselves. `{#count}` takes a number only: it tells where a value ends that has no words of its own around it.
 */
export function teach(language: string, sentences: Sentences): void {
  const whole = new Map(sentences)
  const forms = sentences
    .filter(([english]) => english.includes('{'))
    .map(([english, other]) => ({ form: formOf(english), names: namesIn(english), other }))
  const tell: Told = (sentence) => {
    const exactly = whole.get(sentence)
    if (exactly !== undefined) return exactly
    for (const { form, names, other } of forms) {
      const values = form.exec(sentence)?.slice(1)
      if (values) return other.replace(VALUE, (_, name: string) => tell(values[names.indexOf(name)] ?? ''))
    }
    return sentence
  }
  known.set(language, tell)
}

/** The server's own sentence in this person's language. One that nobody has translated, such as Odoo's own, stays as it was said. */
export function useTold(): Told {
  const { language } = useWords()
  return (sentence) => inLanguage(language, sentence)
}

export const inLanguage = (language: string, sentence: string): string => known.get(language)?.(sentence) ?? sentence

const VALUE = /\{#?(\w+)\}/g
const namesIn = (english: string): string[] => [...english.matchAll(VALUE)].map(([, name = '']) => name)

/** Texts and values by turns. */
function formOf(english: string): RegExp {
  const parts = english.split(/(\{#?\w+\})/).map((part, index) => {
    if (index % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    return part.startsWith('{#') ? '([\\d.,]+)' : '(.+?)'
  })
  return new RegExp(`^${parts.join('')}$`, 's')
}
