import type { Run } from './run.ts'
import type { Settings } from './settings.ts'
import type { Ending, Settled } from './settle.ts'

/** One structured line per attempt, and the same for whoever observes. Never a payload. */
export function reportSettled(
  { log, observe }: Settings,
  { event, steps }: Pick<Run, 'event' | 'steps'>,
  ending: Ending,
  settled: Settled,
): void {
  const { move, outcome, durationMs } = ending
  const line = {
    event: event.id,
    lane: event.lane,
    type: event.type,
    attempt: event.attempt,
    outcome,
    cause: move.cause,
    ms: durationMs,
    trace: event.traceId,
  }
  if (!settled.to) {
    log.warn(line, 'lane lost, attempt not settled')
    observe({ fact: 'lease_lost', lane: event.lane, eventId: event.id })
    return
  }
  const level = settled.to === 'dead' || settled.to === 'held' || move.by === 'refused' ? 'warn' : 'info'
  log[level]({ ...line, to: settled.to }, 'attempt')
  observe({ fact: 'settled', event, to: settled.to, outcome, cause: move.cause, durationMs, steps })
  if (!settled.paused) return
  log.error({ connection: settled.paused, cause: move.cause }, 'connection paused')
  observe({ fact: 'paused', connection: settled.paused, cause: move.cause ?? '', message: move.message ?? '' })
}
