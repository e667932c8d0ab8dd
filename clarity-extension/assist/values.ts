import { distance } from 'fastest-levenshtein'
import { type Reason, reason } from './reasons.ts'
import { countryLanguages, countryNames, meanings, unitMeanings } from './value-vocabulary.ts'
import { fold, tokensOf } from './words.ts'

/** A record of Odoo that a value may stand for. */
export interface ValueRecord {
  name: string
  code?: string
  /** Decimal text, e.g. the rate of a tax. */
  number?: string
}

export interface ValueTask {
  /** `tax`, `carrier`, `payment_method`, `category`, `unit`, `country`, `state`, `payment_term`, `selection` or any other. */
  kind: string
  values: readonly string[]
  records: readonly ValueRecord[]
  /** Value -> name of the record that a person chose, or the names they refused. */
  learned?: { accepted: Record<string, string>; rejected: Record<string, readonly string[]> }
}

export interface ValueSuggestion {
  value: string
  best?: ValueRecord
  others: ValueRecord[]
  /** 0 to 1. */
  confidence: number
  certain: boolean
  reasons: Reason[]
}

const SUGGEST_FROM = 0.5
const ACCEPT_FROM = 0.8

/** What each value of the storefront is in Odoo. Several values may be one record. Pure. */
export function suggestValues(task: ValueTask): ValueSuggestion[] {
  const records = readRecords({ ...task, kind: kindOf(task.kind) })
  return task.values.map((value) => suggestValue(value, records, { ...task, kind: kindOf(task.kind) }))
}

interface ReadRecord {
  record: ValueRecord
  /** Each name it goes by. */
  names: { words: string[]; joined: string }[]
  numbers: string[]
}

interface Records {
  all: ReadRecord[]
  /** How telling a word is among these records, 0 to 1. */
  weight(word: string): number
}

/** Value tables have names of their own for two of the kinds. */
const kindOf = (kind: string): string => ({ uom: 'unit', units: 'unit', region: 'state' })[kind] ?? kind

function readRecords({ records, kind }: ValueTask): Records {
  const all = records.map((record) => {
    const texts = [record.name, ...(kind === 'country' && record.code ? namesOfCountry(record.code) : [])]
    // A path is called by its last part, too.
    const last = record.name.includes(' / ') ? [record.name.split(' / ').at(-1) ?? ''] : []
    return {
      record,
      names: [...texts, ...last].map((text) => read(text, kind)),
      numbers: record.number === undefined ? numbersIn(record.name) : [plain(record.number)],
    }
  })
  const counts = new Map<string, number>()
  for (const { names } of all)
    for (const word of new Set(names[0]?.words)) counts.set(word, (counts.get(word) ?? 0) + 1)
  const weight = (word: string): number => {
    const share = (counts.get(word) ?? 0) / Math.max(4, all.length)
    return small.has(word) ? 0.1 : common.has(word) ? 0.3 : share > 0.5 ? 0.15 : share > 0.25 ? 0.4 : 1
  }
  return { all, weight }
}

/** What nearly every carrier's name may have and says little. */
const common: ReadonlySet<string> = new Set(['delivery', 'parcel', 'charge', 'service', 'all', 'vat'])
const small: ReadonlySet<string> = new Set(['of', 'the', 'and', 'on', 'de', 'la', 'und', 'for', 'a', 'us', 'in', 'to'])

function suggestValue(value: string, records: Records, task: ValueTask): ValueSuggestion {
  const known = task.learned?.accepted[value]
  const refused = task.learned?.rejected[value] ?? []
  const scored = records.all
    .map((one) => {
      const found = likenessOf(value, one, records, task.kind)
      const score = one.record.name === known ? 1 : refused.includes(one.record.name) ? found.score * 0.3 : found.score
      return { ...found, record: one.record, score, ...(one.record.name === known && { why: 'chosenBefore' }) }
    })
    .filter(({ score }) => score > 0.15)
    .sort((a, b) => b.score - a.score || a.record.name.length - b.record.name.length)
  const [best, next] = scored
  if (!best) return { value, others: [], confidence: 0, certain: false, reasons: [reason('noValue', { value })] }
  const margin = best.score - (next?.score ?? 0)
  const confidence = Math.max(0, Math.min(0.99, best.score - (margin < 0.05 ? 0.25 : margin < 0.12 ? 0.1 : 0)))
  const rest = scored.slice(1, 3).map(({ record }) => record)
  const why = reason(best.why, { value, name: best.record.name, ...best.args })
  if (confidence < SUGGEST_FROM) {
    return {
      value,
      others: [best.record, ...rest].slice(0, 2),
      confidence,
      certain: false,
      reasons: [reason('valueNotSure', { value, name: best.record.name }), why],
    }
  }
  return { value, best: best.record, others: rest, confidence, certain: confidence >= ACCEPT_FROM, reasons: [why] }
}

interface Found {
  score: number
  why: string
  args: Record<string, string>
}

function likenessOf(value: string, { record, names, numbers }: ReadRecord, records: Records, kind: string): Found {
  const own = read(value, kind)
  const code = codeMatch(value, record, kind)
  if (code) return { score: 0.97, why: 'sameCode', args: { code } }
  if (names.some(({ joined }) => joined === own.joined && joined !== ''))
    return { score: 0.99, why: 'sameValue', args: {} }
  const words = Math.max(...names.map((name) => wordScore(own.words, name.words, records)))
  const typo = Math.max(...names.map(({ joined }) => typoScore(own.joined, joined)))
  const text = Math.max(words, typo)
  const number = kind === 'tax' || kind === 'payment_term' ? numberMatch(value, numbers, kind) : undefined
  if (number) {
    if (!number.same) return { score: text * 0.3, why: 'otherNumber', args: { number: number.text } }
    // The number says which one it is; the words decide among those with the same.
    return { score: Math.min(0.98, 0.84 + 0.14 * text), why: 'sameNumber', args: { number: number.text } }
  }
  return { score: text, why: words >= typo ? 'sameMeaning' : 'spelling', args: {} }
}

