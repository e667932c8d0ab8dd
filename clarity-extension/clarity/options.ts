/** How to reach one storefront. Everything about its dialect that can differ without other code is here. */
export interface ClarityOptions {
  /** Where the API begins, its prefix included, e.g. `https://shop.example.com/api/v1`. */
  baseUrl: string
  /** e.g. `https://shop.example.com/oauth/token`. */
  tokenUrl: string
  clientId: string
  clientSecret: string
  /** How the client shows its secret at the token URL. Default `client_secret_basic`. */
  clientAuthentication?: 'client_secret_basic' | 'client_secret_post'
  /** What to ask for; by default what the bridge needs. An empty list asks for all that the client may have. */
  scopes?: readonly string[]
  timeouts?: Partial<Timeouts>
  /** Told of every answer, for traces and metrics. No bodies, no tokens. */
  observe?: (call: Observed) => void
  /** The fetch underneath; the real one unless a test says otherwise. */
  fetch?: typeof globalThis.fetch
  /** Unix milliseconds. */
  clock?: () => number
}

/** Milliseconds. */
export interface Timeouts {
  /** Calls that change nothing. Default 15 s. */
  read: number
  /** Default 30 s. */
  write: number
  /** Default 15 s. */
  token: number
}

export interface Observed {
  /** The method's name here, e.g. `getOrder`. */
  call: string
  /** HTTP status, or 0 when nothing came back. */
  status: number
  ms: number
}

/** What the bridge's flows need. */
export const bridgeScopes = [
  'orders:read',
  'orders:write',
  'inventory:read',
  'inventory:write',
  'customers:read',
  'customers:write',
  'products:read',
  'invoices:read',
  'invoices:write',
  'returns:read',
  'returns:write',
  'products:write',
  'prices:write',
  'webhooks:read',
  'webhooks:write',
] as const

/** The options completed. */
export function complete(options: ClarityOptions) {
  const { scopes = bridgeScopes, timeouts = {}, clientAuthentication = 'client_secret_basic' } = options
  return {
    ...options,
    baseUrl: new URL(options.baseUrl).href.replace(/\/+$/, ''),
    tokenUrl: new URL(options.tokenUrl).href,
    clientAuthentication,
    scopes: [...scopes],
    timeouts: { read: 15_000, write: 30_000, token: 15_000, ...timeouts },
    observe: options.observe ?? (() => {}),
    fetch: options.fetch ?? globalThis.fetch,
    clock: options.clock ?? Date.now,
  }
}

export type Settings = ReturnType<typeof complete>
