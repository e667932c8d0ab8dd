import { createHash, createSecretKey, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Request, Response } from 'express'
import jwt from 'jsonwebtoken'
import { z } from 'zod'
import { HttpProblem } from './problem.ts'
import type { SettingsStore } from './settings.ts'

export const scopes = [
  'orders:read',
  'orders:write',
  'inventory:read',
  'inventory:write',
  'products:read',
  'products:write',
  'customers:read',
  'customers:write',
  'prices:read',
  'prices:write',
  'invoices:read',
  'invoices:write',
  'returns:read',
  'returns:write',
  'webhooks:read',
  'webhooks:write',
] as const
export type Scope = (typeof scopes)[number]

const CLIENT_ID = 'sandbox'
const LIFETIME_SECONDS = 15 * 60

const claims = z.object({ scope: z.string(), generation: z.string() })

export type TokenDesk = ReturnType<typeof createTokenDesk>

/** OAuth 2.0 client credentials for the one client `sandbox`, with JSON Web Tokens of 15 minutes. */
export function createTokenDesk(settings: SettingsStore, clock: () => number) {
  const key = createSecretKey(
    settings.ensure('token.key', () => randomBytes(32).toString('base64')),
    'base64',
  )
  const generation = () => settings.ensure('token.generation', () => '1')
  const clientSecret = () => settings.ensure('client.secret', () => 'sandbox-secret')

  return {
    /** Every token issued until now is refused from now on. */
    revokeAll: (): void => settings.set('token.generation', randomBytes(8).toString('hex')),
    /** As when a merchant replaces the client's secret. */
    changeSecret: (secret: string): void => settings.set('client.secret', secret),

    /** RFC 6749, 4.4 and 5.2. */
    issue(request: Request, response: Response): Response {
      response.setHeader('Cache-Control', 'no-store')
      const form = formShape.safeParse(request.body)
      if (!form.success) return refuse(response, 400, 'invalid_request', 'grant_type is missing')
      const client = clientOf(request, form.data)
      if (!client || client.id !== CLIENT_ID || !same(client.secret, clientSecret())) {
        response.setHeader('WWW-Authenticate', 'Basic realm="storefront", charset="UTF-8"')
        return refuse(response, 401, 'invalid_client', 'the client or its secret is wrong')
      }
      if (form.data.grant_type !== 'client_credentials') {
        return refuse(response, 400, 'unsupported_grant_type', 'only client_credentials')
      }
      const asked = form.data.scope?.split(' ').filter(Boolean) ?? [...scopes]
      const unknown = asked.find((scope) => !scopes.some((known) => known === scope))
      if (unknown !== undefined) return refuse(response, 400, 'invalid_scope', `no such scope: ${unknown}`)
      const scope = asked.join(' ')
      const now = Math.floor(clock() / 1000)
      const payload = { sub: CLIENT_ID, scope, generation: generation(), iat: now, exp: now + LIFETIME_SECONDS }
      const token = jwt.sign(payload, key, { algorithm: 'HS256' })
      return response.json({ access_token: token, token_type: 'Bearer', expires_in: LIFETIME_SECONDS, scope })
    },

    /** Throws 401 for a token that is missing, wrong, expired or revoked, and 403 for one without the scope. */
    require(request: Request, scope: Scope): void {
      const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
      if (!token) throw unauthorized('Send Authorization: Bearer <token>.', '')
      const granted = verify(token, key, clock())
      if (!granted || granted.generation !== generation()) {
        throw unauthorized('The token is expired, revoked or not ours. Ask for a new one.', ', error="invalid_token"')
      }
      if (!granted.scope.split(' ').includes(scope)) {
        throw new HttpProblem(403, 'insufficient_scope', `The token lacks the scope ${scope}.`, {
          headers: { 'WWW-Authenticate': `Bearer realm="storefront", error="insufficient_scope", scope="${scope}"` },
        })
      }
    },
  }
}

const formShape = z.object({
  grant_type: z.string(),
  scope: z.string().optional(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
})

/** client_secret_basic, where both parts are form-encoded (RFC 6749, 2.3.1), or client_secret_post. */
function clientOf(request: Request, form: z.infer<typeof formShape>): { id: string; secret: string } | undefined {
  const basic = /^Basic (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (basic) {
    const [id, secret] = Buffer.from(basic, 'base64').toString('utf8').split(':', 2)
    return id === undefined || secret === undefined ? undefined : { id: formDecoded(id), secret: formDecoded(secret) }
  }
  if (form.client_id === undefined || form.client_secret === undefined) return undefined
  return { id: form.client_id, secret: form.client_secret }
}

const formDecoded = (text: string): string => new URLSearchParams(`x=${text}`).get('x') ?? ''

function refuse(response: Response, status: number, error: string, description: string): Response {
  return response.status(status).json({ error, error_description: description })
}

function unauthorized(detail: string, challenge: string): HttpProblem {
  return new HttpProblem(401, 'invalid_token', detail, {
    headers: { 'WWW-Authenticate': `Bearer realm="storefront"${challenge}` },
  })
}

function verify(token: string, key: KeyObject, now: number): z.infer<typeof claims> | undefined {
  try {
    return claims.parse(jwt.verify(token, key, { algorithms: ['HS256'], clockTimestamp: Math.floor(now / 1000) }))
  } catch (error) {
    if (error instanceof jwt.JsonWebTokenError || error instanceof z.ZodError) return undefined
    throw error
  }
}

/** Constant time, whatever the lengths. */
const same = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())
