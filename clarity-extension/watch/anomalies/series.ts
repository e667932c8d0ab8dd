import { median } from 'simple-statistics'
import { LEARN_WEEKS, Level, robustSigma, usual, WEEK } from './season.ts'

/**
 * `count`: things per hour, good or bad when missing or many. `faults`: things of which only many are bad. `measure`: a size such
 * as a latency, of which a lasting rise is bad. `sum`: money per hour.
 */
export type SeriesKind = 'count' | 'faults' | 'measure' | 'sum'

export interface SeriesShape {
  kind: SeriesKind
  /** 1 as delivered; above 1 it takes more to be an anomaly. Grows when people say that alarms were normal. */
  tolerance?: number
}

/** One hour, judged by the hours before it. */
export interface JudgedHour {
  /** What was expected, and the range that is ordinary; absent while the series is being learnt. */
  expected?: number
  low?: number
  high?: number
  alarm?: Alarm
}

export interface Alarm {
  direction: 'low' | 'high'
  /** Hours that were looked at together. */
  hours: number
  /** Of those hours together. */
  seen: number
  expected: number
  low: number
  high: number
  /** How far out, in spreads. */
  score: number
}

/** Hours looked at together: a fault of one hour shows at once, a weaker one when it lasts. */
const WINDOWS = [1, 3, 6] as const
const MEMORY = 8 * WEEK

/** Judges every hour of a series by what was before it. Hours without a reading are undefined. Pure. */
export function judgeSeries(
  { kind, tolerance = 1 }: SeriesShape,
  hours: readonly (number | undefined)[],
): JudgedHour[] {
  return kind === 'measure' ? judgeMeasure(hours, tolerance) : judgeCounts(hours, kind, tolerance)
}

function judgeCounts(hours: readonly (number | undefined)[], kind: SeriesKind, tolerance: number): JudgedHour[] {
  const clean: (number | undefined)[] = []
  const means: (number | undefined)[] = []
  const residuals: number[] = []
  const level = new Level(30, 0.9)
  let spread = 1
  let typical = 0
  return hours.map((value, at) => {
    const season = usual(clean, at)
    const mean =
      season === undefined ? undefined : Math.max(kind === 'faults' ? 0.3 : 0.05, season * Math.exp(level.value))
    means.push(mean)
    if (value === undefined || mean === undefined) {
      clean.push(value)
      return {}
    }
    if (at % 24 === 0 && residuals.length > 100) spread = Math.max(1, robustSigma(residuals.slice(-MEMORY / 2)))
    if (at % 24 === 0) typical = median(means.slice(-WEEK).filter((one) => one !== undefined))
    const scale = scaleOf(kind, spread)
    const alarm = alarmAt({ hours, means, at, kind, scale, tolerance, typical })
    // What was out of the ordinary is forgotten, so that it does not become usual; the level follows slowly all the same.
    clean.push(alarm ? undefined : value)
    if (!alarm) residuals.push(stretched(value, kind) - stretched(mean, kind))
    if (season !== undefined && season >= 1) level.see(Math.log((value + 1) / (season + 1)))
    return { expected: mean, ...range(mean, kind, scale * 3.5), ...(alarm && { alarm }) }
  })
}

/** Counts are as uncertain as their root; money varies in proportion. */
const stretched = (value: number, kind: SeriesKind): number =>
  kind === 'sum' ? Math.log1p(value) : 2 * Math.sqrt(value + 0.375)
const unstretched = (value: number, kind: SeriesKind): number =>
  Math.max(0, kind === 'sum' ? Math.expm1(value) : (Math.max(0, value) / 2) ** 2 - 0.375)
const scaleOf = (kind: SeriesKind, spread: number): number =>
  kind === 'sum' ? Math.max(0.15, spread) : Math.max(1, spread)

function range(mean: number, kind: SeriesKind, width: number): { low: number; high: number } {
  const middle = stretched(mean, kind)
  return { low: unstretched(middle - width, kind), high: unstretched(middle + width, kind) }
}

