import type { Selectable } from 'kysely'
import cron from 'node-cron'
import type { SweepsTable } from '../store/schema.ts'

/** A sweep as a person sees it. */
export interface SweepState {
  name: string
  cron: string
  /** Null: the server's. */
  zone: string | null
  enabled: boolean
  /** `stalled`: its run ended without a word, or it should have run long ago. */
  state: 'never' | 'running' | 'done' | 'failed' | 'stalled'
  /** Unix ms. */
  startedAt: number | null
  finishedAt: number | null
  nextAt: number | null
  /** When it last ended well; before that, since when it is known or switched on. */
  wellAt: number | null
  /** Between two runs of its schedule, ms; 0 while it is switched off. */
  everyMs: number
  /** What the last run did, or why it failed. */
  message: string | null
}

/** So many points of its schedule may pass without a run before somebody should look. */
const MISSED = 3

export function stateOf(
  sweep: { name: string; cron: string },
  row: Selectable<SweepsTable> | undefined,
  now: number,
): SweepState {
  const expression = row?.cron ?? sweep.cron
  const zone = row?.zone ?? null
  const enabled = row?.enabled !== 0
  const [nextAt = null, after = null] = enabled ? runsOf(expression, zone) : []
  const interval = nextAt !== null && after !== null ? after - nextAt : 0
  return {
    name: sweep.name,
    cron: expression,
    zone,
    enabled,
    state: row ? wordOf(row, interval, now) : 'never',
    startedAt: row?.started_at ?? null,
    finishedAt: row?.finished_at ?? null,
    nextAt,
    wellAt: row?.well_at ?? null,
    everyMs: interval,
    message: row?.message ?? null,
  }
}

function wordOf(row: Selectable<SweepsTable>, interval: number, now: number): SweepState['state'] {
  if (row.started_at === null) return 'never'
  if (row.lease_until !== null) return row.lease_until >= now ? 'running' : 'stalled'
  if (row.enabled !== 0 && interval > 0 && now - row.started_at > MISSED * interval + 60_000) return 'stalled'
  return row.outcome ?? 'never'
}

function runsOf(expression: string, zone: string | null): number[] {
  const task = cron.createTask(expression, () => undefined, zone ? { timezone: zone } : {})
  try {
    return task.getNextRuns(2).map((date) => date.getTime())
  } finally {
    void task.destroy()
  }
}
