import { median, medianAbsoluteDeviation } from 'simple-statistics'

export const WEEK = 168
/** Weeks that a series must have lived before anything about it is an anomaly. */
export const LEARN_WEEKS = 3
/** Weeks that the season is taken from. */
const SEASON_WEEKS = 8

/**
 * What an hour usually brings: the median over the same hour of the last weeks, each smoothed with the hours beside it. Hours that
 * were themselves out of the ordinary, or unknown, do not count.
 */
export function usual(values: readonly (number | undefined)[], at: number): number | undefined {
  const same: number[] = []
  for (let week = 1; week <= SEASON_WEEKS; week++) {
    const value = smoothed(values, at - week * WEEK)
    if (value !== undefined) same.push(value)
  }
  return same.length >= LEARN_WEEKS ? median(same) : undefined
}

function smoothed(values: readonly (number | undefined)[], at: number): number | undefined {
  let [sum, weight] = [0, 0]
  for (const [offset, share] of neighbours) {
    const value = at + offset >= 0 ? values[at + offset] : undefined
    if (value === undefined) continue
    sum += value * share
    weight += share
  }
  return weight >= 2 ? sum / weight : undefined
}

const neighbours: readonly (readonly [number, number])[] = [
  [-1, 1],
  [0, 2],
  [1, 1],
]

/** The spread that a normal distribution with this median deviation would have. */
export const robustSigma = (residuals: readonly number[]): number =>
  residuals.length === 0 ? 0 : 1.4826 * medianAbsoluteDeviation([...residuals])

/** An exponentially weighted mean that a single wild value cannot pull far. */
export class Level {
  #value = 0
  readonly #share: number
  readonly #reach: number

  /** @param hours about as many hours as it looks back; @param reach how much one value counts at most */
  constructor(hours: number, reach: number) {
    this.#share = 2 / (hours + 1)
    this.#reach = reach
  }

  get value(): number {
    return this.#value
  }

  see(value: number): void {
    const pull = Math.max(-this.#reach, Math.min(this.#reach, value - this.#value))
    this.#value += this.#share * pull
  }
}
