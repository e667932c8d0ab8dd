import { createHmac } from 'node:crypto'
import { z } from 'zod'

/**
 * How the storefront's admin opens the bridge's panel signed in. Its server makes a JSON Web Token (HS256), and the browser
 * posts it as the form field `token` to `<bridge>/launch`; in a body it stands in no log, history or referrer. `embed=1` opens the
 * panel for a frame of the admin, `to` a page of it. A token is taken once.
 */
export const launchClaims = z.object({
  /** The storefront's address. */
  iss: z.string().min(1).max(300),
  /** The person, as the storefront knows them. */
  sub: z.string().min(1).max(100),
  role: z.enum(['viewer', 'operator', 'admin']),
  /** Of this token alone, at least 16 characters by chance. */
  jti: z.string().min(16).max(100),
  iat: z.int(),
  exp: z.int(),
})
export type LaunchClaims = z.infer<typeof launchClaims>

/** Seconds that a token may be good for, from its `iat` to its `exp`. */
export const LAUNCH_SECONDS = 60

/** The token's `aud`: a token for another bridge opens nothing here. */
export const launchAudience = (bridgeUrl: string): string => `${bridgeUrl.replace(/\/+$/, '')}/launch`

/**
 * The key that signs: made of a webhook secret, which both sides know, so that no further one is to be exchanged; and not that
 * secret itself, so that neither is good for the other's purpose.
 */
export const launchKey = (webhookSecret: string): Buffer =>
  createHmac('sha256', Buffer.from(webhookSecret.replace(/^whsec_/, ''), 'base64'))
    .update('panel launch 1')
    .digest()
