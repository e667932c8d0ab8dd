import cron from 'node-cron'
import type { Logger } from 'pino'

/** Scheduled reading: the net below the webhooks. */
export interface Sweep {
  name: string
  /** Cron expression, server's time zone. */
  cron: string
  /** @returns what it did, for the log; a throw is logged and the next run tries again */
  run(): Promise<string>
}

/** Runs each sweep now and on its schedule, never two runs of one at the same time. */
export function schedule(sweeps: Sweep[], log: Pick<Logger, 'debug' | 'warn'>): { stop(): Promise<void> } {
  const running = new Map<string, Promise<void>>()
  const tasks = sweeps.map((sweep) => {
    void once(sweep)
    return cron.schedule(sweep.cron, () => once(sweep), { name: sweep.name })
  })
  return {
    /** Resolves when nothing of it runs any more. */
    async stop() {
      for (const task of tasks) await task.stop()
      await Promise.all(running.values())
    },
  }

  function once(sweep: Sweep): Promise<void> {
    const already = running.get(sweep.name)
    if (already) return already
    const run = attempt(sweep).finally(() => running.delete(sweep.name))
    running.set(sweep.name, run)
    return run
  }

  async function attempt({ name, run }: Sweep): Promise<void> {
    try {
      log.debug({ sweep: name, did: await run() }, 'sweep')
    } catch (error) {
      log.warn({ sweep: name, error: error instanceof Error ? error.message : String(error) }, 'sweep failed')
    }
  }
}
