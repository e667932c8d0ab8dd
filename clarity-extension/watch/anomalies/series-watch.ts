import type { Kysely } from 'kysely'
import type { Tables } from '../../store/schema.ts'
import { HOUR, type Readings } from './readings.ts'
import { type SeriesRule, seriesNames, seriesRules, type WatchRules } from './rules.ts'
import { type Alarm, hasLearnt, type JudgedHour, judgeSeries } from './series.ts'
import type { Anomaly, NewAnomaly } from './types.ts'

interface SeriesWatchParts {
  db: Kysely<Tables>
  rules: WatchRules
  readings: Readings
  insert(anomaly: NewAnomaly): Promise<void>
  now(): number
}

/** Ordinary hours after which something that lasted is over. */
const CALM_HOURS = 3

/** What is odd about the hours of each series, once per hour: one is judged when it is over. Asked, it says how much that was. */
export function seriesWatch({ db, rules, readings, insert, now }: SeriesWatchParts): () => Promise<number> {
  let judgedUpTo = -1

  return async () => {
    const hour = Math.floor(now() / HOUR)
    if (hour === judgedUpTo) return 0
    judgedUpTo = hour
    let fresh = 0
    for (const series of seriesNames) {
      const { action, tolerance } = await rules.of(series)
      if (action === 'off') continue
      const { from, values } = await readings.series(series)
      if (!hasLearnt(values.filter((value) => value !== undefined))) continue
      const judged = judgeSeries({ kind: seriesRules[series], tolerance }, values)
      fresh += await follow(series, from, judged)
    }
    return fresh
  }

  /** Begins, goes on with or ends what is open of a series. */
  async function follow(series: SeriesRule, from: number, judged: readonly JudgedHour[]): Promise<number> {
    const recent = judged
      .slice(-CALM_HOURS)
      .map((hour, at) => ({ ...hour, hour: from + judged.length - Math.min(CALM_HOURS, judged.length) + at }))
    const open = await db
      .selectFrom('anomalies')
      .selectAll()
      .where('rule', '=', series)
      .where('ended_at', 'is', null)
      .executeTakeFirst()
    const last = recent.filter(({ alarm }) => alarm).at(-1)
    if (open) {
      const change = last?.alarm
        ? { last_at: (last.hour + 1) * HOUR, ...figuresOf(worse(open, last.alarm)) }
        : { ended_at: now() }
      await db.updateTable('anomalies').set(change).where('id', '=', open.id).execute()
      return 0
    }
    const current = recent.at(-1)
    if (!current?.alarm) return 0
    const { alarm, hour } = current
    await insert({
      rule: series,
      about: series,
      event_id: null,
      subject: null,
      direction: alarm.direction,
      began_at: (hour + 1 - alarm.hours) * HOUR,
      last_at: (hour + 1) * HOUR,
      ended_at: null,
      ...figuresOf(alarm),
      action: 'notify',
      verdict: null,
      decided_by: null,
      decided_at: null,
    })
    return 1
  }
}

const figuresOf = ({
  seen,
  expected,
  low,
  high,
  hours,
}: Pick<Alarm, 'seen' | 'expected' | 'low' | 'high' | 'hours'>) => ({ seen, expected, low, high, hours })

/** The figures of the hour that was furthest out stand for all of it. */
function worse(open: Anomaly, alarm: Alarm): Pick<Alarm, 'seen' | 'expected' | 'low' | 'high' | 'hours'> {
  const was = {
    seen: open.seen,
    expected: open.expected ?? alarm.expected,
    low: open.low,
    high: open.high,
    hours: open.hours,
  }
  const out = ({ seen, expected }: { seen: number; expected: number }) =>
    Math.abs(Math.log((seen + 1) / (expected + 1)))
  return out(alarm) > out(was) ? alarm : was
}
