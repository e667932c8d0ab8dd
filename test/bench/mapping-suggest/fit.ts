import { suggest } from '../../../clarity-extension/assist/suggest.ts'
import { judged } from '../mapping-suggest.ts'
import { clarity } from './gold.ts'

/**
 * Fits the two figures that turn the matcher's own sureness into a share of right ones (Platt's scaling, with his smoothed targets
 * because most are right), on the tuned half only. Prints them for assist/confidence.ts, and how true both halves are to them.
 */
const points = judged(clarity(), suggest).map(({ gold, suggestion, place }) => {
  const right = suggestion.best
    ? place === 1
    : gold.targets.some(
        (one) => suggestion.others[0] && one === `${suggestion.others[0].model}/${suggestion.others[0].field}`,
      )
  return { z: logit(suggestion.confidence), right, tuned: gold.tuned, confidence: suggestion.confidence }
})
const tuned = points.filter((point) => point.tuned)
const yes = tuned.filter(({ right }) => right).length
const [high, low] = [(yes + 1) / (yes + 2), 1 / (tuned.length - yes + 2)]
let [a, b] = [1, 0]
for (let step = 0; step < 20_000; step++) {
  let [da, db] = [0, 0]
  for (const { z, right } of tuned) {
    const error = 1 / (1 + Math.exp(-(a * z + b))) - (right ? high : low)
    da += error * z
    db += error
  }
  a -= (0.02 * da) / tuned.length
  b -= (0.02 * db) / tuned.length
}
console.log(`on top of what is there now: slope ${a.toFixed(3)}, shift ${b.toFixed(3)}`)
for (const [name, half] of [
  ['tuned', tuned],
  ['unseen', points.filter((point) => !point.tuned)],
] as const) {
  for (const [from, to] of [
    [0, 0.2],
    [0.2, 0.5],
    [0.5, 0.7],
    [0.7, 0.85],
    [0.85, 0.95],
    [0.95, 1.01],
  ] as const) {
    const inside = half.filter(({ confidence }) => confidence >= from && confidence < to)
    const mean = inside.reduce((sum, { confidence }) => sum + confidence, 0) / inside.length
    if (inside.length > 0)
      console.log(
        `${name} ${from} to ${to}: ${inside.length}, said ${mean.toFixed(2)}, right ${(inside.filter(({ right }) => right).length / inside.length).toFixed(2)}`,
      )
  }
}

function logit(p: number): number {
  const kept = Math.min(1 - 1e-6, Math.max(1e-6, p))
  return Math.log(kept / (1 - kept))
}
