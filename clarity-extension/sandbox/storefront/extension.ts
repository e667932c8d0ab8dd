import { z } from 'zod'
import { clarityEventTypes } from '../../../shared/events.ts'
import type { Endpoints } from './endpoints.ts'
import { type Launch, launchOf } from './launch.ts'
import type { Shop, WebhookEndpoint } from './shop.ts'

/** Where the bridge to Odoo answers. */
export interface BridgeAddress {
  /** e.g. `http://127.0.0.1:4000`; events go to `/webhooks/clarity` there. */
  url: string
  /** Its panel; by default `${url}/admin`. */
  panelUrl?: string | undefined
  /** A webhook secret that the bridge knows already; by default a new one is made and shown once. */
  webhookSecret?: string | undefined
}

const address = z.object({ url: z.url(), panelUrl: z.url().optional(), webhookSecret: z.string().optional() })

export type Extension = ReturnType<typeof createExtension>

/** The entry "Odoo" among the shop's extensions: on, the bridge is told of every event. */
export function createExtension(shop: Shop, endpoints: Endpoints) {
  return {
    /** Remembered until another address is given. */
    setAddress: (wanted: BridgeAddress): void => shop.settings.set('bridge', JSON.stringify(address.parse(wanted))),
    address: addressOf,
    endpoint: endpointOf,

    /** @returns the secret, when the bridge does not know it yet */
    enable(): { endpoint: WebhookEndpoint; newSecret: string | undefined } {
      const bridge = addressOf()
      if (!bridge) throw new Error('The bridge has no address yet')
      const there = endpointOf()
      if (there) {
        const endpoint = endpoints.change(there.id, { enabled: true, events: [...clarityEventTypes] })
        return { endpoint, newSecret: undefined }
      }
      const wish = { url: hookUrl(bridge.url), events: [...clarityEventTypes], enabled: true }
      const { endpoint, secret } = endpoints.add(wish, bridge.webhookSecret)
      return { endpoint: endpoint.record, newSecret: secret === bridge.webhookSecret ? undefined : secret }
    },

    /** Opens the bridge's panel signed in; undefined while the extension is off. */
    launch(shopUrl: string): Launch | undefined {
      const bridge = addressOf()
      const there = endpointOf()
      const [secret] = there?.enabled ? endpoints.secrets(there.id) : []
      return bridge && secret ? launchOf({ bridgeUrl: bridge.url, shopUrl, secret, now: shop.clock() }) : undefined
    },

    disable(): void {
      const there = endpointOf()
      if (there?.enabled) endpoints.change(there.id, { enabled: false })
    },
  }

  function addressOf(): (BridgeAddress & { panelUrl: string }) | undefined {
    const known = shop.settings.get('bridge')
    if (known === undefined) return undefined
    const bridge = address.parse(JSON.parse(known))
    return { ...bridge, panelUrl: bridge.panelUrl ?? `${bridge.url.replace(/\/+$/, '')}/admin` }
  }

  function endpointOf(): WebhookEndpoint | undefined {
    const bridge = addressOf()
    return bridge && endpoints.byUrl(hookUrl(bridge.url))
  }
}

const hookUrl = (url: string): string => `${url.replace(/\/+$/, '')}/webhooks/clarity`
