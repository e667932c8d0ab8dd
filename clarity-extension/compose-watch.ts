import type { Logger } from 'pino'
import type { Config } from './config.ts'
import { flowNameOf } from './flows/registry.ts'
import type { LedgerQueries } from './ledger/queries.ts'
import type { LedgerFact } from './ledger/types.ts'
import { anomalyWatch } from './ports/anomalies.ts'
import { alertSignals } from './ports/signals.ts'
import type { Seal } from './privacy/seal.ts'
import type { Lead } from './store/lead.ts'
import type { Store } from './store/store.ts'
import type { Sweeps } from './sweep/schedule.ts'
import { createAlerts } from './watch/alerts/alerts.ts'
import type { Signals } from './watch/alerts/rules.ts'
import { metrics } from './watch/metrics.ts'
import { openRest } from './watch/rest.ts'
import { createSignatureWatch } from './watch/signatures.ts'
import { otlpTraces } from './watch/traces.ts'

interface WatchParts {
  config: Pick<Config, 'databaseUrl' | 'dataDir' | 'publicUrl' | 'port' | 'allowPrivateAlerts' | 'otlp'>
  store: Store
  seal: Seal
  queries: LedgerQueries
  expiries(): Promise<Signals['expiries']>
  sweeps(): ReturnType<Sweeps['list']>
  lead: Lead
  log: Logger
}

/** Who looks at what happens: figures, traces, what is out of the ordinary, alerts; and the memory, when nothing does. */
export function composeWatch({ config, store, seal, queries, expiries, sweeps, lead, log }: WatchParts) {
  const figures = metrics(queries, flowNameOf, () => store.exclusive || lead.whose() === 'ours')
  const rest = openRest()
  const traces = config.otlp && otlpTraces({ ...config.otlp, log })
  const anomalies = anomalyWatch({ store, open: seal.openBytes, told: () => alerts.soon(), log })
  const alerts = createAlerts({
    store,
    seal,
    log,
    signals: alertSignals(store, queries, {
      diskOf: config.databaseUrl ? undefined : config.dataDir,
      expiries,
      sweeps,
    }),
    panelUrl: config.publicUrl ?? `http://127.0.0.1:${config.port}`,
    allowPrivate: config.allowPrivateAlerts,
  })
  const signatures = createSignatureWatch({
    notice: (title, text) => alerts.notice('subscription', title, text, '/connections'),
    clear: (title) => alerts.overcome('subscription', title),
  })
  return {
    anomalies,
    alerts,
    signatures,
    metrics: figures.handler,
    observe(fact: LedgerFact): void {
      figures.observe(fact)
      rest.observe()
      anomalies.observe(fact)
      alerts.observe(fact)
      traces?.observe(fact)
    },
    /** When nothing happens any more. */
    async stop(): Promise<void> {
      await anomalies.stop()
      await traces?.stop()
      rest.stop()
    },
  }
}