interface Place {
  hours: readonly (number | undefined)[]
  means: readonly (number | undefined)[]
  at: number
  kind: SeriesKind
  scale: number
  tolerance: number
  /** What an hour brings in the middle. */
  typical: number
}

/** Improbable alone is no alarm, and big alone is none: it must be both. */
const IMPROBABLE = 4.2
/** Money has the heavier tail: one order for a whole office is no anomaly. */
const IMPROBABLE_SUM = 5
const FEW = 0.25
const MANY: Record<Exclude<SeriesKind, 'measure'>, number> = { count: 4, faults: 3.5, sum: 6 }

function alarmAt(place: Place): Alarm | undefined {
  return WINDOWS.map((window) => alarmOver(place, window))
    .filter((alarm) => alarm !== undefined)
    .sort((a, b) => b.score - a.score)[0]
}

function alarmOver({ hours, means, at, kind, scale, tolerance, typical }: Place, window: number): Alarm | undefined {
  if (kind === 'measure' || (kind === 'sum' && window === 1)) return undefined
  const improbable = (kind === 'sum' ? IMPROBABLE_SUM : IMPROBABLE) * tolerance
  let [seen, expected] = [0, 0]
  for (let back = 0; back < window; back++) {
    const [value, mean] = [hours[at - back], means[at - back]]
    if (value === undefined || mean === undefined) return undefined
    seen += value
    expected += mean
  }
  // A sum over hours varies less than each of them, but hours next to one another go together.
  const spread = kind === 'sum' ? scale / Math.sqrt(window) ** 0.5 : scale
  // At night one order is many times what is usual: money counts in hours that usually bring some.
  if (kind === 'sum' && expected < window * 0.5 * typical) return undefined
  const z = (stretched(seen, kind) - stretched(expected, kind)) / spread
  const limits = range(expected, kind, spread * improbable)
  const alarm = { hours: window, seen, expected, ...limits, score: Math.abs(z) }
  const few = kind === 'count' && z < -improbable && seen < (FEW / tolerance) * expected && expected >= 6
  if (few) return { ...alarm, direction: 'low' }
  const many = z > improbable && seen > MANY[kind] * tolerance * expected && seen >= 5
  return many ? { ...alarm, direction: 'high' } : undefined
}

/** A latency: by its ratio to the usual, with a running sum that finds where it went up and stayed up (CUSUM). */
function judgeMeasure(hours: readonly (number | undefined)[], tolerance: number): JudgedHour[] {
  const clean: (number | undefined)[] = []
  const residuals: number[] = []
  const level = new Level(2 * WEEK, 0.7)
  let spread = 0.2
  let sum = 0
  let since = 0
  return hours.map((value, at) => {
    const season = usual(clean, at)
    if (value === undefined || season === undefined || season <= 0) {
      clean.push(value)
      return {}
    }
    if (at % 24 === 0 && residuals.length > 100) spread = Math.max(0.08, robustSigma(residuals.slice(-MEMORY / 2)))
    const expected = season * Math.exp(level.value)
    const residual = Math.log(Math.max(value, 1e-9) / expected)
    const z = residual / spread
    sum = Math.max(0, Math.min(CUSUM_MOST, sum + Math.min(z, 8) - SLACK))
    since = sum === 0 ? 0 : since + 1
    const lasting = sum > CUSUM_ALARM * tolerance && value > 1.5 * tolerance * expected
    const sudden = z > 6 * tolerance && value > 3 * tolerance * expected
    const [low, high] = [expected * Math.exp(-3.5 * spread), expected * Math.exp(3.5 * spread)]
    const alarm: Alarm | undefined =
      lasting || sudden
        ? { direction: 'high', hours: Math.max(1, since), seen: value, expected, low, high, score: z }
        : undefined
    clean.push(alarm ? undefined : value)
    if (!alarm) residuals.push(residual)
    level.see(Math.log(value / season))
    return { expected, low, high, ...(alarm && { alarm }) }
  })
}

const SLACK = 1
const CUSUM_ALARM = 9
const CUSUM_MOST = 20

export const hasLearnt = (hours: readonly unknown[]): boolean => hours.length >= LEARN_WEEKS * WEEK
