import type { Evidence } from './evidence.ts'

/** From here on a suggestion is made; below, the nearest are named and nothing is suggested. */
export const SUGGEST_FROM = 0.35
/** From here on it may be taken over with others at once. */
export const ACCEPT_FROM = 0.85

/**
 * How sure a choice is: a logistic curve over its score, how far the next one is, and what it rests on. The figures were set by
 * hand over the tuned half of the gold set; `node test/bench/mapping-suggest/fit.ts` shows how well they fit.
 */
export function confidenceOf(choice: Choice): number {
  const z = featuresOf(choice).reduce((sum, value, at) => sum + value * (weights[at] ?? 0), 0)
  return 1 / (1 + Math.exp(-z))
}

export interface Choice {
  score: number
  next: number
  top: number
  /** Another field has the same target. */
  shared: boolean
  evidence: Evidence
}

export const featuresOf = ({ score, next, top, shared, evidence }: Choice): number[] => [
  1,
  score,
  evidence.name,
  Math.min(0.5, Math.max(-0.3, score - next)),
  shared ? 1 : 0,
  top > score + 0.05 ? 1 : 0,
  evidence.type,
]

const weights: readonly number[] = [-8, 7, 3, 2, -0.7, -0.7, 1.5]
