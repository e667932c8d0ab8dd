import * as oauth from 'oauth4webapi'
import { refused, retry } from '../../shared/outcome.ts'
import { classify, type Failure, isSilence, silence } from './failure.ts'
import type { Settings } from './options.ts'

export type TokenReply = { ok: true; value: string; scope: string | undefined } | { ok: false; outcome: Failure }

export interface Tokens {
  /** The cached token, or a fresh one when it is about to expire. Callers at the same moment share one request. */
  current(): Promise<TokenReply>
  /** The storefront has refused this token: the next call gets another one. A token that was replaced already is let be. */
  reject(token: string): void
}

/** Renewed this long before it expires, so that no call is under way with a token that dies on it. */
const MARGIN_MS = 60_000

export function createTokens(settings: Settings): Tokens {
  let cached: { token: string; scope: string | undefined; renewAt: number } | undefined
  let pending: Promise<TokenReply> | undefined

  return {
    current() {
      if (cached && settings.clock() < cached.renewAt) {
        return Promise.resolve({ ok: true, value: cached.token, scope: cached.scope })
      }
      pending ??= renew().finally(() => {
        pending = undefined
      })
      return pending
    },
    reject(token) {
      if (cached?.token === token) cached = undefined
    },
  }

  async function renew(): Promise<TokenReply> {
    const asked = settings.clock()
    const answer = await requestToken(settings)
    if (!answer.ok) return answer
    const { access_token: token, expires_in: seconds = 300, scope } = answer.value
    const lifetime = seconds * 1000
    cached = { token, scope, renewAt: asked + lifetime - Math.min(MARGIN_MS, lifetime / 5) }
    return { ok: true, value: token, scope }
  }
}

type Granted = { ok: true; value: oauth.TokenEndpointResponse } | { ok: false; outcome: Failure }

async function requestToken(settings: Settings): Promise<Granted> {
  const { tokenUrl, clientId, clientSecret, scopes, fetch, timeouts } = settings
  const server: oauth.AuthorizationServer = { issuer: new URL(tokenUrl).origin, token_endpoint: tokenUrl }
  const client: oauth.Client = { client_id: clientId }
  const authentication =
    settings.clientAuthentication === 'client_secret_post'
      ? oauth.ClientSecretPost(clientSecret)
      : oauth.ClientSecretBasic(clientSecret)
  const parameters: Record<string, string> = scopes.length > 0 ? { scope: scopes.join(' ') } : {}
  try {
    const response = await oauth.clientCredentialsGrantRequest(server, client, authentication, parameters, {
      [oauth.customFetch]: (url, init) => fetch(url, { ...init, redirect: 'manual' }),
      // The sandbox speaks http on the loopback; everything else is the address that somebody entered.
      [oauth.allowInsecureRequests]: new URL(tokenUrl).protocol === 'http:',
      signal: AbortSignal.timeout(timeouts.token),
    })
    if (!response.ok) return { ok: false, outcome: await refusal(response, settings) }
    return { ok: true, value: await oauth.processClientCredentialsResponse(server, client, response) }
  } catch (error) {
    if (error instanceof oauth.OperationProcessingError) {
      return { ok: false, outcome: retry('unreadable_answer', `The token URL's answer is no token: ${error.message}`) }
    }
    if (isSilence(error)) return { ok: false, outcome: silence(error, 'the token request') }
    throw error
  }
}

/** RFC 6749, 5.2: whatever the token URL refuses for good is the connection's fault, never the event's. */
async function refusal(response: Response, settings: Settings): Promise<Failure> {
  const body = await readJson(response)
  const outcome = classify({ status: response.status, headers: response.headers, body }, 'token', settings.clock())
  if (outcome.kind === 'retry') return outcome
  const code = errorOf(body)
  if (code === 'invalid_scope') {
    return refused(
      'clarity',
      'invalid_scope',
      `The storefront's client may not have these scopes: ${settings.scopes.join(' ')}.`,
    )
  }
  if (code !== undefined) return refused('clarity', 'invalid_client', `The storefront refuses the client (${code}).`)
  if (response.status === 401 || response.status === 403) {
    return refused('clarity', 'invalid_client', 'The storefront refuses the client.')
  }
  return refused('clarity', 'wrong_address', `The address for tokens answers ${response.status}, and gives no token.`)
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch {
    // A proxy's page: its status says enough.
    return text
  }
}

function errorOf(body: unknown): string | undefined {
  return typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string'
    ? body.error
    : undefined
}
