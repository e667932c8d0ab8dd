import { join } from 'node:path'
import type { Express, RequestHandler } from 'express'
import type { Logger } from 'pino'
import type { OdooClient } from '../odoo-bridge/client/client.ts'
import type { Audit } from './audit/audit.ts'
import type { Config } from './config.ts'
import type { Connections } from './connections/connections.ts'
import { createApp } from './http/app.ts'
import { countersDoor } from './http/counters-door.ts'
import { documentDoors } from './http/documents.ts'
import { healthDoors } from './http/health.ts'
import { type LaunchOptions, launchDoor } from './http/launch.ts'
import { pairingDoor } from './http/pairing-door.ts'
import { webhookDoors } from './http/webhooks.ts'
import type { LedgerQueries } from './ledger/queries.ts'
import type { Ledger } from './ledger/types.ts'
import type { pairing } from './ports/pairing.ts'
import type { SignatureWatch } from './watch/signatures.ts'

interface DoorParts extends Pick<LaunchOptions, 'tokens' | 'spent'> {
  config: Pick<Config, 'adminOrigins' | 'publicUrl' | 'secretKey' | 'host'>
  shop: string
  audit: Audit
  odoo: OdooClient
  book: Connections['book']
  queries: LedgerQueries
  ledger: Ledger
  signatures: SignatureWatch
  pairing: ReturnType<typeof pairing>
  panelApi: RequestHandler
  metrics: RequestHandler
  log: Logger
}

/** Every door of the bridge, in one application. */
export function composeDoors(parts: DoorParts): Express {
  const { config, shop, audit, odoo, book, queries, ledger, signatures, pairing, panelApi, metrics, log } = parts
  const frames = () => [new URL(book.clarity.settings().baseUrl).origin, ...config.adminOrigins]
  return createApp({
    frameAncestors: frames,
    launch: launchDoor({
      tokens: parts.tokens,
      spent: parts.spent,
      audit,
      secrets: book.clarity.secrets,
      origins: frames,
      publicUrl: config.publicUrl,
      log,
      now: Date.now,
    }),
    doors: [
      webhookDoors({
        secrets: { clarity: book.clarity.secrets, odoo: book.odoo.secrets },
        watch: signatures,
        hello: pairing.hello,
        ledger,
        log,
      }),
      pairingDoor({ pairing, log }),
      countersDoor({ queries, secrets: book.odoo.secrets, log }),
      documentDoors({
        invoice: (id) => odoo.document(shop, id),
        secrets: book.clarity.secrets,
        secretKey: config.secretKey,
        log,
      }),
    ],
    health: healthDoors({ ledger, queries }),
    panelApi,
    metrics,
    panelDist: join(import.meta.dirname, 'panel/dist'),
    trustProxy: nearby(config.host),
    log,
  })
}

/** The proxy that ends TLS stands on this machine; in a container, on the network that it shares with us. */
const nearby = (host: string): string =>
  host === '127.0.0.1' || host === '::1' ? 'loopback' : 'loopback, linklocal, uniquelocal'
