import type { Alert, Alerts } from '../../clarity-extension/watch/alerts/alerts.ts'
import { type AlertRule, alertRules, delivered } from '../../clarity-extension/watch/alerts/rules.ts'
import type { AlertSettings } from '../../clarity-extension/watch/alerts/settings.ts'
import type { FakeLedger } from './fake-ledger.ts'

/** Alerts in memory: one while a connection is paused. */
export function fakeAlerts(
  ledger: Pick<FakeLedger, 'broken' | 'now' | 'status'>,
): Omit<Alerts, 'look' | 'observe' | 'soon' | 'notice' | 'overcome' | 'start' | 'stop'> {
  let silencedUntil: number | null = null
  let settings: AlertSettings = {
    rules: delivered,
    channels: [
      { id: 'ops', kind: 'chat', name: 'Operations', enabled: true, url: 'https://chat.example.com/hooks/secret' },
    ],
  }
  const check = () => {
    if (ledger.broken) throw new Error('the store is away')
  }
  const alert = (over: Partial<Alert>): Alert => ({
    id: 1157,
    key: 'authentication:odoo',
    rule: 'authentication',
    severity: 'critical',
    title: 'Odoo refuses us: The key is not accepted',
    text: 'Odoo refused the API key: it has expired. 23 records wait; nothing is lost.',
    link: '/',
    first_at: ledger.now() - 14 * 60_000,
    last_at: ledger.now(),
    cleared_at: null,
    silenced_until: silencedUntil,
    ...over,
  })
  const active = async () => {
    check()
    return ledger.status.some(({ state }) => state === 'paused') ? [alert({})] : []
  }
  return {
    active,
    async recent() {
      check()
      const old = { cleared_at: ledger.now() - 60_000, key: 'disk', rule: 'disk', title: 'The disk is almost full' }
      return ledger.status.some(({ state }) => state === 'paused') ? [alert({ ...old, id: 1156 })] : []
    },
    async settings() {
      check()
      return settings
    },
    async change({ rules, channels }) {
      check()
      const complete = alertRules.map((name): [AlertRule, AlertSettings['rules'][AlertRule]] => [
        name,
        rules[name] ?? delivered[name],
      ])
      settings = { channels, rules: Object.fromEntries(complete) as AlertSettings['rules'] }
      return settings
    },
    async test() {
      check()
      return undefined
    },
    async silence(_id, until) {
      check()
      silencedUntil = until
      return (await active()).length > 0
    },
  }
}
