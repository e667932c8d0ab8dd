import type { Logger } from 'pino'
import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import { createAdvisor } from '../assist/model/advisor.ts'
import type { Audit } from '../audit/audit.ts'
import type { AssistModel } from '../config.ts'
import type { OrderToOdooPorts } from '../flows/order-to-odoo.ts'
import type { SuggestionsPort } from '../http/ports.ts'
import type { LedgerQueries } from '../ledger/queries.ts'
import type { LedgerFact } from '../ledger/types.ts'
import type { LookupDesk } from '../lookups/desk.ts'
import type { Store } from '../store/store.ts'
import type { Sweep } from '../sweep/schedule.ts'
import { createWatchman, type Watchman } from '../watch/anomalies/watchman.ts'
import { suggestionsPort } from './suggestions.ts'

export interface Assistance {
  watchman: Watchman
  suggestions: SuggestionsPort
  sweep: Sweep
  observe(fact: LedgerFact): void
  /** Lets a person look first at what is out of the ordinary, where the merchant wants that. */
  inspect: OrderToOdooPorts['inspect']
  start(): void
  /** Stores what was learnt since the last time. */
  stop(): Promise<void>
}

export interface AssistanceParts {
  store: Store
  /** What the store holds of a payload, as it came. */
  open(stored: Uint8Array): Uint8Array
  odoo: Pick<OdooClient, 'describe' | 'choices'>
  queries: Pick<LedgerQueries, 'detail'>
  audit: Audit
  /** Asked for when they are needed: they are made after what this watches. */
  tables: () => Pick<LookupDesk, 'values' | 'choices'>
  model: AssistModel | undefined
  /** Told of each anomaly when it begins. */
  told(): void
  log: Logger
}

/** So long another replica may not know what this one has learnt. Milliseconds. */
const FLUSH_MS = 60_000

/** Suggestions and anomalies, bound to the store and to Odoo. */
export function assistance({
  store,
  open,
  odoo,
  queries,
  audit,
  tables,
  model,
  told,
  log,
}: AssistanceParts): Assistance {
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
    suggestions: suggestionsPort({
      db: store.db,
      open,
      odoo,
      queries,
      audit,
      advisor: model && createAdvisor(model),
      tables: { values: (...asked) => tables().values(...asked), choices: (...asked) => tables().choices(...asked) },
    }),
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
