import { once } from 'node:events'
import { createServer } from 'node:http'
import { Router } from 'express'
import pino from 'pino'
import { createApp } from '../../clarity-extension/http/app.ts'
import { healthDoors } from '../../clarity-extension/http/health.ts'
import { webhookDoors } from '../../clarity-extension/http/webhooks.ts'
import { createLedger } from '../../clarity-extension/ledger/ledger.ts'
import { createQueries } from '../../clarity-extension/ledger/queries.ts'
import { eventOf } from '../../clarity-extension/ledger/reader.ts'
import type { Ledger } from '../../clarity-extension/ledger/types.ts'
import { demandOf } from '../../clarity-extension/ports/demand.ts'
import { createSeal } from '../../clarity-extension/privacy/seal.ts'
import { openStore } from '../../clarity-extension/store/store.ts'
import { skip } from '../../shared/outcome.ts'

/**
 * The extension's own app in a process of its own, told by its arguments what to do with an event: `nothing` verifies and
 * parses but stores nothing (the yardstick), `store` keeps it, `drain` keeps it while a worker settles events; with a `databaseUrl` on
 * PostgreSQL.
 */
const [mode, dataDir = '', secret = '', databaseUrl = ''] = process.argv.slice(2)
const log = pino({ level: 'error' })
const store = await openStore(databaseUrl ? { databaseUrl } : { dataDir })
// Sealed, and with what an order takes of the stock, as the extension does it.
const ledger = createLedger({ store, log, seal: createSeal([secret]), project: demandOf })
let last = 0
const nothing: Pick<Ledger, 'ingest'> = {
  async ingest(event) {
    if (!('lane' in event)) eventOf(event)
    return { id: ++last, duplicate: false }
  },
}

const app = createApp({
  doors: [
    webhookDoors({
      secrets: { clarity: () => [secret], odoo: () => [secret] },
      ledger: mode === 'nothing' ? nothing : ledger,
      log,
    }),
  ],
  health: healthDoors({ ledger, queries: createQueries(store) }),
  panelApi: Router(),
  metrics: (_req, res) => void res.end(),
  panelDist: dataDir,
  log,
})
const server = createServer(app).listen(0, '127.0.0.1')
await once(server, 'listening')
if (mode === 'drain') await ledger.start(async () => skip('switched_off'))

process.on('message', async () => {
  // Whoever counts them waits until all are in their lanes.
  await store.db.selectFrom('events').select('id').limit(1).execute()
  process.send?.({ rss: process.memoryUsage().rss })
})
process.on('disconnect', () => process.exit(0))
const address = server.address()
process.send?.({ port: address !== null && typeof address === 'object' ? address.port : 0 })
