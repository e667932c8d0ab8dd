import { distance } from 'fastest-levenshtein'
import { phrases, synonyms, weakWords } from './vocabulary.ts'

/** A word as it counts in comparisons, with what it weighs. */
export interface Word {
  text: string
  weight: number
}

/**
 * The words of a name or label: `shipToPostal_code` is ship, to, postal, code. Umlauts and accents are folded, plurals made
 * singular, and what the vocabulary knows by several names is called by one.
 */
export function wordsOf(text: string, context: ReadonlySet<string> = none): Word[] {
  const tokens = canonical(tokensOf(text))
  const words = tokens.map((token) => ({ text: token, weight: weightOf(token, context) }))
  // Where every word is weak (`number`, `code`), they are all there is.
  return words.some(({ weight }) => weight >= 0.5) ? words : words.map((word) => ({ ...word, weight: 0.6 }))
}

const none: ReadonlySet<string> = new Set()

export function tokensOf(text: string): string[] {
  return fold(text)
    .replace(/%/g, ' percent ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/([A-Za-z])(\d)/g, '$1 $2')
    .replace(/(\d)([A-Za-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((token) => token !== '')
    .map(singular)
}

/** Letters without their marks; what German writes as two letters stays two letters. */
export const fold = (text: string): string =>
  text
    .replace(/ß/g, 'ss')
    .replace(/[äÄ]/g, (c) => (c === 'ä' ? 'ae' : 'Ae'))
    .replace(/[öÖ]/g, (c) => (c === 'ö' ? 'oe' : 'Oe'))
    .replace(/[üÜ]/g, (c) => (c === 'ü' ? 'ue' : 'Ue'))
    .normalize('NFD')
    .replace(/\p{M}/gu, '')

function singular(token: string): string {
  if (token.length < 4 || /(ss|us|is|ous)$/.test(token)) return token
  if (token.endsWith('ies')) return `${token.slice(0, -3)}y`
  if (/(ches|shes|xes|sses)$/.test(token)) return token.slice(0, -2)
  return token.endsWith('s') ? token.slice(0, -1) : token
}

/** Phrases first, the longest that fits, then single words. */
function canonical(tokens: string[]): string[] {
  const result: string[] = []
  for (let at = 0; at < tokens.length; ) {
    const phrase = longestPhrase(tokens, at)
    const token = tokens[at] ?? ''
    result.push(phrase?.concept ?? wordIndex.get(token) ?? token)
    at += phrase?.length ?? 1
  }
  return result
}

function longestPhrase(tokens: string[], at: number): { concept: string; length: number } | undefined {
  for (let length = Math.min(4, tokens.length - at); length > 1; length--) {
    const concept = phraseIndex.get(tokens.slice(at, at + length).join(' '))
    if (concept !== undefined) return { concept, length }
  }
  return undefined
}

const listed = (text: string): string[] => text.split(',').map((one) => tokensOf(one).join(' '))
const phraseIndex = new Map(
  Object.entries(phrases).flatMap(([concept, text]) => listed(text).map((one) => [one, concept] as const)),
)
const wordIndex = new Map(
  Object.entries(synonyms).flatMap(([concept, text]) => listed(text).map((one) => [one, concept] as const)),
)
const weak = new Map(Object.entries(weakWords))

const weightOf = (token: string, context: ReadonlySet<string>): number =>
  context.has(token) ? 0.25 : (weak.get(token) ?? (/^\d+$/.test(token) ? 0.4 : 1))

/** How much two words are one: 1, or less for what looks misspelt; 0 for different words. */
export function likeness(a: string, b: string): number {
  if (a === b) return 1
  const longer = Math.max(a.length, b.length)
  const shorter = Math.min(a.length, b.length)
  // Most words differ too much in length or begin otherwise: no need to count.
  if (longer < 5 || shorter < 4 || longer - shorter > longer / 5 || (a[0] !== b[0] && a[1] !== b[1])) return 0
  const ratio = 1 - distance(a, b) / longer
  return ratio >= 0.8 ? ratio * 0.9 : 0
}

/**
 * How much two names say the same, 0 to 1: the share of each that the other has. What the other does not have counts most when
 * it is the head of the name: a street style is a style, not a street.
 */
export function sameness(source: Word[], target: Word[]): number {
  if (source.length === 0 || target.length === 0) return 0
  const covered = cover(source, target)
  if (covered.share === 0) return 0
  const back = cover(target, source)
  const heads = (covered.head ? 1 : 0.72) * (back.head ? 1 : 0.9)
  return covered.share ** 0.6 * back.share ** 0.5 * heads
}

function cover(of: Word[], by: Word[]): { share: number; head: boolean } {
  let all = 0
  let found = 0
  let head = true
  const headAt = headOf(of)
  for (const [at, word] of of.entries()) {
    const best = by.reduce((most, other) => Math.max(most, likeness(word.text, other.text)), 0)
    all += word.weight
    found += word.weight * best
    if (at === headAt) head = best > 0
  }
  return { share: all === 0 ? 0 : found / all, head }
}

/** The last word that says something, or the one before an “of”. */
function headOf(words: Word[]): number {
  const of = words.findIndex(({ text }, at) => text === 'of' && at > 0)
  const last = of > 0 ? of - 1 : words.length - 1
  for (let at = last; at >= 0; at--) if ((words[at]?.weight ?? 0) >= 0.5) return at
  return last
}
