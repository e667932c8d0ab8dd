import createClient from 'openapi-fetch'
import type { z } from 'zod'
import { refused } from '../../shared/outcome.ts'
import { type Call, classify, type Failure } from './classify.ts'
import { complete, type OdooOptions } from './options.ts'
import type { components, paths } from './schema.d.ts'
import {
  acknowledged,
  applied,
  type ChoiceRequest,
  changed,
  chosen,
  described,
  documented,
  facts,
  histories,
  keyedPage,
  madeKey,
  type Operation,
  pages,
  ping,
  pulled,
  rates,
  retired,
  secretSet,
  states,
  takings,
} from './shapes.ts'
import { faultOf, transportOf } from './transport.ts'

export type Reply<T> = { ok: true; value: T } | { ok: false; outcome: Failure }
export type States = { [K in keyof typeof states]: z.infer<(typeof states)[K]> }
export type StateKind = keyof States
export type Pages = { [K in keyof typeof pages]: z.infer<(typeof pages)[K]> }
export type PageKind = keyof Pages
export type KeyedKind = 'product' | 'partner' | 'price'
export type ChangeKind = components['schemas']['ChangeKind']

export interface CallOptions {
  /** W3C trace context of the event that causes the call. */
  traceparent?: string
  /** Gives the call up early; its own timeout stays. */
  signal?: AbortSignal
}

export type OdooClient = ReturnType<typeof createOdooClient>

/**
 * The addon `clarity_bridge` in one Odoo database, over either wire. Expected failure comes back as an outcome that
 * shared/outcome.ts knows: `retry` (transient), `correct` (the data must be mended), `refused` (the connection must).
 */
