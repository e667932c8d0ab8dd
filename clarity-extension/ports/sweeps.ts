import type { Audit } from '../audit/audit.ts'
import type { SweepsPort } from '../http/ports.ts'
import type { Sweeps } from '../sweep/schedule.ts'

/** The panel's way to the scheduled readings: what a person changes or starts is written down. */
export function sweepsPort(sweeps: Sweeps, audit: Pick<Audit, 'record'>): SweepsPort {
  const rowOf = async (name: string) => (await sweeps.list()).find((row) => row.name === name)
  return {
    list: () => sweeps.list(),
    async change(name, change, by) {
      const before = await rowOf(name)
      if (!before) return undefined
      const after = await sweeps.change(name, change)
      await audit.record({
        who: by,
        action: 'sweep.change',
        entity: `sweep:${name}`,
        before: scheduleOf(before),
        after: scheduleOf(after),
      })
      return after
    },
    async runNow(name, by) {
      if (!(await rowOf(name))) return undefined
      const began = await sweeps.runNow(name)
      if (began) await audit.record({ who: by, action: 'sweep.run', entity: `sweep:${name}` })
      return began
    },
  }
}

const scheduleOf = ({ cron, zone, enabled }: { cron: string; zone: string | null; enabled: boolean }) => ({
  cron,
  zone,
  enabled,
})
