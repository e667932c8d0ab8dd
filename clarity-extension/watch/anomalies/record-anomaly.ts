import type { RecordFinding } from './orders.ts'
import type { WatchRule } from './rules.ts'
import type { InspectedEvent, NewAnomaly } from './types.ts'

/** What is odd about one record is over as soon as it is seen. */
export function anomalyOf(
  one: RecordFinding,
  rule: WatchRule,
  action: 'notify' | 'hold',
  at: number,
  event?: InspectedEvent,
): NewAnomaly {
  return {
    rule,
    about: one.about,
    event_id: event?.id ?? null,
    subject: event?.subject ?? null,
    direction: one.seen < one.low ? 'low' : 'high',
    began_at: at,
    last_at: at,
    ended_at: at,
    seen: one.seen,
    low: one.low,
    high: one.high,
    expected: null,
    hours: 0,
    action,
    verdict: null,
    decided_by: null,
    decided_at: null,
  }
}
