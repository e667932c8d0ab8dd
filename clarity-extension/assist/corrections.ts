import { distance } from 'fastest-levenshtein'
import type { Problem } from '../../shared/outcome.ts'
import { type Reason, reason } from './reasons.ts'
import { suggestValues, type ValueRecord } from './values.ts'
import { sameness, wordsOf } from './words.ts'

/** What a dead letter probably meant. Nothing is changed by it: a person takes it or leaves it. */
export interface Correction {
  /** The problem's value, as it came. */
  value: string
  /** What it should probably be. */
  replacement: string
  /** Written into the record (a misspelt SKU), or an entry of a value table, which mends every record alike. */
  how: { kind: 'value'; field: string } | { kind: 'entry'; table: string }
  confidence: number
  reasons: Reason[]
}

export interface KnownProduct {
  sku: string
  /** Empty where nobody told it. */
  name: string
}

/** @param soldAs the name that the storefront sold it under, when the record says one */
export function correctSku(problem: Problem, products: readonly KnownProduct[], soldAs?: string): Correction[] {
  const { value, field } = problem
  if (value === undefined || field === undefined) return []
  const name = soldAs === undefined ? undefined : wordsOf(soldAs)
  return products
    .map((product) => {
      const told = product.name !== ''
      const named = name && told ? sameness(name, wordsOf(product.name)) : 0
      const spelling = spellingOf(value, product.sku)
      // Another SKU altogether, under the very name that was sold.
      const score = Math.max(spelling.score, named > 0.95 ? 0.6 : 0)
      const confidence = Math.min(0.99, score + (name && told ? (named - 0.4) * 0.35 : 0))
      return { product, spelling, named, told, score, confidence }
    })
    .filter(({ product, score, confidence }) => product.sku !== value && score > 0.4 && confidence >= 0.5)
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, 3)
    .map(({ product, spelling, named, told, confidence }, at, all) => ({
      value,
      replacement: product.sku,
      how: { kind: 'value' as const, field },
      // Two that are equally near are a question, not an answer.
      confidence:
        all.length > 1 && Math.abs((all[at === 0 ? 1 : 0]?.confidence ?? 0) - confidence) < 0.05
          ? confidence * 0.7
          : confidence,
      reasons: [
        ...(spelling.score > 0 ? [reason(spelling.why, { value, name: product.sku })] : []),
        ...(named > 0.6 ? [reason('soldAs', { name: product.name })] : []),
        ...(soldAs !== undefined && told && named < 0.2
          ? [reason('soldOtherwise', { soldAs, name: product.name })]
          : []),
      ],
    }))
}

/** How near a SKU is to another as people mistype them: other separators, letters swapped, O for 0, a missing or foreign end. */
function spellingOf(given: string, sku: string): { score: number; why: string } {
  const [a, b] = [bare(given), bare(sku)]
  if (a === b) return { score: 0.97, why: 'skuSeparators' }
  if (lookalike(a) === lookalike(b)) return { score: 0.95, why: 'skuLookalike' }
  if (swapped(a, b)) return { score: 0.9, why: 'skuSwapped' }
  const longer = Math.max(a.length, b.length)
  const edits = distance(a, b)
  // What differs in digits only is more often another article than a slip.
  const digits = a.replace(/\d/g, '#') === b.replace(/\d/g, '#')
  if (longer >= 4 && edits <= 2 && edits / longer <= 0.34)
    return { score: (digits ? 0.62 : 0.88) - 0.12 * (edits - 1) - (longer < 6 ? 0.1 : 0), why: 'skuSpelling' }
  const [short, long] = a.length < b.length ? [a, b] : [b, a]
  if (short.length >= 5 && long.startsWith(short)) return { score: 0.6, why: 'skuEnd' }
  return { score: 0, why: 'skuSpelling' }
}

const bare = (sku: string): string => sku.toUpperCase().replace(/[^A-Z0-9]/g, '')
const lookalike = (sku: string): string =>
  sku.replace(/O/g, '0').replace(/[IL]/g, '1').replace(/S/g, '5').replace(/B/g, '8')

function swapped(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  const at = [...a].findIndex((letter, index) => letter !== b[index])
  return (
    at >= 0 && at + 1 < a.length && a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2)
  )
}

/** A value that a table has no entry for, or whose record was renamed or moved: an entry that says what it is now. */
export function correctValue(
  problem: Problem,
  kind: string,
  table: string,
  records: readonly ValueRecord[],
): Correction[] {
  const { value } = problem
  if (value === undefined) return []
  const [made] = suggestValues({ kind, values: [value], records })
  if (!made?.best) return []
  return [
    {
      value,
      replacement: made.best.name,
      how: { kind: 'entry', table },
      confidence: made.confidence,
      reasons: made.reasons,
    },
  ]
}
