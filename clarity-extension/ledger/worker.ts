import { type Selectable, sql } from 'kysely'
import type { Outcome } from '../../shared/outcome.ts'
import { group } from '../store/group.ts'
import type { EventsTable } from '../store/schema.ts'
import { type Claim, claimLanes, PRIORITIES } from './claim.ts'
import { extendLeases, reclaim } from './leases.ts'
import { decide, type Ended } from './policy.ts'
import type { Settings } from './settings.ts'
import { type Ending, type Settled, settleEndings } from './settle.ts'
import { createTrace, type TraceLog } from './trace.ts'
import type { ClaimedEvent, Handler } from './types.ts'

/** Runs events: claims lanes while there is room, hands each event to the handler, settles what comes of it. */
export interface Worker {
  start(handler: Handler): Promise<void>
  stop(limitMs: number): Promise<void>
  /** Something may have become due. */
  wake(): void
  idle(): Promise<void>
}

interface Run {
  lane: string
  epoch: number
  event: ClaimedEvent
  trace: TraceLog
  startedAt: number
  abort: AbortController
  /** Ends the run before its handler does. */
  cut(ended: Ended): void
  finished: Promise<void>
}

/** The longest a worker sleeps: on a shared store other processes ingest too. */
const SLEEP = { sqlite: 30_000, postgres: 1_000 }
/** Between tries to settle while the store cannot commit. */
const SETTLE_AGAIN_MS = 1_000

