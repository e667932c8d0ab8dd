import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { StorefrontOptions } from '../../clarity-extension/sandbox/storefront/storefront.ts'
import { seedOdoo } from '../../scripts/seed-odoo.ts'
import { freshDatabase, type RealOdoo, type Wishes } from '../real/support.ts'
import { type Bridge, startBridge } from './bridge.ts'
import { panelOf } from './panel.ts'
import { freePort } from './ports.ts'
import { type LossyProxy, lossyProxy } from './proxy.ts'
import { type Mischief, type Relay, relay } from './relay.ts'
import { openShop, type Shop } from './shop.ts'
import { teller } from './teller.ts'

/** Storefront, bridge and a real Odoo 19 with the sandbox's catalogue, wired to each other. */
export interface Stage {
  shop: Shop
  bridge: Bridge
  odoo: RealOdoo
  /** Any public method of any model, as Odoo's administrator. */
  admin<T = unknown>(model: string, method: string, body?: object): Promise<T>
  /** Rows of the bridge's own log line per attempt. */
  attempts(): { event: number; lane: string; type: string; outcome: string; cause: string | null }[]
  /** Sends a webhook of the storefront ourselves, signed as it would be. @returns the status of the answer */
  deliver(envelope: { type: string; data: unknown }, id?: string): Promise<number>
  /** The panel's API, signed in. */
  panel<T = unknown>(method: string, path: string, body?: object): Promise<T>
  /** Between the bridge and Odoo; only with the wish `lossy`. */
  proxy: LossyProxy | undefined
  /** Between each side and the bridge's doors; only with the wish `mischief`. */
  relays: Relay[]
  dispose(): Promise<void>
}

export async function openStage(
  wishes: Wishes & {
    storefront?: Partial<StorefrontOptions>
    env?: Record<string, string>
    /** The storefront tells nobody by itself; the test delivers. */
    silent?: boolean
    lossy?: boolean
    /** What becomes of the webhooks of both sides on their way. */
    mischief?: Mischief
  } = {},
): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'clarity-stage-'))
  const [odoo, shop, port] = await Promise.all([
    freshDatabase(wishes),
    openShop(join(folder, 'shop'), wishes.storefront),
    freePort(),
  ])
  const doors = `http://127.0.0.1:${port}`
  const { mischief } = wishes
  const relays = mischief ? await Promise.all([relay(doors, mischief, 1), relay(doors, mischief, 2)]) : []
  const [toShopDoor = { url: doors }, toOdooDoor = { url: doors }] = relays
  const webhook = { url: `${toOdooDoor.url}/webhooks/odoo`, secret: odoo.webhookSecret }
  await seedOdoo({ url: odoo.url, db: odoo.db, apiKey: odoo.adminApiKey, webhook })
  const proxy = wishes.lossy ? await lossyProxy(odoo.url) : undefined
  const bridge = await startBridge({
    ...shop.env,
    DATA_DIR: join(folder, 'bridge'),
    PORT: String(port),
    ODOO_URL: proxy?.url ?? odoo.url,
    ODOO_DB: odoo.db,
    ODOO_LOGIN: odoo.login,
    ODOO_API_KEY: odoo.apiKey,
    ODOO_WEBHOOK_SECRET: odoo.webhookSecret,
    ...wishes.env,
  })
  if (!wishes.silent) shop.enable(toShopDoor.url)
  return {
    shop,
    bridge,
    odoo,
    admin: (model, method, body = {}) => odooCall(odoo, model, method, body),
    attempts: () =>
      bridge
        .log()
        .split('\n')
        .flatMap((line) => attempt.safeParse(parse(line)).data ?? []),
    deliver: teller(bridge, shop.secret).deliver,
    panel: panelOf(bridge),
    proxy,
    relays,
    async dispose() {
      await bridge.stop()
      for (const one of relays) await one.stop()
      await proxy?.stop()
      await shop.stop()
      await odoo.dispose()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Any public method of any model, as the administrator. */
export async function odooCall<T>(odoo: RealOdoo, model: string, method: string, body: object): Promise<T> {
  const response = await fetch(`${odoo.url}/json/2/${model}/${method}`, {
    method: 'POST',
    headers: {
      authorization: `bearer ${odoo.adminApiKey}`,
      'x-odoo-database': odoo.db,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${model}.${method} ${response.status}: ${(await response.text()).slice(0, 500)}`)
  return (await response.json()) as T
}

const attempt = z.object({
  event: z.number(),
  lane: z.string(),
  type: z.string(),
  outcome: z.string(),
  cause: z.string().nullable(),
  msg: z.literal('attempt'),
})

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
