import { randomBytes } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { LAUNCH_SECONDS, type LaunchClaims, launchAudience, launchKey } from '../../../shared/launch.ts'

/** What a browser posts to open the bridge's panel, signed in as whoever asks for it in the shop's admin. */
export interface Launch {
  /** Where the form goes. */
  action: string
  token: string
}

/** @param secret the current one of the bridge's webhook endpoint */
export function launchOf(given: { bridgeUrl: string; shopUrl: string; secret: string; now: number }): Launch {
  const { bridgeUrl, shopUrl, secret, now } = given
  const iat = Math.floor(now / 1000)
  const claims: LaunchClaims = {
    iss: shopUrl,
    sub: 'shop admin',
    role: 'admin',
    jti: randomBytes(18).toString('base64url'),
    iat,
    exp: iat + LAUNCH_SECONDS,
  }
  const token = jwt.sign({ ...claims, aud: launchAudience(bridgeUrl) }, launchKey(secret), { algorithm: 'HS256' })
  return { action: launchAudience(bridgeUrl), token }
}
