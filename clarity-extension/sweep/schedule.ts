import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import cron, { type ScheduledTask } from 'node-cron'
import type { Logger } from 'pino'
import type { Tables } from '../store/schema.ts'
import { begin, end, ensure, keep, releaseAll, settingsOf } from './runs.ts'
import { type SweepState, stateOf } from './state.ts'

/** Scheduled reading: the net below the webhooks. */
export interface Sweep {
  name: string
  /** Cron expression until a merchant changes it, in the server's time zone. */
  cron: string
  /** Also once when the bridge starts; default true. */
  atStart?: boolean
  /**
   * @param asked by whom: what a person asks for waits for nothing
   * @returns what it did, for people; a throw is recorded and the next run tries again
   */
  run(asked: Asked): Promise<string>
}

export interface Asked {
  by: 'schedule' | 'person'
  /** Ends it early: somebody else has taken it over, or the bridge stops. What is done stays done. */
  signal: AbortSignal
}

export interface SweepChange {
  cron?: string | undefined
  zone?: string | undefined
  enabled?: boolean | undefined
}

export interface Sweeps {
  start(): Promise<void>
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>
  list(): Promise<SweepState[]>
  /** Begins a run now, on its own. `false`: it runs already, here or elsewhere. */
  runNow(name: string): Promise<boolean>
  /** @throws RangeError for an expression or a zone that cannot be read */
  change(name: string, change: SweepChange): Promise<SweepState>
  /** The run of this name that is under way here, for tests and shutdown. */
  settled(): Promise<void>
}

export interface SweepOptions {
  db: Kysely<Tables>
  sweeps: readonly Sweep[]
  log: Pick<Logger, 'debug' | 'info' | 'warn'>
  /** Unix milliseconds. */
  now?: () => number
  /** Nobody else can run on this store: what a killed process held is free at once. */
  alone?: boolean
  /** A run that is silent this long is taken over by the next. Default 60 s. */
  leaseMs?: number
}

/** How often changed schedules are looked for: another replica's panel may have changed them. */
const LOOK_MS = 30_000

/** Runs each sweep on its stored schedule; of all replicas one at a time, and one run per point of the schedule. */
export function createSweeps({
  db,
  sweeps,
  log,
  now = Date.now,
  alone = false,
  leaseMs = 60_000,
}: SweepOptions): Sweeps {
  const running = new Map<string, { ended: Promise<void>; abort: AbortController }>()
  const tasks = new Map<string, { task: ScheduledTask; schedule: string }>()
  const names = sweeps.map(({ name }) => name)
  let look: NodeJS.Timeout | undefined
  let begun = false

  return {
    async start() {
      if (alone) await releaseAll(db)
      look = setInterval(() => void schedule().catch(complain), LOOK_MS)
      look.unref()
      // A database that goes away just now is back when somebody looks again.
      await schedule().catch(complain)
    },
    async stop() {
      clearInterval(look)
      for (const { task } of tasks.values()) await task.destroy()
      tasks.clear()
      for (const { abort } of running.values()) abort.abort()
      await settled()
    },
    async list() {
      const rows = new Map((await settingsOf(db)).map((row) => [row.name, row]))
      return sweeps.map((sweep) => stateOf(sweep, rows.get(sweep.name), now()))
    },
    async runNow(name) {
      return attempt(known(name), now(), 'person')
    },
    async change(name, change) {
      const sweep = known(name)
      refuseUnreadable(change)
      await ensure(db, [name], now())
      await db
        .updateTable('sweeps')
        .set({
          ...(change.cron === undefined ? {} : { cron: change.cron }),
          ...(change.zone === undefined ? {} : { zone: change.zone }),
          ...(change.enabled === undefined ? {} : { enabled: Number(change.enabled), well_at: now() }),
        })
        .where('name', '=', name)
        .execute()
      if (look) await schedule()
      const row = (await settingsOf(db)).find((one) => one.name === name)
      return stateOf(sweep, row, now())
    },
    settled,
  }

  async function settled() {
    await Promise.all([...running.values()].map(({ ended }) => ended))
  }

  function known(name: string): Sweep {
    const sweep = sweeps.find((one) => one.name === name)
    if (!sweep) throw new RangeError(`there is no sweep ${name}`)
    return sweep
  }

  /** Makes the timers what the store says; the first time, what is to run at the start runs. */
  async function schedule(): Promise<void> {
    if (!begun) await ensure(db, names, now())
    const rows = new Map((await settingsOf(db)).map((row) => [row.name, row]))
    for (const sweep of sweeps) {
      const { cron: own, zone, enabled = 1 } = rows.get(sweep.name) ?? {}
      const wanted = enabled ? `${own ?? sweep.cron} ${zone ?? ''}` : ''
      const there = tasks.get(sweep.name)
      if ((there?.schedule ?? '') === wanted) continue
      await there?.task.destroy()
      tasks.delete(sweep.name)
      if (wanted === '') continue
      const task = cron.schedule(own ?? sweep.cron, ({ date }) => void attempt(sweep, date.getTime(), 'schedule'), {
        name: sweep.name,
        suppressMissedWarning: true,
        ...(zone ? { timezone: zone } : {}),
      })
      tasks.set(sweep.name, { task, schedule: wanted })
    }
    if (begun) return
    begun = true
    for (const sweep of sweeps) if (sweep.atStart !== false) void attempt(sweep, now(), 'schedule')
  }

  /** @param due the point of the schedule it is for: only the first replica that comes runs it */
  async function attempt(sweep: Sweep, due: number, by: Asked['by']): Promise<boolean> {
    if (running.has(sweep.name)) return false
    const abort = new AbortController()
    const began = Promise.withResolvers<boolean>()
    const ended = once(sweep, due, { by, signal: abort.signal }, abort, began.resolve)
      .catch(complain)
      .finally(() => {
        running.delete(sweep.name)
        began.resolve(false)
      })
    running.set(sweep.name, { ended, abort })
    return began.promise
  }

  async function once(
    sweep: Sweep,
    due: number,
    asked: Asked,
    abort: AbortController,
    began: (really: boolean) => void,
  ) {
    const holder = randomUUID()
    if (!(await begin(db, sweep.name, holder, due, now(), leaseMs))) return
    began(true)
    const renewal = setInterval(() => {
      keep(db, sweep.name, holder, now() + leaseMs)
        .then((kept) => kept || abort.abort())
        .catch(complain)
    }, leaseMs / 3)
    try {
      const did = await sweep.run(asked)
      log.debug({ sweep: sweep.name, did }, 'sweep')
      await end(db, sweep.name, holder, { outcome: 'done', message: did }, now())
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      log.warn({ sweep: sweep.name, error: message }, 'sweep failed')
      await end(db, sweep.name, holder, { outcome: 'failed', message }, now())
    } finally {
      clearInterval(renewal)
    }
  }

  function complain(error: unknown): void {
    log.warn({ error: error instanceof Error ? error.message : String(error) }, 'sweeps could not be scheduled')
  }
}

function refuseUnreadable({ cron: expression, zone }: SweepChange): void {
  if (expression !== undefined && !cron.validate(expression))
    throw new RangeError(`"${expression}" is not a cron expression, e.g. */5 * * * * for every five minutes`)
  if (zone === undefined) return
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch {
    throw new RangeError(`"${zone}" is not a time zone, e.g. Europe/Berlin`)
  }
}
