import { z } from 'zod'
import { instant } from '../../shared/entities.ts'
import { type ClarityEventType, clarityEventTypes } from '../../shared/events.ts'
import { isSecret } from '../../shared/signature.ts'
import type { CallOptions, Reply } from './call.ts'

export const webhookEndpoint = z.object({
  id: z.string().min(1),
  url: z.string(),
  events: z.array(z.string()),
  enabled: z.boolean(),
  disabledReason: z.string().nullish(),
  updatedAt: instant,
})
export type WebhookEndpoint = z.infer<typeof webhookEndpoint>

const secret = z.string().refine(isSecret, 'a Standard Webhooks secret: whsec_ and base64 of 24 to 64 bytes')
export const endpointWithSecret = webhookEndpoint.extend({ secret })
export const rotatedSecret = z.object({ secret, previousSecretExpiresAt: instant })
export const replayed = z.object({ replayed: z.int() })

export interface Subscription {
  endpoint: WebhookEndpoint
  /** `restored`: it was switched off or listened to other events. */
  change: 'none' | 'restored' | 'created'
  /** Only of a new endpoint: keep it, it is never shown again. */
  secret?: string
}

export interface EndpointCalls {
  list(options?: CallOptions): Promise<Reply<WebhookEndpoint[]>>
  add(
    url: string,
    events: ClarityEventType[],
    options?: CallOptions,
  ): Promise<Reply<z.infer<typeof endpointWithSecret>>>
  change(
    id: string,
    body: { events?: ClarityEventType[]; enabled?: boolean },
    options?: CallOptions,
  ): Promise<Reply<WebhookEndpoint>>
}

/** The storefront tells `url` of `events`, whatever it took: made anew, switched on again, or right already. */
export const ensureEndpoint =
  (calls: EndpointCalls) =>
  async (
    url: string,
    events: readonly ClarityEventType[] = clarityEventTypes,
    options: CallOptions = {},
  ): Promise<Reply<Subscription>> => {
    const there = await calls.list(options)
    if (!there.ok) return there
    const found = there.value.find((endpoint) => endpoint.url === url)
    if (!found) {
      const added = await calls.add(url, [...events], options)
      if (!added.ok) return added
      const { secret, ...endpoint } = added.value
      return { ok: true, value: { endpoint, change: 'created', secret } }
    }
    if (found.enabled && events.every((event) => found.events.includes(event))) {
      return { ok: true, value: { endpoint: found, change: 'none' } }
    }
    const changed = await calls.change(found.id, { events: [...events], enabled: true }, options)
    return changed.ok ? { ok: true, value: { endpoint: changed.value, change: 'restored' } } : changed
  }
