import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import express from 'express'
import pino from 'pino'
import { webhookDoors } from '../../clarity-extension/http/webhooks.ts'
import { createLedger } from '../../clarity-extension/ledger/ledger.ts'
import { openStore } from '../../clarity-extension/store/store.ts'
import { done } from '../../shared/outcome.ts'

/**
 * The doors and the ledger in a process that a test may kill, on SQLite or, given an address, on PostgreSQL with short leases. Every run writes a line `began <id> <lane> <attempt> <pid>` and
 * a line `ended …` of the same to a file before its outcome is settled.
 */
const [dataDir = '', secret = '', journal = '', databaseUrl] = process.argv.slice(2)
const LEASE_MS = 1_500
const log = pino({ level: 'error' })
const store = await openStore(databaseUrl ? { databaseUrl } : { dataDir })
const ledger = createLedger({ store, log, concurrency: 8, ...(databaseUrl ? { leaseMs: LEASE_MS } : {}) })
const server = createServer(
  express().use(webhookDoors({ secrets: { clarity: () => [secret], odoo: () => [secret] }, ledger, log })),
).listen(0, '127.0.0.1')
await once(server, 'listening')
await ledger.start(async ({ id, lane, attempt }) => {
  appendFileSync(journal, `began ${id} ${lane} ${attempt} ${process.pid}\n`)
  await sleep(25)
  appendFileSync(journal, `ended ${id} ${lane} ${attempt} ${process.pid}\n`)
  return done('ok')
})
process.on('message', async () => {
  await ledger.idle()
  process.send?.('idle')
})
process.on('disconnect', () => process.exit(0))
const address = server.address()
process.send?.({ port: address !== null && typeof address === 'object' ? address.port : 0 })