function wordScore(value: string[], record: string[], { weight }: Records): number {
  const heavy = (words: string[]) => words.reduce((sum, word) => sum + weight(word), 0)
  const [of, by] = [heavy(value), heavy(record)]
  if (of === 0 || by === 0) return 0
  const found = value.reduce((sum, word) => sum + weight(word) * nearest(word, record), 0) / of
  const back = record.reduce((sum, word) => sum + weight(word) * nearest(word, value), 0) / by
  return found ** 0.75 * back ** 0.5 * 0.97
}

const nearest = (word: string, words: string[]): number =>
  words.reduce((most, other) => Math.max(most, near(word, other)), 0)

function near(a: string, b: string): number {
  if (a === b) return 1
  const [short, long] = a.length < b.length ? [a, b] : [b, a]
  if (/^\d/.test(a) || /^\d/.test(b)) return 0
  // `N. Carolina`, `Calif.`
  if (long.startsWith(short) && (short.length >= 4 || (short.length === 1 && long.length > 3)))
    return short.length === 1 ? 0.7 : 0.88
  return typoScore(a, b)
}

function typoScore(a: string, b: string): number {
  const longer = Math.max(a.length, b.length)
  if (longer < 5 || Math.abs(a.length - b.length) > 2) return 0
  const ratio = 1 - distance(a, b) / longer
  return ratio >= 0.8 ? ratio * 0.95 : 0
}

/** A code as it is, within a longer one (`US-FL`), or the first letters of the name (`B.C.`). */
function codeMatch(value: string, { code, name }: ValueRecord, kind: string): string | undefined {
  const text = fold(value).trim().toUpperCase()
  const own = code?.toUpperCase()
  const last = own?.split('-').at(-1)
  if (
    own &&
    (text === own ||
      (kind === 'state' &&
        (text === last || text.split(/[-_ ]/).at(-1) === last) &&
        text.length <= 6 &&
        text.length >= 2))
  )
    return own
  if (kind !== 'state' && kind !== 'country') return undefined
  const initials = fold(name)
    .split(/[^A-Za-z]+/)
    .filter((word) => word.length > 2)
    .map((word) => word.charAt(0))
    .join('')
    .toUpperCase()
  const letters = text.replace(/[^A-Z]/g, '')
  return initials.length >= 2 && letters === initials && /\./.test(value) ? initials : undefined
}

function numberMatch(value: string, numbers: string[], kind: string): { same: boolean; text: string } | undefined {
  const written = numbersIn(value)
  const own =
    written.length === 0 && kind === 'tax' && read(value, kind).words.some((word) => untaxed.has(word))
      ? ['0']
      : written
  if (own.length === 0 || numbers.length === 0) return undefined
  if (kind !== 'tax')
    return {
      same: own.every((one) => numbers.includes(one)) && numbers.every((one) => own.includes(one)),
      text: own.join(', '),
    }
  const text = own.find((one) => numbers.includes(one)) ?? own.find((one) => numbers.includes(hundredfold(one)))
  return { same: text !== undefined, text: text ?? own.join(', ') }
}

/** Words that say a rate of zero without a number. */
const untaxed: ReadonlySet<string> = new Set(['zerotax', 'export', 'intra', 'reversecharge'])

/** A rate may be written as a fraction. */
const hundredfold = (number: string): string =>
  /^0\.\d+$/.test(number) ? plain(String(Number((Number(number) * 100).toFixed(6)))) : ''

function numbersIn(text: string): string[] {
  return [...text.replace(/(\d),(\d)/g, '$1.$2').matchAll(/\d+(\.\d+)?/g)].map(([number]) => plain(number))
}

const plain = (number: string): string =>
  number
    .replace(/^0+(?=\d)/, '')
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')

function read(text: string, kind: string): { words: string[]; joined: string } {
  const tokens = tokensOf(text.replace(/²/g, '2').replace(/³/g, '3'))
  const words: string[] = []
  for (let at = 0; at < tokens.length; ) {
    const meaning = longestMeaning(tokens, at, kind === 'unit' ? unitIndex : meaningIndex)
    words.push(meaning?.name ?? tokens[at] ?? '')
    at += meaning?.length ?? 1
  }
  return { words, joined: words.filter((word) => !small.has(word)).join('') }
}

function longestMeaning(
  tokens: string[],
  at: number,
  index: ReadonlyMap<string, string>,
): { name: string; length: number } | undefined {
  for (let length = Math.min(4, tokens.length - at); length > 0; length--) {
    const name = index.get(tokens.slice(at, at + length).join(' '))
    if (name !== undefined) return { name, length }
  }
  return undefined
}

const indexOf = (lines: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    lines.flatMap((line) => {
      const [name = '', ...others] = line.split(',').map((text) => tokensOf(text).join(' '))
      return [name, ...others].map((text) => [text, name.replaceAll(' ', '')] as const)
    }),
  )
const meaningIndex = indexOf(meanings)
const unitIndex = indexOf(unitMeanings)

const regions = new Map(
  countryLanguages.map((language) => [
    language,
    new Intl.DisplayNames([language], { type: 'region', fallback: 'none' }),
  ]),
)

function namesOfCountry(code: string): string[] {
  if (!/^[A-Z]{2}$/.test(code)) return []
  const named = countryLanguages.flatMap((language) => regions.get(language)?.of(code) ?? [])
  return [...named, ...(countryNames[code]?.split(',').map((name) => name.trim()) ?? [])]
}
