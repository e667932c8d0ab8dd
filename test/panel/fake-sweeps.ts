import type { SweepRow, SweepsPort } from '../../clarity-extension/http/ports.ts'
import type { FakeLedger } from './fake-ledger.ts'

/** Sweeps in memory: one runs, one failed, one has not been heard of. */
export function fakeSweeps(ledger: Pick<FakeLedger, 'broken' | 'moves' | 'now'>): SweepsPort {
  const minute = 60_000
  const row = (name: string, change: Partial<SweepRow> = {}): SweepRow => ({
    name,
    cron: '*/5 * * * *',
    zone: null,
    enabled: true,
    state: 'done',
    startedAt: ledger.now() - 3 * minute,
    finishedAt: ledger.now() - 3 * minute + 400,
    nextAt: ledger.now() + 2 * minute,
    message: '12 read, 0 missed',
    ...change,
  })
  const rows = [
    row('outbox', { cron: '* * * * *', message: '0 fetched' }),
    row('order toOdoo'),
    row('order toClarity', { state: 'running', finishedAt: null }),
    row('stock toClarity', { state: 'failed', message: 'Odoo did not answer in time' }),
    row('webhooks', { cron: '*/5 * * * *', state: 'stalled', startedAt: ledger.now() - 60 * minute }),
  ]
  const find = (name: string) => {
    if (ledger.broken) throw new Error('the store is away')
    return rows.find((one) => one.name === name)
  }
  return {
    async list() {
      find('')
      return structuredClone(rows)
    },
    async change(name, { cron, zone, enabled }, by) {
      const found = find(name)
      if (!found) return undefined
      if (cron === 'often')
        throw new RangeError('"often" is not a cron expression, e.g. */5 * * * * for every five minutes')
      found.cron = cron ?? found.cron
      found.zone = zone ?? found.zone
      found.enabled = enabled ?? found.enabled
      ledger.moves.push(`${name} ${found.cron} by ${by}`)
      return structuredClone(found)
    },
    async runNow(name, by) {
      const found = find(name)
      if (!found) return undefined
      ledger.moves.push(`run ${name} by ${by}`)
      return found.state !== 'running'
    },
  }
}
