import type { Logger } from 'pino'
import type { OrderToOdooPorts } from '../flows/order-to-odoo.ts'
import type { LedgerFact } from '../ledger/types.ts'
import type { Store } from '../store/store.ts'
import type { Sweep } from '../sweep/schedule.ts'
import type { Watchman } from '../watch/anomalies/types.ts'
import { createWatchman } from '../watch/anomalies/watchman.ts'

export interface AnomalyWatch {
  watchman: Watchman
  sweep: Sweep
  observe(fact: LedgerFact): void
  /** Lets a person look first at what is out of the ordinary, where the merchant wants that. */
  inspect: OrderToOdooPorts['inspect']
  start(): void
  /** Stores what was learnt since the last time. */
  stop(): Promise<void>
}

export interface AnomalyWatchParts {
  store: Store
  /** What the store holds of a payload, as it came. */
  open(stored: Uint8Array): Uint8Array
  /** Told of each anomaly when it begins. */
  told(): void
  log: Logger
}

/** So long another replica may not know what this one has learnt. Milliseconds. */
const FLUSH_MS = 60_000

/** What is out of the ordinary, watched and kept in the store. */
export function anomalyWatch({ store, open, told, log }: AnomalyWatchParts): AnomalyWatch {
  const watchman = createWatchman({
    store,
    open,
    log,
    notify: ({ id, rule, about, seen, low, high }) => {
      log.warn({ anomaly: id, rule, about, seen, low, high }, 'out of the ordinary')
      told()
    },
  })
  let timer: NodeJS.Timeout | undefined
  const flush = () =>
    watchman.flush().catch((error: unknown) => log.warn({ err: error }, 'what was learnt could not be stored'))
  return {
    watchman,
    sweep: { name: 'anomalies', cron: '*/10 * * * *', run: () => watchman.run() },
    observe: watchman.observe,
    inspect: (order, { id, approvals }) => watchman.inspect(order, { id, approvals, subject: order.number }),
    start() {
      timer = setInterval(() => void flush(), FLUSH_MS)
      timer.unref()
    },
    async stop() {
      clearInterval(timer)
      await flush()
    },
  }
}