export function createOdooClient(options: OdooOptions) {
  const settings = complete(options)
  const transport = transportOf(settings)
  const api = createClient<paths>({ baseUrl: settings.base, fetch: transport })

  return {
    /** At most 200 operations in one transaction; a result per operation in the same order. Repeating is safe. */
    async apply(store: string, operations: readonly Operation[], opts: CallOptions = {}) {
      const body = { store, operations: operations.map((one) => ({ accept_difference: false, ...one })) }
      const sent = api.POST('/json/2/clarity.bridge/apply', { body, ...init(opts) })
      const reply = await read(bridge('apply'), sent, applied)
      if (!reply.ok) return reply
      const { results } = reply.value
      const matching = results.length === operations.length && results.every((one, i) => one.id === operations[i]?.id)
      return matching
        ? { ok: true as const, value: results }
        : strange('apply', 'the results do not match the operations')
    },

    /** Unacknowledged events, oldest first. @param limit at most 1000 */
    pull: (limit: number, opts: CallOptions = {}) =>
      read(bridge('pull'), api.POST('/json/2/clarity.bridge/pull', { body: { limit }, ...init(opts) }), pulled),

    /** Marks events as received. @param webhookIds at most 1000; unknown ones are left alone */
    ack: (webhookIds: readonly string[], opts: CallOptions = {}) => {
      const body = { webhook_ids: [...webhookIds] }
      return read(bridge('ack'), api.POST('/json/2/clarity.bridge/ack', { body, ...init(opts) }), acknowledged)
    },

    /**
     * Current values from one snapshot. @param refs at most 1000 Clarity order ids, Odoo picking ids as text, or SKUs;
     * unknown ones are absent. `pendingOrders` (stock only, at most 5000): the answer's `held` names those Odoo holds.
     */
    readState: <K extends StateKind>(
      store: string,
      kind: K,
      refs: readonly string[],
      { pendingOrders, ...opts }: CallOptions & { pendingOrders?: readonly string[] } = {},
    ): Promise<Reply<States[K]>> => {
      const pending = pendingOrders ? { pending_orders: [...pendingOrders] } : {}
      const body = { store, kind, refs: [...refs], ...pending }
      const shape: { [S in StateKind]: z.ZodType<States[S]> } = states
      return read(
        bridge('read_state'),
        api.POST('/json/2/clarity.bridge/read_state', { body, ...init(opts) }),
        shape[kind],
      )
    },

    /** The rate of each order's day, or the one it was written with. @param orders at most 200 */
    readRates: (
      store: string,
      orders: readonly { ref: string; currency: string; date: string }[],
      opts: CallOptions = {},
    ) => {
      const body = { store, orders: [...orders] }
      return read(bridge('read_rates'), api.POST('/json/2/clarity.bridge/read_rates', { body, ...init(opts) }), rates)
    },

    /** The PDF of a posted invoice, or null. @param ref its Odoo id as text */
    document: async (store: string, ref: string, opts: CallOptions = {}) => {
      const body = { store, kind: 'invoice' as const, ref }
      const sent = api.POST('/json/2/clarity.bridge/document', { body, ...init(opts) })
      const reply = await read(bridge('document'), sent, documented)
      return reply.ok ? { ok: true as const, value: reply.value.document } : reply
    },

    /**
     * What changed at or after an instant, oldest first, as webhooks would tell it. Of rows with exactly this instant those
     * after the id. `next` is where to go on.
     */
    changes: (
      store: string,
      kind: ChangeKind,
      { since, after = 0, limit = 500 }: { since: string; after?: number; limit?: number },
      opts: CallOptions = {},
    ) => {
      const body = { store, kind, since, after, limit }
      return read(bridge('changes'), api.POST('/json/2/clarity.bridge/changes', { body, ...init(opts) }), changed)
    },

    /** Everything of a kind, by id. @param position `next` of the page before */
    readPage: <K extends PageKind>(
      store: string,
      kind: K,
      {
        after = 0,
        limit = 500,
        pendingOrders,
      }: { after?: number; limit?: number; pendingOrders?: readonly string[] } = {},
      opts: CallOptions = {},
    ): Promise<Reply<Pages[K]>> => {
      const pending = pendingOrders ? { pending_orders: [...pendingOrders] } : {}
      const body = { store, kind, after, limit, ...pending }
      const shape: { [P in PageKind]: z.ZodType<Pages[P]> } = pages
      return read(
        bridge('read_page'),
        api.POST('/json/2/clarity.bridge/read_page', { body, ...init(opts) }),
        shape[kind],
      )
    },

    /** By what every record of a kind is recognised, by id. @param position `next` of the page before; limit at most 1000 */
    readKeys: (
      store: string,
      kind: KeyedKind,
      { after = 0, limit = 1000 }: { after?: number; limit?: number } = {},
      opts: CallOptions = {},
    ) => {
      const body = { store, kind, after, limit }
      return read(bridge('read_keys'), api.POST('/json/2/clarity.bridge/read_keys', { body, ...init(opts) }), keyedPage)
    },

    /** Payments of some days in the storefront's journals, by id. Both days count, e.g. `2026-01-01` to `2026-01-31`. */
    takings: (
      store: string,
      { firstDay, lastDay, after = 0 }: { firstDay: string; lastDay: string; after?: number },
      opts: CallOptions = {},
    ) => {
      const body = { store, first_day: firstDay, last_day: lastDay, after, limit: 1000 }
      return read(bridge('takings'), api.POST('/json/2/clarity.bridge/takings', { body, ...init(opts) }), takings)
    },

    /** Fields by model and name, as the service user may see them. @param models at most 50 */
    describe: (models: readonly string[], opts: CallOptions = {}) => {
      const body = { models: [...models] }
      return read(bridge('describe'), api.POST('/json/2/clarity.bridge/describe', { body, ...init(opts) }), described)
    },

    /** What conditions may ask about products. @param skus at most 1000; one that Odoo does not know, or knows twice, is absent */
    productFacts: (skus: readonly string[], opts: CallOptions = {}) => {
      const body = { skus: [...skus] }
      return read(
        bridge('product_facts'),
        api.POST('/json/2/clarity.bridge/product_facts', { body, ...init(opts) }),
        facts,
      )
    },

    /** What customers have ordered before, an answer per request in the same order; null for one that Odoo does not know. @param customers at most 200 */
    readHistory: (store: string, customers: readonly { customer: string; order: string }[], opts: CallOptions = {}) => {
      const body = { store, customers: [...customers] }
      return read(
        bridge('read_history'),
        api.POST('/json/2/clarity.bridge/read_history', { body, ...init(opts) }),
        histories,
      )
    },

    /** Records that a value may be mapped to, an answer per request in the same order. @param wishes at most 50 */
    choices: (wishes: readonly ChoiceRequest[], opts: CallOptions = {}) => {
      const body = { requests: wishes.map((one) => ({ limit: 50, ...one })) }
      return read(bridge('choices'), api.POST('/json/2/clarity.bridge/choices', { body, ...init(opts) }), chosen)
    },

    /** What a connection test shows. */
    ping: (opts: CallOptions = {}) =>
      read(bridge('ping'), api.POST('/json/2/clarity.bridge/ping', { body: {}, ...init(opts) }), ping),

    /** A further API key of the service user, which holds beside the others. */
    makeKey: (opts: CallOptions = {}) =>
      read(bridge('make_key'), api.POST('/json/2/clarity.bridge/make_key', { body: {}, ...init(opts) }), madeKey),

    /** Revokes a key, and what earlier rotations left over. @param keep the first eight characters of the one in use, `retire` of the other */
    retireKeys: (keep: string, retire: string, opts: CallOptions = {}) => {
      const body = { keep, retire }
      return read(
        bridge('retire_keys'),
        api.POST('/json/2/clarity.bridge/retire_keys', { body, ...init(opts) }),
        retired,
      )
    },

    /** Odoo signs its events with this secret, and with the one before it. */
    setWebhookSecret: (secret: string, opts: CallOptions = {}) => {
      const sent = api.POST('/json/2/clarity.bridge/set_webhook_secret', { body: { secret }, ...init(opts) })
      return read(bridge('set_webhook_secret'), sent, secretSet)
    },

    /** Any public method of any model. @param body keyword arguments, and `ids` and `context` where wanted */
    async call(model: string, method: string, body: Body = {}, opts: CallOptions = {}): Promise<Reply<unknown>> {
      const { headers, signal } = init(opts)
      const target = `${settings.base}/json/2/${encodeURIComponent(model)}/${encodeURIComponent(method)}`
      const request = { method: 'POST', body: JSON.stringify(body), signal }
      const response = await transport(
        new Request(target, { ...request, headers: { 'content-type': 'application/json', ...headers } }),
      )
      const answer: unknown = await response.json()
      if (response.ok) return { ok: true, value: answer }
      return { ok: false, outcome: classify(faultOf(answer), { model, method }) }
    },
  }
}

type Body = Record<string, unknown>
const bridge = (method: string): Call => ({ model: 'clarity.bridge', method })

function init({ traceparent, signal }: CallOptions) {
  const headers: Record<string, string> = traceparent ? { traceparent } : {}
  return { headers, signal }
}

async function read<T>(
  call: Call,
  sent: Promise<{ data?: unknown; error?: unknown; response: Response }>,
  shape: z.ZodType<T>,
): Promise<Reply<T>> {
  const { data, error, response } = await sent
  if (!response.ok) return { ok: false, outcome: classify(faultOf(error), call) }
  const value = shape.safeParse(data)
  if (value.success) return { ok: true, value: value.data }
  const [issue] = value.error.issues
  return strange(call.method, `${issue?.path.join('.') || 'answer'}: ${issue?.message}`)
}

/** An answer that this version of the contract does not know: the two sides are of different versions. */
function strange(method: string, what: string): { ok: false; outcome: Failure } {
  const message = `clarity.bridge.${method} answered something unexpected (${what}).`
  return { ok: false, outcome: refused('odoo', 'unexpected_answer', message) }
}
