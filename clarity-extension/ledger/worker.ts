import { apart } from '../store/apart.ts'
import { endOfTurn, group } from '../store/group.ts'
import { claimLanes, isLow } from './claim.ts'
import { extendLeases, reclaim } from './leases.ts'
import type { Issue } from './policy.ts'
import { reportSettled } from './report.ts'
import { adaptiveRoom } from './room.ts'
import { type Run, startRun } from './run.ts'
import type { Settings } from './settings.ts'
import { type Ending, type Settled, settleEndings } from './settle.ts'
import { createSteps } from './steps.ts'
import type { Handler } from './types.ts'

/** Runs events: claims lanes while there is room, hands each event to the handler, settles what comes of it. */
export interface Worker {
  start(handler: Handler): Promise<void>
  stop(limitMs: number): Promise<void>
  /** We made something due. @param atOnce asks for it behind what was asked of the store already, in one commit with it */
  wake(atOnce?: boolean): void
  /** Resolves when nothing runs and nothing is due. */
  idle(): Promise<void>
}

/** The longest a worker sleeps: on a shared store other processes ingest too. */
const SLEEP = { sqlite: 30_000, postgres: 1_000 }
/** What stock and catalogue may take of the lanes that run side by side; the rest is kept for orders and fulfilment. */
const LOW_SHARE = 0.8
/**
 * Who leads runs what all replicas store. Another one takes what has been due for so long: there is no room, or nobody who leads. When each took
 * what it saw, or what it stored, two processes sent half as much in each call and asked the store half as often again. Where the helper's own
 * machine has no time it would take the time from somebody, on a machine that they share from the one it helps.
 */
const PATIENCE_MS = { withTime: 2_000, withoutTime: 10_000 }
/** While it is not known who leads, a process that started or stored something in this time takes all that is due. */
const BUSY_MS = 2_000
/** Between tries while the store cannot commit. */
const AGAIN_MS = 1_000
/** What stopping may take beyond its limit, to give back what still runs. */
const GIVE_BACK_MS = 5_000

/**
 * @param onPause a connection was paused by what a handler answered
 * @param onMended something that a person replayed went through
 */
