import { correct, type Outcome } from '../../shared/outcome.ts'
import type { Loader, Task } from './loader.ts'
import type { Loads } from './loads.ts'
import type { Load, LoadRow, Said } from './types.ts'

export interface BringParts {
  loads: Loads
  /** Resolves when nothing more urgent waits, or has waited long enough. */
  quiet(signal: AbortSignal): Promise<void>
  /** Keeps events from running, on any replica: a load and an event that write one record would undo each other's work. */
  hold(lanes: string[]): Promise<{ lanes: ReadonlySet<string>; release(): Promise<void> }>
  log: { error(facts: object, message: string): void }
  /** Milliseconds before a side that did not answer is asked again, the first time. */
  againMs?: number
}

/** Tasks under way: while one is written, the next is read. */
const AT_ONCE = 2
const LONGEST_MS = 60_000

/**
 * Brings over what waits. Each row is settled when its flow is through, and its flow may run twice: so it goes on after an
 * interruption at any point, and nothing is made twice. @returns what it did
 */
export async function bring(parts: BringParts, loader: Loader, load: Load, signal: AbortSignal): Promise<string> {
  const { loads, againMs = 1_000 } = parts
  const total = { settled: 0 }
  for (let wait = againMs; ; wait = Math.min(wait * 2, LONGEST_MS)) {
    const pass = await onePass(parts, loader, load, signal)
    total.settled += pass.settled
    if (pass.settled > 0) wait = againMs
    // Also while a side is away: nothing may have come so far that could be stopped.
    if (pass.stopped || (await isStopped(loads, load, signal))) return `${load.entity}: ${total.settled} brought over`
    if (pass.away === undefined && pass.busy === 0) {
      // A person may have decided on rows that were passed by already; what a pass without any news leaves is gone.
      if (pass.settled > 0 && (await loads.waiting(load.id, 0, 1)).length > 0) continue
      break
    }
    if (pass.away !== undefined) await loads.note(load.id, pass.away)
    await pause(wait, signal)
  }
  await loads.giveUp(load.id, gone)
  await loads.move(load.id, ['running'], 'done')
  return `${load.entity}: ${total.settled} brought over, done`
}

const isStopped = async (loads: Loads, { id }: Load, signal: AbortSignal): Promise<boolean> =>
  signal.aborted || (await loads.get(id))?.state !== 'running'

interface Pass {
  settled: number
  /** Somebody paused or cancelled it, or the bridge stops. */
  stopped: boolean
  /** What did not answer, or was refused for now; its rows still wait. */
  away: string | undefined
  /** An event was writing these. */
  busy: number
  /** Of a whole task nothing went through: no use in trying the next. */
  stuck: boolean
  /** The store could not be written, or a defect of ours. */
  fault: { error: unknown } | undefined
}

async function onePass(parts: BringParts, loader: Loader, load: Load, signal: AbortSignal): Promise<Pass> {
  const { loads } = parts
  const pass: Pass = { settled: 0, stopped: false, away: undefined, busy: 0, stuck: false, fault: undefined }
  const pending = {
    next: (after: number, limit: number) => loads.waiting(load.id, after, limit),
    bySource: (ids: readonly string[]) => loads.waitingFor(load.id, 'source_id', ids),
    byTarget: (ids: readonly string[]) => loads.waitingFor(load.id, 'target_id', ids),
  }
  const running = new Set<Promise<void>>()
  try {
    for await (const task of loader.work(pending, signal)) {
      await parts.quiet(signal)
      if (await isStopped(loads, load, signal)) pass.stopped = true
      if (pass.stopped || pass.stuck || pass.fault) break
      const run = settle(parts, load, task, pass)
        .catch((error: unknown) => {
          pass.fault ??= { error }
        })
        .finally(() => running.delete(run))
      running.add(run)
      if (running.size >= AT_ONCE) await Promise.race(running)
    }
  } catch (error) {
    if (!(error instanceof Away)) throw error
    pass.away = error.message
  } finally {
    await Promise.all(running)
  }
  if (pass.fault) throw pass.fault.error
  return pass
}

/** A side did not answer while it was read; it is asked again. */
export class Away extends Error {
  override name = 'Away'
}

async function settle(parts: BringParts, load: Load, task: Task, pass: Pass): Promise<void> {
  const { loads, log } = parts
  const held = await parts.hold(task.rows.map(task.lane))
  try {
    const rows = task.rows.filter((row) => held.lanes.has(task.lane(row)))
    pass.busy += task.rows.length - rows.length
    if (rows.length === 0) return
    const results = await Promise.allSettled(task.bring(rows))
    const ends = rows.flatMap((row, index) => {
      const result = results[index]
      if (result?.status === 'rejected')
        log.error({ load: load.id, row: row.id, err: result.reason }, 'a record of a first load failed unexpectedly')
      const outcome = result?.status === 'fulfilled' ? result.value : unexpected
      const end = endOf(row, outcome)
      if (end === undefined && 'message' in outcome) pass.away = outcome.message
      return end ?? []
    })
    await loads.settle(ends)
    pass.settled += ends.length
    if (ends.length === 0) pass.stuck = true
    else await loads.note(load.id, null)
  } finally {
    await held.release()
  }
}

type End = Parameters<Loads['settle']>[0][number]

/** @returns undefined for one that is tried again */
function endOf({ id }: LoadRow, outcome: Outcome): End | undefined {
  switch (outcome.kind) {
    case 'done':
      return { id, state: 'done', said: null }
    case 'skip':
      if (outcome.reason === 'unchanged' || outcome.reason === 'stale') return { id, state: 'done', said: null }
      return { id, state: 'left', said: { message: outcome.detail ?? outcome.reason, problems: [] } }
    case 'correct':
      return { id, state: 'failed', said: { message: outcome.problems[0].message, problems: outcome.problems } }
    case 'review':
      return { id, state: 'failed', said: { message: outcome.message, problems: [] } }
    case 'retry':
    case 'refused':
      return undefined
  }
}

const unexpected = correct({
  code: 'unexpected',
  message: 'The bridge failed on this record.',
  remedy: 'Report it with the log line of this time; the other records are not concerned.',
})

const gone: Said = {
  message: 'The record is no longer there.',
  problems: [
    {
      code: 'not_found',
      message: 'The record was there at the dry run and is not any more.',
      remedy: 'Do the dry run again.',
    },
  ],
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}
