import type { Selectable } from 'kysely'
import type { Seal } from '../privacy/seal.ts'
import type { EventsTable, TraceStep } from '../store/schema.ts'
import type { Claim } from './claim.ts'
import { decide, type Ended } from './policy.ts'
import type { Settings } from './settings.ts'
import type { Ending } from './settle.ts'
import { withStanding } from './standing.ts'
import { createTrace, type TraceLog } from './trace.ts'
import type { ClaimedEvent, Handler } from './types.ts'

/** One attempt that is under way. */
export interface Run {
  lane: string
  epoch: number
  event: ClaimedEvent
  /** Tells the handler that its result is no longer wanted. */
  abort: AbortController
  /** Ends the attempt before its handler does. */
  cut(ended: Ended): void
  /** What it did so far, for whoever observes. */
  steps: TraceStep[]
  /** Never rejects: what a handler throws, at once or later, is an end like any other. */
  ending: Promise<Ending>
}

export function startRun({ event: row, epoch }: Claim, handler: Handler, settings: Settings): Run {
  const abort = new AbortController()
  const event = claimedEvent(row, epoch, abort.signal, settings.seal)
  const trace = createTrace()
  const startedAt = settings.now()
  const began = performance.now()
  const cut = Promise.withResolvers<Ended>()
  const tooLong = setTimeout(() => {
    const message = `The handler did not end within ${Math.round(settings.runLimitMs / 1000)} s.`
    cut.resolve({ kind: 'thrown', cause: 'timeout', message })
  }, settings.runLimitMs)
  const ending = Promise.race([attempt(handler, event, trace, settings), cut.promise]).then((ended): Ending => {
    clearTimeout(tooLong)
    const { details, ...move } = decide(ended, event.attempt, settings.random(), settings.attemptLimit)
    return {
      eventId: event.id,
      lane: event.lane,
      epoch,
      type: event.type,
      attempt: event.attempt,
      outcome: ended.kind,
      move: { ...move, details: details === null ? null : settings.seal.text(JSON.stringify(details)) },
      startedAt,
      durationMs: Math.round(performance.now() - began),
      restMs: ended.kind === 'done' ? (restOf(event.type, settings) ?? 0) : 0,
      steps: settings.seal.text(JSON.stringify(trace.steps)),
    }
  })
  return { lane: event.lane, epoch, event, abort, steps: trace.steps, cut: cut.resolve, ending }
}

const restOf = (type: ClaimedEvent['type'], { types }: Settings) =>
  type === 'unreadable' ? undefined : types[type]?.restMs

async function attempt(handler: Handler, event: ClaimedEvent, trace: TraceLog, settings: Settings): Promise<Ended> {
  const { log, store } = settings
  try {
    const outcome = await withStanding(handler, store.db)(event, trace)
    // What is no outcome, or cannot be written down, is refused while the handler can still be blamed for it.
    JSON.stringify(decide(outcome, event.attempt, 0).details)
    return outcome
  } catch (error) {
    const { id, lane, type, traceId } = event
    log.error({ event: id, lane, type, trace: traceId, err: error }, 'handler threw')
    return { kind: 'thrown', message: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }
}

const claimedEvent = (
  event: Selectable<EventsTable>,
  epoch: number,
  signal: AbortSignal,
  seal: Seal,
): ClaimedEvent => ({
  id: event.id,
  source: event.source,
  webhookId: event.webhook_id,
  type: event.type,
  lane: event.lane,
  subject: event.subject,
  priority: priorityOf(event.priority),
  payload: payloadOf(event, seal),
  corrected: event.correction !== null,
  approved: event.approved_by !== null,
  approvals: event.approvals.split(' ').filter(Boolean),
  receivedAt: event.received_at,
  attempt: event.attempts,
  traceId: event.trace_id,
  epoch,
  signal,
})

const priorityOf = (priority: number): ClaimedEvent['priority'] =>
  priority === 0 || priority === 1 || priority === 2 ? priority : 3

function payloadOf({ correction, payload }: Selectable<EventsTable>, seal: Seal): Buffer {
  return correction === null ? seal.openBytes(payload) : Buffer.from(seal.openText(correction))
}
