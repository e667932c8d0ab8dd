import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { catalogue } from '../../clarity-extension/sandbox/catalogue.ts'
import { createOdooStandIn, type OdooStandIn } from '../../clarity-extension/sandbox/odoo/stand-in.ts'
import { newSecret } from '../../shared/signature.ts'
import { type Bridge, startBridge } from './bridge.ts'
import { panelOf } from './panel.ts'
import { freePort } from './ports.ts'
import { type LossyProxy, lossyProxy } from './proxy.ts'
import { openShop, type Shop } from './shop.ts'

/** Storefront, bridge and the stand-in for Odoo, wired to each other, with more of one product than anybody buys. */
export interface SandboxStage {
  shop: Shop
  bridge: Bridge
  odoo: OdooStandIn
  panel: ReturnType<typeof panelOf>
  /** Between the bridge and Odoo. */
  proxy: LossyProxy
  dispose(): Promise<void>
}

export const PLENTY = 'TEE-RED-M'
export const FIRST_KEY = 'the-first-key'

export async function openSandboxStage(): Promise<SandboxStage> {
  const folder = mkdtempSync(join(tmpdir(), 'clarity-sandbox-'))
  const port = await freePort()
  const secret = newSecret()
  const shop = await openShop(join(folder, 'shop'))
  const webhook = { url: `http://127.0.0.1:${port}/webhooks/odoo`, secret }
  const odoo = createOdooStandIn({ dataDir: ':memory:', apiKey: FIRST_KEY, seed: catalogue, webhook })
  const proxy = await lossyProxy(await odoo.start(0))
  const bridge = await startBridge({
    ...shop.env,
    DATA_DIR: join(folder, 'bridge'),
    PORT: String(port),
    ODOO_URL: proxy.url,
    ODOO_DB: odoo.database,
    ODOO_API_KEY: FIRST_KEY,
    ODOO_WEBHOOK_SECRET: secret,
  })
  odoo.person.setOnHand(PLENTY, 'WH', '100000')
  const row = { sku: PLENTY, locationKey: 'main', quantity: '100000', asOf: new Date().toISOString() }
  await shop.call('PUT', '/inventory', { rows: [row] })
  shop.enable(bridge.url)
  return {
    shop,
    bridge,
    odoo,
    panel: panelOf(bridge),
    proxy,
    async dispose() {
      await bridge.stop()
      await proxy.stop()
      await odoo.stop()
      await shop.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
