import type { Kysely } from 'kysely'
import { type ClarityEventType, clarityEventTypes } from '../../shared/events.ts'
import { type Answer, correct } from '../../shared/outcome.ts'
import type { ClarityClient } from '../clarity/client.ts'
import type { WebhookEndpoint } from '../clarity/webhooks.ts'
import type { Tables } from '../store/schema.ts'
import { failed } from './readers.ts'
import type { Sweep } from './schedule.ts'

export interface SubscriptionParts {
  db: Kysely<Tables>
  clarity: Pick<ClarityClient, 'listWebhookEndpoints' | 'addWebhookEndpoint' | 'changeWebhookEndpoint'>
  /** Where the storefront reaches the bridge; undefined when nobody said. */
  publicUrl: string | undefined
  /** The storefront signs with this secret from now on. */
  keepSecret(secret: string): Promise<void>
  /** Somebody should know: events were lost meanwhile, and are being read. */
  alert(cause: string, message: string): void
  now?: () => number
}

const PATH = '/webhooks/clarity'
const OURS = 'webhook_endpoint'

/** Holds the storefront to its subscription: made when there is none, switched on again, complete, and at our address. */
export function subscription(parts: SubscriptionParts): Sweep {
  const { db, clarity, publicUrl, keepSecret, alert, now = Date.now } = parts
  const wantedUrl = wantedUrlOf(publicUrl)
  return { name: 'webhooks', cron: '*/5 * * * *', atStart: false, run }

  async function run(): Promise<string> {
    const listed = await clarity.listWebhookEndpoints()
    if (!listed.ok) throw failed(listed.outcome)
    const repair = repairOf(listed.value, { wantedUrl, ours: await rememberedIn(db) })
    if ('missing' in repair) {
      alert('no_subscription', repair.missing)
      throw new Error(repair.missing)
    }
    if ('url' in repair) return create(repair.url)
    const { endpoint, change } = repair
    await remember(endpoint.id)
    if (!change) return 'the storefront tells us of everything'
    const changed = await clarity.changeWebhookEndpoint(endpoint.id, change)
    if (!changed.ok) throw failed(changed.outcome)
    const message = `The storefront had stopped telling us (${whatWasWrong(endpoint, change)}); it is set right, and what was missed is read.`
    alert('subscription_restored', message)
    return message
  }

  async function create(url: string): Promise<string> {
    const added = await clarity.addWebhookEndpoint(url, [...clarityEventTypes])
    if (!added.ok) throw failed(added.outcome)
    await keepSecret(added.value.secret)
    await remember(added.value.id)
    const message = `The storefront had no subscription for ${url}; it is made, and what was missed is read.`
    alert('subscription_restored', message)
    return message
  }

  async function remember(id: string): Promise<void> {
    const row = { value: id, updated_at: now() }
    await db
      .insertInto('settings')
      .values({ key: OURS, ...row })
      .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
      .execute()
  }
}

/** Which of the storefront's subscriptions is this bridge's, by its id. */
export async function ourEndpoint({
  db,
  clarity,
  publicUrl,
}: Pick<SubscriptionParts, 'db' | 'publicUrl'> & { clarity: Pick<ClarityClient, 'listWebhookEndpoints'> }): Promise<
  Answer<string>
> {
  const listed = await clarity.listWebhookEndpoints()
  if (!listed.ok) return listed
  const found = repairOf(listed.value, { wantedUrl: wantedUrlOf(publicUrl), ours: await rememberedIn(db) })
  if ('endpoint' in found) return { ok: true, value: found.endpoint.id }
  const message = 'The storefront has no subscription for this bridge yet.'
  const remedy = 'Run the schedule "webhooks" under Entities, which makes one; then try again.'
  return { ok: false, outcome: correct({ code: 'unknown_record', message, remedy }) }
}

const wantedUrlOf = (publicUrl: string | undefined) => publicUrl && `${publicUrl.replace(/\/+$/, '')}${PATH}`

const rememberedIn = async (db: Kysely<Tables>): Promise<string | undefined> =>
  (await db.selectFrom('settings').select('value').where('key', '=', OURS).executeTakeFirst())?.value

interface EndpointChange {
  url?: string
  events?: ClarityEventType[]
  enabled?: boolean
}

/**
 * What is to be done. Another bridge's endpoint (a staging system's on the same shop) is never touched: ours is the one at our
 * address, or the one that we remember, or the only one there is where nobody told us our address.
 */
export function repairOf(
  endpoints: readonly WebhookEndpoint[],
  { wantedUrl, ours }: { wantedUrl: string | undefined; ours: string | undefined },
): { endpoint: WebhookEndpoint; change: EndpointChange | undefined } | { url: string } | { missing: string } {
  const candidates = endpoints.filter(({ url }) => URL.canParse(url) && new URL(url).pathname.endsWith(PATH))
  const [only, second] = candidates
  const endpoint =
    endpoints.find(({ url }) => url === wantedUrl) ??
    endpoints.find(({ id }) => id === ours) ??
    (wantedUrl || second ? undefined : only)
  if (!endpoint) {
    if (wantedUrl) return { url: wantedUrl }
    return {
      missing:
        'The storefront has no subscription for this bridge, and the bridge does not know at which address the storefront reaches it. Whoever runs the bridge sets that as PUBLIC_URL; then the subscription is made.',
    }
  }
  const events = clarityEventTypes.filter((type) => !endpoint.events.includes(type))
  const change: EndpointChange = {
    ...(wantedUrl && endpoint.url !== wantedUrl ? { url: wantedUrl } : {}),
    ...(events.length > 0 ? { events: [...clarityEventTypes] } : {}),
    ...(endpoint.enabled ? {} : { enabled: true }),
  }
  return { endpoint, change: Object.keys(change).length > 0 ? change : undefined }
}

function whatWasWrong(endpoint: WebhookEndpoint, { url, events, enabled }: EndpointChange): string {
  const wrong = [
    ...(enabled ? [`switched off: ${endpoint.disabledReason ?? 'by hand'}`] : []),
    ...(events ? ['not of every kind of event'] : []),
    ...(url ? [`at another address: ${endpoint.url}`] : []),
  ]
  return wrong.join('; ')
}
