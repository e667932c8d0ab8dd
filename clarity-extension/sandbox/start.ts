import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newSecret } from '../../shared/signature.ts'
import type { ClarityConfig, Config, OdooConfig } from '../config.ts'

/**
 * The sides that nobody configured, started beside the bridge so that it can be tried without an account. Their code is loaded
 * only then.
 */
export interface Sandbox {
  /** Both sides as the bridge reaches them. */
  sides: { clarity: ClarityConfig; odoo: OdooConfig }
  /** Of the sandbox sides that run. */
  urls: { storefront?: string; odoo?: string }
  /** Tells them where their webhooks go, once the bridge listens. */
  connect(bridgeUrl: string): Promise<void>
  stop(): Promise<void>
}

/** Above the bridge's own port, 4000: 4100 and 4200. Two bridges on one machine have a sandbox each. */
const STOREFRONT = 100
const ODOO = 200

export async function startSandbox({ clarity, odoo, dataDir, port }: Config): Promise<Sandbox> {
  const storefront = clarity === 'sandbox' ? await startStorefront(dataDir, port + STOREFRONT) : undefined
  const standIn = odoo === 'sandbox' ? await startStandIn(dataDir, port) : undefined
  return {
    sides: {
      clarity: clarity === 'sandbox' ? sideOf(storefront) : clarity,
      odoo: odoo === 'sandbox' ? sideOf(standIn) : odoo,
    },
    urls: {
      ...(storefront ? { storefront: storefront.url } : {}),
      ...(standIn ? { odoo: standIn.url } : {}),
    },
    async connect(bridgeUrl) {
      await storefront?.connect?.(bridgeUrl)
    },
    async stop() {
      await storefront?.stop()
      await standIn?.stop()
    },
  }
}

interface Side<C> {
  url: string
  side: C
  /** Once the bridge listens; a side that knew its address from the start needs none. */
  connect?(bridgeUrl: string): Promise<void>
  stop(): Promise<void>
}

function sideOf<C>(running: Side<C> | undefined): C {
  if (!running) throw new Error('a sandbox side was asked for that was not started')
  return running.side
}

async function startStorefront(dataDir: string, port: number): Promise<Side<ClarityConfig>> {
  const { createStorefront } = await import('./storefront/storefront.ts')
  const secret = remembered(dataDir, 'storefront-webhook-secret', newSecret)
  const storefront = createStorefront({ dataDir: join(dataDir, 'sandbox') })
  const { url, apiUrl, tokenUrl } = await storefront.start(port)
  return {
    url,
    side: {
      baseUrl: apiUrl,
      tokenUrl,
      clientId: 'sandbox',
      clientSecret: 'sandbox-secret',
      webhookSecrets: [secret],
    },
    connect: async (bridgeUrl) => storefront.enableBridge({ url: bridgeUrl, webhookSecret: secret }),
    stop: () => storefront.stop(),
  }
}

async function startStandIn(dataDir: string, bridgePort: number): Promise<Side<OdooConfig>> {
  const [{ createOdooStandIn }, { catalogue }] = await Promise.all([
    import('./odoo/stand-in.ts'),
    import('./catalogue.ts'),
  ])
  const secret = remembered(dataDir, 'odoo-webhook-secret', newSecret)
  const apiKey = remembered(dataDir, 'odoo-api-key', newSecret)
  const webhook = { url: `http://127.0.0.1:${bridgePort}/webhooks/odoo`, secret }
  const standIn = createOdooStandIn({ dataDir: join(dataDir, 'sandbox'), apiKey, seed: catalogue, webhook })
  const url = await standIn.start(bridgePort + ODOO)
  return {
    url,
    side: {
      url,
      db: standIn.database,
      login: 'clarity_bridge',
      apiKey,
      transport: 'json2',
      webhookSecrets: [secret],
    },
    stop: () => standIn.stop(),
  }
}

/** Sandbox secrets live as long as the sandbox's data, or its pending webhooks would be refused after a restart. */
function remembered(dataDir: string, name: string, make: () => string): string {
  const folder = join(dataDir, 'sandbox')
  const file = join(folder, name)
  if (existsSync(file)) return readFileSync(file, 'utf8')
  mkdirSync(folder, { recursive: true })
  const value = make()
  writeFileSync(file, value, { mode: 0o600 })
  return value
}