export function createWorker(settings: Settings, onPause: () => void, onMended: (issue: Issue) => void): Worker {
  const { store, now, log, observe, concurrency, leaseMs, lead } = settings
  const lowConcurrency = Math.max(1, Math.floor(concurrency * LOW_SHARE))
  const lookAtClock = createSteps(settings)
  const urgent = adaptiveRoom(settings.most)
  const runs = new Map<Run, Promise<void>>()
  const settles = group(
    (endings: Ending[]) => store.run(settleEndings, { endings, now: now(), dialect: store.dialect }),
    1,
    undefined,
    lead.apartMs,
  )
  const claiming = apart(() => startPump(false), lead.apartMs)
  let handle: Handler | undefined
  let storedAt = Number.NEGATIVE_INFINITY
  let pumping: Promise<void> | undefined
  let again = false
  let sleep: NodeJS.Timeout | undefined
  let heartbeat: NodeJS.Timeout | undefined
  let waitingForIdle: (() => void)[] = []

  function wakeForOwn(atOnce?: boolean): void {
    storedAt = now()
    if (lead.whose() === 'theirs') lead.tell()
    else wake(atOnce)
  }

  function patienceMs(): number {
    const whose = lead.whose()
    if (store.exclusive || waitingForIdle.length > 0 || whose === 'ours') return 0
    if (whose === 'unknown' && now() - storedAt < BUSY_MS) return 0
    return PATIENCE_MS[settings.hasTime() ? 'withTime' : 'withoutTime']
  }

  function wake(atOnce = false): void {
    again = true
    if (!handle || pumping) return
    if (atOnce) startPump(true)
    else claiming.call()
  }

  function startPump(atOnce: boolean): void {
    if (!handle) return
    pumping ??= pump(atOnce).finally(() => {
      pumping = undefined
      if (again) wake()
    })
  }

  /** Claims until the store has nothing due or we have no room; then sleeps until something is. A finished run wakes us. */
  async function pump(atOnce: boolean): Promise<void> {
    clearTimeout(sleep)
    try {
      if (settings.steady) await lookAtClock()
      while (handle && again) {
        // Runs that end together leave room together: claimed for one by one, what they make room for would go out one by one.
        if (!atOnce) await endOfTurn()
        atOnce = false
        again = false
        const want = concurrency - runs.size
        if (want === 0) return
        const low = [...runs.keys()].filter(({ event }) => isLow(event.priority)).length
        const { claims, more, nextDue } = await store.run(claimLanes, {
          want,
          wantOfUrgent: Math.max(0, Math.min(want, urgent.size - (runs.size - low))),
          wantOfLow: Math.max(0, Math.min(want, lowConcurrency - low)),
          now: now(),
          patienceMs: patienceMs(),
          leaseMs,
          dialect: store.dialect,
          rules: settings.types,
        })
        for (const claim of claims) begin(startRun(claim, handle, settings))
        if (more) again = true
        // What came meanwhile is claimed when its time has come.
        if (again && !more && lead.apartMs() > 0) return
        if (again) continue
        sleepFor(nextDue === undefined ? SLEEP[store.dialect] : Math.max(1, nextDue - now()))
        if (runs.size === 0) for (const resolve of waitingForIdle.splice(0)) resolve()
      }
    } catch (error) {
      log.error({ err: error }, 'the store could not be asked for work')
      again = false
      sleepFor(AGAIN_MS)
    }
  }

  function sleepFor(ms: number): void {
    clearTimeout(sleep)
    sleep = setTimeout(() => wake(), Math.min(ms, SLEEP[store.dialect]))
    sleep.unref()
  }

  function begin(run: Run): void {
    runs.set(run, finish(run))
  }

  async function finish(run: Run): Promise<void> {
    const ending = await run.ending
    if (!isLow(run.event.priority)) urgent.ended(ending.durationMs)
    const settled = await settle(run, ending)
    reportSettled(settings, run, ending, settled)
    if (settled.paused) onPause()
    if (settled.mended) onMended(settled.mended)
    run.abort.abort()
    runs.delete(run)
    wake()
  }

  /** While the store cannot commit, the lease is kept and the end of the attempt with it; a lost lease ends the waiting. */
  async function settle(run: Run, ending: Ending): Promise<Settled> {
    for (;;) {
      try {
        return await settles.add(ending)
      } catch (error) {
        log.error({ event: ending.eventId, lane: ending.lane, err: error }, 'an attempt could not be settled yet')
        if (run.abort.signal.aborted || !handle) return { to: undefined }
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
      }
    }
  }

  /** Extends what is ours first, so that a clock that jumped never makes us take our own lanes back. */
  async function beat(): Promise<void> {
    try {
      const lost = await extendLeases(store, [...runs.keys()], now() + leaseMs)
      for (const run of lost) {
        if (!runs.has(run)) continue
        run.abort.abort()
        // What becomes of the event is for whoever has the lane now to say.
        run.cut({ kind: 'lease_lost', losses: 1 })
      }
      await takeBack(false)
    } catch (error) {
      log.error({ err: error }, 'leases could not be extended')
    }
  }

  async function takeBack(all: boolean): Promise<void> {
    const reclaimed = await reclaim(store, now(), { ...settings, all })
    for (const { lane, eventId } of reclaimed) observe({ fact: 'lease_lost', lane, eventId })
    if (reclaimed.length === 0) return
    log.info({ events: reclaimed.length }, 'took up what another process left unfinished')
    wake()
  }

  return {
    wake: wakeForOwn,
    async start(handler) {
      if (store.exclusive) await takeBack(true)
      handle = handler
      heartbeat = setInterval(() => void beat(), leaseMs / 3)
      heartbeat.unref()
      // Among replicas it is a beat like any other: a database that goes away just now is back at the next.
      if (!store.exclusive) await beat()
      wakeForOwn()
    },
    async stop(limitMs) {
      handle = undefined
      claiming.stop()
      clearTimeout(sleep)
      await within(limitMs, Promise.all([pumping, ...runs.values()]))
      for (const run of runs.keys()) {
        run.abort.abort()
        run.cut({ kind: 'released' })
      }
      // A store that does not answer must not keep the process from ending: its leases run out by themselves.
      await within(GIVE_BACK_MS, Promise.all(runs.values()))
      clearInterval(heartbeat)
      clearTimeout(sleep)
      waitingForIdle = []
    },
    idle() {
      return new Promise((resolve) => {
        waitingForIdle.push(resolve)
        wake()
      })
    },
  }
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}
