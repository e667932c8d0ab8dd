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

/** Runs each sweep on its schedule, never two runs of one at the same time. */
export function schedule(sweeps: Sweep[], log: Pick<Logger, 'debug' | 'warn'>): { stop(): void } {
  const tasks = sweeps.map(({ name, cron: expression, run }) =>
    cron.schedule(
      expression,
      async () => {
        try {
          log.debug({ sweep: name, did: await run() }, 'sweep')
        } catch (error) {
          log.warn({ sweep: name, error: error instanceof Error ? error.message : String(error) }, 'sweep failed')
        }
      },
      { name, noOverlap: true },
    ),
  )
  return {
    stop() {
      for (const task of tasks) void task.stop()
    },
  }
}