export function createWorker(settings: Settings, onPause: () => void): Worker {
  const { store, now, log, random, observe } = settings
  const runs = new Set<Run>()
  const settles = group((endings: Ending[]) =>
    store.run(settleEndings, { endings, now: now(), dialect: store.dialect }),
  )
  let handle: Handler | undefined
  let pumping: Promise<void> | undefined
  let again = false
  let sleep: NodeJS.Timeout | undefined
  let heartbeat: NodeJS.Timeout | undefined
  const onIdle: (() => void)[] = []

  function wake(): void {
    again = true
    if (!handle) return
    pumping ??= pump().finally(() => {
      pumping = undefined
      if (again) wake()
    })
  }

  async function pump(): Promise<void> {
    clearTimeout(sleep)
    try {
      while (handle && again && runs.size < settings.concurrency) {
        again = false
        const { claims, seen } = await claim(settings.concurrency - runs.size)
        for (const claimed of claims) begin(claimed, handle)
        if (seen > claims.length || runs.size >= settings.concurrency) again = true
      }
      if (runs.size >= settings.concurrency) again = false
      await rest()
    } catch (error) {
      log.error({ err: error }, 'the store could not be asked for work')
      again = false
      sleepFor(SETTLE_AGAIN_MS)
    }
  }

  function claim(want: number) {
    const { leaseMs, types: rules } = settings
    return store.run(claimLanes, { want, dialect: store.dialect, now: now(), leaseMs, rules })
  }

  /** Sleeps until the next lane is due; full or not, a finished run wakes us. */
  async function rest(): Promise<void> {
    if (again || !handle) return
    if (runs.size >= settings.concurrency) return
    const next = await nextDue()
    if (again) return
    const longest = SLEEP[store.dialect]
    sleepFor(next === undefined ? longest : Math.min(longest, Math.max(1, next - now())))
    if (runs.size > 0 || (next !== undefined && next <= now())) return
    for (const resolve of onIdle.splice(0)) resolve()
  }

  /** Asked per priority: that reads one entry of the index each, however many lanes wait. */
  async function nextDue(): Promise<number | undefined> {
    const rows = await Promise.all(
      PRIORITIES.map((priority) =>
        store.db
          .selectFrom('lanes')
          .select((lanes) => lanes.fn.min('due_at').as('due_at'))
          .where(sql<boolean>`lease_until is null and waits_for is null`)
          .where('priority', '=', priority)
          .executeTakeFirst(),
      ),
    )
    const dues = rows.flatMap((row) => row?.due_at ?? [])
    return dues.length === 0 ? undefined : Math.min(...dues)
  }

  function sleepFor(ms: number): void {
    clearTimeout(sleep)
    sleep = setTimeout(wake, ms)
    sleep.unref()
  }

  function begin({ event, epoch }: Claim, handler: Handler): void {
    const abort = new AbortController()
    const trace = createTrace()
    const startedAt = now()
    const began = performance.now()
    const claimed = claimedEvent(event, epoch, abort.signal)
    const cut = Promise.withResolvers<Ended>()
    const tooLong = setTimeout(() => {
      const message = `The handler did not end within ${Math.round(settings.runLimitMs / 1000)} s.`
      cut.resolve({ kind: 'thrown', cause: 'timeout', message })
    }, settings.runLimitMs)
    const run: Run = {
      lane: event.lane,
      epoch,
      event: claimed,
      trace,
      startedAt,
      abort,
      cut: cut.resolve,
      finished: Promise.race([attempt(handler, claimed, trace), cut.promise]).then(async (ended) => {
        clearTimeout(tooLong)
        await settle(run, ended, Math.round(performance.now() - began))
        abort.abort()
        runs.delete(run)
        wake()
      }),
    }
    runs.add(run)
  }

  /** Never rejects: what a handler throws, at once or later, is an end like any other. */
  async function attempt(handler: Handler, event: ClaimedEvent, trace: TraceLog): Promise<Ended> {
    try {
      const outcome: Outcome | undefined = await handler(event, trace)
      decide(outcome, event.attempt, 0)
      return outcome
    } catch (error) {
      log.error(
        { event: event.id, lane: event.lane, type: event.type, trace: event.traceId, err: error },
        'handler threw',
      )
      return { kind: 'thrown', message: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
    }
  }

  async function settle(run: Run, ended: Ended, durationMs: number): Promise<void> {
    const { event, startedAt, trace, lane, epoch } = run
    const move = decide(ended, event.attempt, random(), settings.attemptLimit)
    const ending: Ending = {
      eventId: event.id,
      lane,
      epoch,
      type: event.type,
      attempt: event.attempt,
      outcome: ended.kind,
      move: { ...move, details: move.details === null ? null : JSON.stringify(move.details) },
      startedAt,
      durationMs,
      steps: JSON.stringify(trace.steps),
    }
    const settled = await settleUntilStored(run, ending)
    report(ending, settled, event)
  }

  /** While the store cannot commit, the lease is kept and the end of the attempt with it; a lost lease ends the waiting. */
  async function settleUntilStored(run: Run, ending: Ending): Promise<Settled> {
    for (;;) {
      try {
        return await settles.add(ending)
      } catch (error) {
        log.error({ event: ending.eventId, lane: ending.lane, err: error }, 'an attempt could not be settled yet')
        if (run.abort.signal.aborted || !handle) return { to: undefined }
        await new Promise((resolve) => setTimeout(resolve, SETTLE_AGAIN_MS))
      }
    }
  }

  function report(
    { eventId, lane, type, attempt: number, outcome, move, durationMs }: Ending,
    settled: Settled,
    event: ClaimedEvent,
  ) {
    const line = {
      event: eventId,
      lane,
      type,
      attempt: number,
      outcome,
      cause: move.cause,
      ms: durationMs,
      trace: event.traceId,
    }
    if (!settled.to) {
      log.warn(line, 'lane lost, attempt not settled')
      observe?.({ fact: 'lease_lost', lane, eventId })
      return
    }
    const level = settled.to === 'dead' || settled.to === 'held' || move.by === 'refused' ? 'warn' : 'info'
    log[level]({ ...line, to: settled.to }, 'attempt')
    observe?.({ fact: 'settled', event, to: settled.to, outcome, cause: move.cause, durationMs })
    if (settled.paused) {
      log.error({ connection: settled.paused, cause: move.cause }, 'connection paused')
      observe?.({ fact: 'paused', connection: settled.paused, cause: move.cause ?? '', message: move.message ?? '' })
      onPause()
    }
  }

  /** Extends what is ours first, so that a clock that jumped never makes us take our own lanes back. */
  async function beat(): Promise<void> {
    try {
      const lost = await extendLeases(store.db, [...runs], now() + settings.leaseMs)
      for (const run of lost) {
        if (!runs.has(run) || run.abort.signal.aborted) continue
        run.abort.abort()
        run.cut({ kind: 'lease_lost' })
      }
      const reclaimed = await reclaim(store.db, store.dialect, now(), { limit: settings.attemptLimit, random })
      for (const { ending } of reclaimed) observe?.({ fact: 'lease_lost', lane: ending.lane, eventId: ending.eventId })
      if (reclaimed.length > 0) wake()
    } catch (error) {
      log.error({ err: error }, 'leases could not be extended')
    }
  }

  return {
    wake,
    async start(handler) {
      const options = { all: store.exclusive, limit: settings.attemptLimit, random }
      const reclaimed = await reclaim(store.db, store.dialect, now(), options)
      if (reclaimed.length > 0) log.info({ events: reclaimed.length }, 'took up what the last process left unfinished')
      handle = handler
      heartbeat = setInterval(() => void beat(), settings.leaseMs / 3)
      heartbeat.unref()
      wake()
    },
    async stop(limitMs) {
      handle = undefined
      clearTimeout(sleep)
      await pumping
      const limit = AbortSignal.timeout(Math.max(1, limitMs))
      const tooLate = new Promise<void>((resolve) => limit.addEventListener('abort', () => resolve(), { once: true }))
      await Promise.race([Promise.all([...runs].map(({ finished }) => finished)), tooLate])
      for (const run of runs) {
        run.abort.abort()
        run.cut({ kind: 'released' })
      }
      await Promise.all([...runs].map(({ finished }) => finished))
      clearInterval(heartbeat)
      clearTimeout(sleep)
      await settles.flush()
    },
    idle() {
      return new Promise((resolve) => {
        onIdle.push(resolve)
        wake()
      })
    },
  }
}

const claimedEvent = (event: Selectable<EventsTable>, epoch: number, signal: AbortSignal): ClaimedEvent => ({
  id: event.id,
  source: event.source,
  webhookId: event.webhook_id,
  type: event.type,
  lane: event.lane,
  subject: event.subject,
  priority: priorityOf(event.priority),
  payload: payloadOf(event),
  corrected: event.correction !== null,
  receivedAt: event.received_at,
  attempt: event.attempts,
  traceId: event.trace_id,
  epoch,
  signal,
})

const priorityOf = (priority: number): ClaimedEvent['priority'] =>
  priority === 0 || priority === 1 || priority === 2 ? priority : 3

function payloadOf({ correction, payload }: Selectable<EventsTable>): Buffer {
  if (correction !== null) return Buffer.from(correction)
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
}
