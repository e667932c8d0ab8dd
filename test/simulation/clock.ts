/**
 * Virtual time: Node's timers, Date and performance run on a list that is worked off in order, as fast as the machine can. The
 * same calls in the same order give the same run. (fake-timers waits a real millisecond per step, which is most of a seed.)
 */
export interface Clock {
  now(): number
  /** Runs what is due next, with everything that follows from it at once. @returns false when nothing waits */
  step(): Promise<boolean>
  after(ms: number, run: () => void): void
  /** Forgets what waits: nothing of one life reaches the next. */
  clear(): void
}

interface Timer {
  at: number
  order: number
  run: (() => void) | undefined
  every: number | undefined
}

const real = { setImmediate: globalThis.setImmediate }
const settled = () => new Promise<void>((resolve) => real.setImmediate(resolve))

/** Takes the process over: one clock at a time. @param start unix milliseconds */
export function virtualTime(start: number): Clock {
  let now = start
  let order = 0
  /** A heap would be quicker; there are a few dozen. */
  let waiting: Timer[] = []

  const add = (ms: number, run: () => void, every?: number): Timer => {
    const timer = { at: now + Math.max(0, ms || 0), order: order++, run, every }
    waiting.push(timer)
    return timer
  }
  const handle = (timer: Timer) =>
    Object.assign(timer, {
      ref: () => timer,
      unref: () => timer,
      hasRef: () => true,
      refresh: () => timer,
      close: () => timer,
    })
  const cancel = (timer: unknown) => {
    waiting = waiting.filter((one) => one !== timer)
  }
  const replaced = {
    setTimeout: (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => handle(add(ms, () => run(...args))),
    setInterval: (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      handle(add(ms, () => run(...args), Math.max(1, ms))),
    setImmediate: (run: (...args: unknown[]) => void, ...args: unknown[]) => handle(add(0, () => run(...args))),
    clearTimeout: cancel,
    clearInterval: cancel,
    clearImmediate: cancel,
  }
  Object.assign(globalThis, replaced)
  Date.now = () => now
  performance.now = () => now - start

  return {
    now: () => now,
    after: (ms, run) => void add(ms, run),
    clear() {
      waiting = []
    },
    async step() {
      let next: Timer | undefined
      for (const timer of waiting)
        if (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer
      if (!next) return false
      now = Math.max(now, next.at)
      if (next.every === undefined) cancel(next)
      else Object.assign(next, { at: now + next.every, order: order++ })
      next.run?.()
      await settled()
      return true
    },
  }
}
