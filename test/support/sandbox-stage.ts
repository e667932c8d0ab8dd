import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { catalogue } from '../../clarity-extension/sandbox/catalogue.ts'
import { createOdooStandIn, type OdooStandIn } from '../../clarity-extension/sandbox/odoo/stand-in.ts'
import { newSecret } from '../../shared/signature.ts'
import { type Bridge, startBridge } from './bridge.ts'
import type { Certificate } from './certificates.ts'
import { type Front, openFront } from './front.ts'
import { panelOf } from './panel.ts'
import { freePort } from './ports.ts'
import { type LossyProxy, lossyProxy } from './proxy.ts'
import { openShop, type Shop } from './shop.ts'
import { teller } from './teller.ts'

/** Storefront, bridge and the stand-in for Odoo, wired to each other, with more of one product than anybody buys. */
export interface SandboxStage {
  shop: Shop
  bridge: Bridge
  /** What the bridge was started with. */
  env: Record<string, string>
  odoo: OdooStandIn
  panel: ReturnType<typeof panelOf>
  /** What webhooks of each side are signed with. */
  secrets: { clarity: string; odoo: string }
  /** Between the bridge and Odoo. */
  proxy: LossyProxy
  /** Before each side; only with the wish `tls`. */
  fronts: { odoo: Front; clarity: Front } | undefined
  /** Of the bridge: its store, its lock. */
  dataDir: string
  /** Sends a webhook of the storefront ourselves, signed as it would be. @returns the status of the answer */
  deliver: ReturnType<typeof teller>['deliver']
  /** Any body at all, signed. */
  sendBody: ReturnType<typeof teller>['send']
  dispose(): Promise<void>
}

export const PLENTY = 'TEE-RED-M'
export const FIRST_KEY = 'the-first-key'

/**
 * @param wishes `tls`: the bridge reaches both sides by TLS, through a front that a test may break; `silent`: the storefront tells
 * nobody by itself, the test delivers
 */
export async function openSandboxStage(
  wishes: {
    tls?: Certificate
    env?: Record<string, string>
    silent?: boolean
    /** What the bridge asks of Odoo, when it has come. */
    asked?: (path: string, body: Buffer) => void
    /** What the storefront tells the bridge, when it has come. */
    told?: (path: string, body: Buffer) => void
    /** Stands before Odoo, or before the bridge where the storefront tells it something. @returns where it stands */
    before?: (side: 'odoo' | 'bridge', url: string) => Promise<string>
  } = {},
): Promise<SandboxStage> {
  const folder = mkdtempSync(join(tmpdir(), 'clarity-sandbox-'))
  const port = await freePort()
  const secret = newSecret()
  const shop = await openShop(join(folder, 'shop'))
  const webhook = { url: `http://127.0.0.1:${port}/webhooks/odoo`, secret }
  const odoo = createOdooStandIn({ dataDir: ':memory:', apiKey: FIRST_KEY, seed: catalogue, webhook })
  const proxy = await lossyProxy(await odoo.start(0), wishes.asked)
  const { tls, before = async (_, url) => url } = wishes
  const fronts = tls && { odoo: await openFront(proxy.url, tls), clarity: await openFront(shop.url, tls) }
  const dataDir = join(folder, 'bridge')
  const toShop = (url: string) => (fronts ? url.replace(new URL(url).origin, fronts.clarity.url) : url)
  const env = {
    ...shop.env,
    CLARITY_BASE_URL: toShop(shop.env.CLARITY_BASE_URL),
    CLARITY_TOKEN_URL: toShop(shop.env.CLARITY_TOKEN_URL),
    DATA_DIR: dataDir,
    PORT: String(port),
    ODOO_URL: fronts?.odoo.url ?? (await before('odoo', proxy.url)),
    ODOO_DB: odoo.database,
    ODOO_API_KEY: FIRST_KEY,
    ODOO_WEBHOOK_SECRET: secret,
    ...wishes.env,
  }
  const bridge = await startBridge(env)
  odoo.person.setOnHand(PLENTY, 'WH', '100000')
  const row = { sku: PLENTY, locationKey: 'main', quantity: '100000', asOf: new Date().toISOString() }
  await shop.call('PUT', '/inventory', { rows: [row] })
  const toBridge = wishes.told && (await lossyProxy(bridge.url, wishes.told))
  if (!wishes.silent) shop.enable(await before('bridge', toBridge?.url ?? bridge.url))
  const { deliver, send: sendBody } = teller(bridge, shop.secret)
  return {
    shop,
    bridge,
    env,
    odoo,
    panel: panelOf(bridge),
    secrets: { clarity: shop.secret, odoo: secret },
    proxy,
    fronts,
    dataDir,
    deliver,
    sendBody,
    async dispose() {
      await bridge.stop()
      await fronts?.odoo.stop()
      await fronts?.clarity.stop()
      await proxy.stop()
      await toBridge?.stop()
      await odoo.stop()
      await shop.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
