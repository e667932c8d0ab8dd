import { createHmac } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { z } from 'zod'

/** How long a link to a document works. Seconds. */
export const LINK_SECONDS = 5 * 60

const AUDIENCE = 'bridge-document'
const claims = z.object({ sub: z.string(), exp: z.number() })

/** Tokens that open one document for a few minutes and nothing else: not the panel, not another invoice. */
export class DocumentTokens {
  readonly #key: Buffer

  constructor(secretKey: string) {
    this.#key = createHmac('sha256', secretKey).update('document link').digest()
  }

  /** @param subject e.g. `invoices/41` @param now unix ms */
  issue(subject: string, now: number): { token: string; expiresAt: Date } {
    const iat = Math.floor(now / 1000)
    const exp = iat + LINK_SECONDS
    const token = jwt.sign({ sub: subject, iat, exp }, this.#key, { algorithm: 'HS256', audience: AUDIENCE })
    return { token, expiresAt: new Date(exp * 1000) }
  }

  opens(token: string, subject: string, now: number): boolean {
    try {
      const clockTimestamp = Math.floor(now / 1000)
      const read = jwt.verify(token, this.#key, { algorithms: ['HS256'], audience: AUDIENCE, clockTimestamp })
      return claims.parse(read).sub === subject
    } catch (error) {
      if (error instanceof jwt.JsonWebTokenError || error instanceof z.ZodError) return false
      throw error
    }
  }
}
