import { z } from 'zod'
import { instant } from '../../../shared/entities.ts'
import { clarityEventTypes } from '../../../shared/events.ts'
import { isSecret, newSecret } from '../../../shared/signature.ts'
import { type Api, pageQueryOf } from './api.ts'
import { etagOf, matchVersion, newId, type Stored } from './collection.ts'
import { shown } from './orders.ts'
import { HttpProblem, notFound, parsed } from './problem.ts'
import type { Shop, WebhookEndpoint } from './shop.ts'

const OVERLAP_MS = 24 * 60 * 60 * 1000

const fields = z.object({
  url: z.url({ protocol: /^https?$/, error: 'An http or https URL' }),
  events: z.array(z.enum(clarityEventTypes)).min(1),
  enabled: z.boolean().default(true),
})
const change = z.object({
  url: fields.shape.url.optional(),
  events: fields.shape.events.optional(),
  enabled: z.boolean().optional(),
})
const replay = z.object({
  since: instant,
  until: instant.optional(),
  events: z.array(z.enum(clarityEventTypes)).default([...clarityEventTypes]),
})

export type Endpoints = ReturnType<typeof createEndpoints>

/** Who is told of what, and the secrets that sign it. */
export function createEndpoints(shop: Shop) {
  const { db, clock } = shop
  const addSecret = db.prepare('INSERT OR REPLACE INTO secrets VALUES (?, ?, NULL)')
  const expireSecrets = db.prepare('UPDATE secrets SET expires_at = ? WHERE endpoint_id = ? AND expires_at IS NULL')
  const validSecrets = db.prepare<[string, number], { secret: string }>(
    'SELECT secret FROM secrets WHERE endpoint_id = ? AND (expires_at IS NULL OR expires_at > ?) ORDER BY expires_at IS NULL DESC, expires_at DESC',
  )
  const dropSecrets = db.prepare('DELETE FROM secrets WHERE endpoint_id = ?')
  const dropDeliveries = db.prepare("DELETE FROM deliveries WHERE endpoint_id = ? AND state NOT IN ('done', 'failed')")
  const moveDeliveries = db.prepare(
    'UPDATE deliveries SET state = ?, due_at = coalesce(?, due_at) WHERE endpoint_id = ? AND state = ?',
  )

  return {
    find: (id: string): WebhookEndpoint | undefined => shop.endpoints.get(id)?.record,
    enabled: (): WebhookEndpoint[] => all().filter(({ enabled }) => enabled),
    byUrl: (url: string): WebhookEndpoint | undefined => all().find((endpoint) => endpoint.url === url),
    /** Every secret that signs now, the current one first. */
    secrets: (id: string): string[] => validSecrets.all(id, clock()).map(({ secret }) => secret),
    add,
    change: (id: string, body: unknown): WebhookEndpoint => changeOf(endpointOf(id), body).record,
    remove,
    /** Switched off by the sender, which says why. */
    switchOff: (id: string, reason: 'gone' | 'exhausted'): void => {
      const before = shop.endpoints.get(id)
      if (before?.record.enabled) setEnabled(before, { ...before.record, enabled: false, disabledReason: reason })
    },
    routes,
  }

  function routes(api: Api): void {
    api.get('/webhook-endpoints', 'webhooks:read', ({ query }) => ({
      status: 200,
      body: shop.endpoints.list(pageQueryOf(query)),
    }))
    api.post('/webhook-endpoints', 'webhooks:write', ({ body }) => {
      const { endpoint, secret } = add(body)
      return { status: 201, body: { ...endpoint.record, secret }, etag: etagOf(endpoint.version) }
    })
    api.get('/webhook-endpoints/:id', 'webhooks:read', ({ param }) => shown(200, endpointOf(param('id'))))
    api.patch('/webhook-endpoints/:id', 'webhooks:write', ({ param, body, ifMatch }) => {
      const before = endpointOf(param('id'))
      matchVersion(ifMatch, before.version)
      return shown(200, changeOf(before, body))
    })
    api.delete('/webhook-endpoints/:id', 'webhooks:write', ({ param }) => {
      if (!remove(param('id'))) throw notFound(`Webhook endpoint ${param('id')}`)
      return { status: 204 }
    })
    api.post('/webhook-endpoints/:id/rotate-secret', 'webhooks:write', ({ param }) => {
      const { record } = endpointOf(param('id'))
      const expires = clock() + OVERLAP_MS
      const secret = newSecret()
      expireSecrets.run(expires, record.id)
      addSecret.run(record.id, secret)
      return { status: 200, body: { secret, previousSecretExpiresAt: new Date(expires).toISOString() } }
    })
    api.post('/webhook-endpoints/:id/replay', 'webhooks:write', ({ param, body }) => {
      const { record } = endpointOf(param('id'))
      const { since, until, events } = parsed(replay, body)
      if (!record.enabled) throw new HttpProblem(422, 'endpoint_off', 'Switch the endpoint on before replaying.')
      const wanted = events.filter((type) => record.events.includes(type))
      const last = until === undefined ? clock() : Date.parse(until)
      return { status: 202, body: { replayed: shop.events.replay(record, Date.parse(since), last, wanted) } }
    })
  }

  function all(): WebhookEndpoint[] {
    return shop.endpoints.list({ pageSize: 1000, pageIndex: 0 }).results
  }

  function endpointOf(id: string): Stored<WebhookEndpoint> {
    const found = shop.endpoints.get(id)
    if (!found) throw notFound(`Webhook endpoint ${id}`)
    return found
  }

  /** @param own a secret that both sides know already; by default a new one */
  function add(body: unknown, own?: string): { endpoint: Stored<WebhookEndpoint>; secret: string } {
    const wish = parsed(fields, body)
    const secret = own !== undefined && isSecret(own) ? own : newSecret()
    const endpoint = shop.endpoints.insert({
      ...wish,
      id: newId('whe', clock()),
      disabledReason: wish.enabled ? null : 'switched_off',
      createdAt: new Date(clock()).toISOString(),
    })
    addSecret.run(endpoint.record.id, secret)
    shop.events.forgetEndpoints()
    return { endpoint, secret }
  }

  function changeOf(before: Stored<WebhookEndpoint>, body: unknown): Stored<WebhookEndpoint> {
    const { url, events, enabled } = parsed(change, body)
    const on = enabled ?? before.record.enabled
    const disabledReason = on ? null : (before.record.disabledReason ?? 'switched_off')
    return setEnabled(before, {
      ...before.record,
      url: url ?? before.record.url,
      events: events ?? before.record.events,
      enabled: on,
      disabledReason,
    })
  }

  function setEnabled(before: Stored<WebhookEndpoint>, wanted: WebhookEndpoint): Stored<WebhookEndpoint> {
    const after = shop.endpoints.save(before, wanted)
    const [from, to] = wanted.enabled ? ['paused', 'pending'] : ['pending', 'paused']
    if (wanted.enabled !== before.record.enabled)
      moveDeliveries.run(to, wanted.enabled ? clock() : null, wanted.id, from)
    shop.events.forgetEndpoints()
    return after
  }

  function remove(id: string): boolean {
    dropSecrets.run(id)
    dropDeliveries.run(id)
    shop.events.forgetEndpoints()
    return shop.endpoints.remove(id)
  }
}
