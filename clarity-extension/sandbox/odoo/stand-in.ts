import { mkdirSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import express from 'express'
import helmet from 'helmet'
import { listening } from '../../../shared/listening.ts'
import type { Catalogue } from '../catalogue.ts'
import { door } from './door.ts'
import { openKeyring } from './keyring.ts'
import { openLinks } from './links.ts'
import { methodsOf } from './methods.ts'
import { operate } from './operate.ts'
import { openOutbox } from './outbox.ts'
import { pages } from './page.ts'
import { openBridge, pairing } from './pairing.ts'
import { openRecords } from './records.ts'
import { seed } from './seed.ts'
import { createSender, type Webhook } from './sender.ts'
import type { World } from './world.ts'

export interface StandInOptions {
  /** Folder that keeps everything, or `:memory:`. */
  dataDir: string
  apiKey: string
  /** What an empty database is filled with. */
  seed: Catalogue
  /** Where events go; without one they wait to be pulled. */
  webhook?: Webhook
  /** Milliseconds; the real one unless a test says otherwise. */
  clock?: () => number
  /** Default `sandbox`. */
  database?: string
}

export type OdooStandIn = ReturnType<typeof createOdooStandIn>

/**
 * An Odoo to try the bridge with: the contract of the addon, its rules for orders, deliveries and stock, and a page to
 * validate deliveries and count stock. What it cannot do it refuses aloud.
 */
export function createOdooStandIn(options: StandInOptions) {
  const { dataDir, apiKey, webhook, clock = Date.now, database = 'sandbox' } = options
  const db = openDatabase(dataDir)
  const world: World = {
    records: openRecords(db, clock),
    links: openLinks(db),
    outbox: openOutbox(db, clock),
    now: clock,
  }
  if (world.records.find('res.company', {}).length === 0) db.transaction(() => seed(world.records, options.seed))()
  const keyring = openKeyring(db, clock, { apiKey, secrets: webhook ? [webhook.secret].flat() : [] })
  const bridge = openBridge(db, webhook?.url)
  const sender = createSender(world.outbox, bridge.url, clock, keyring.secrets)
  const person = operate(db, world)
  const methods = methodsOf({ db, world, sender, keyring, database })

  const app = express()
  app.disable('x-powered-by')
  app.use(helmet({ contentSecurityPolicy: CONTENT_SECURITY_POLICY, strictTransportSecurity: false }))
  app.use(door({ isKey: keyring.isKey, database, methods }))
  let server: Server | undefined
  let ownUrl = ''
  const pair = pairing({ bridge, keyring, sender, database, url: () => ownUrl, now: clock })
  app.use(pages({ world, person, sender, webhookUrl: bridge.url, pair }))

  return {
    app,
    database,
    /** What a person does in Odoo, for tests and scripts. */
    person,
    /** As when somebody pastes a code and presses Connect. @throws OdooError what is said then */
    pair,
    /** As when somebody revokes every key in Odoo and makes another one. */
    replaceKey: keyring.replaceAll,
    isKey: keyring.isKey,
    /** Sends every event that is due; resolves when none is left. */
    deliver: () => sender.deliver(),
    /** @param port 0 for a free one. @returns the address it answers at */
    async start(port: number, host = '127.0.0.1'): Promise<string> {
      const listener = createServer(listening, app)
      await new Promise<void>((resolve, reject) => {
        listener.once('error', reject)
        listener.listen(port, host, resolve)
      })
      server = listener
      sender.start()
      const address = listener.address()
      const bound = typeof address === 'object' && address ? address.port : port
      ownUrl = `http://${host}:${bound}`
      return ownUrl
    },
    async stop(): Promise<void> {
      await sender.stop()
      const open = server
      server = undefined
      if (open) {
        open.closeAllConnections()
        await new Promise<void>((resolve) => open.close(() => resolve()))
      }
      if (db.open) db.close()
    },
  }
}

const CONTENT_SECURITY_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    styleSrc: ["'self'"],
    scriptSrc: ["'self'"],
    connectSrc: ["'self'"],
    imgSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
}

function openDatabase(dataDir: string): Database.Database {
  if (dataDir !== ':memory:') mkdirSync(dataDir, { recursive: true })
  const db = new Database(dataDir === ':memory:' ? dataDir : join(dataDir, 'odoo.db'))
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  return db
}
