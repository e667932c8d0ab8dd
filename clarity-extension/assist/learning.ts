import { nameOf, type TargetField } from './schema.ts'
import { wordsOf } from './words.ts'

/** A person's word on a suggestion. */
export interface Verdict {
  path: string
  model: string
  field: string
  accepted: boolean
}

export interface Learned {
  /** @param score what the evidence alone gives, 0 to 1 */
  adjust(path: string, target: TargetField, score: number): number
}

export const noLearning: Learned = { adjust: (_path, _target, score) => score }

/** What was accepted comes first wherever a field is called the same; what was rejected steps back, here most, elsewhere a little. */
export function learnedFrom(verdicts: readonly Verdict[]): Learned {
  const exact = new Map(verdicts.map((one) => [`${one.path}>${one.model}.${one.field}`, one.accepted]))
  const alike = new Map(verdicts.map((one) => [`${keyOf(one.path)}>${one.model}.${one.field}`, one.accepted]))
  return {
    adjust(path, { model, name }, score) {
      const here = exact.get(`${path}>${model}.${name}`)
      if (here !== undefined) return here ? Math.max(score, 0.98) : score * 0.3
      const elsewhere = alike.get(`${keyOf(path)}>${model}.${name}`)
      if (elsewhere === undefined) return score
      return elsewhere ? Math.max(score, 0.5 + score / 2) : score * 0.7
    },
  }
}

const keyOf = (path: string): string =>
  wordsOf(nameOf(path))
    .map(({ text }) => text)
    .join(' ')
