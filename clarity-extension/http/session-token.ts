import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { z } from 'zod'
import { type Role, roles } from './rights.ts'

export interface Session {
  id: string
  user: string
  role: Role
  /** Unix ms. */
  issuedAt: number
  expiresAt: number
}

export const SESSION_MS = 12 * 60 * 60 * 1000

/**
 * Sessions are signed, not stored: they live through a restart and on every replica. The key hangs on the password too,
 * so that changing it ends every session.
 */
export class SessionTokens {
  readonly #key: Buffer

  constructor(secretKey: string, password: string) {
    const passwordMark = createHash('sha256').update(password).digest()
    this.#key = createHmac('sha256', secretKey).update('panel session').update(passwordMark).digest()
  }

  issue({ user, role }: Pick<Session, 'user' | 'role'>, now: number): { token: string; session: Session } {
    const session = {
      id: randomBytes(24).toString('base64url'),
      user,
      role,
      issuedAt: now,
      expiresAt: now + SESSION_MS,
    }
    const claims = {
      jti: session.id,
      sub: user,
      role,
      iat: Math.floor(now / 1000),
      exp: Math.floor(session.expiresAt / 1000),
    }
    return { token: jwt.sign(claims, this.#key, { algorithm: 'HS256', audience: AUDIENCE }), session }
  }

  /** undefined for anything but an unexpired session of ours. */
  read(token: string, now: number): Session | undefined {
    try {
      const claims = claimsShape.parse(
        jwt.verify(token, this.#key, {
          algorithms: ['HS256'],
          audience: AUDIENCE,
          clockTimestamp: Math.floor(now / 1000),
        }),
      )
      return {
        id: claims.jti,
        user: claims.sub,
        role: claims.role,
        issuedAt: claims.iat * 1000,
        expiresAt: claims.exp * 1000,
      }
    } catch (error) {
      if (error instanceof jwt.JsonWebTokenError || error instanceof z.ZodError) return undefined
      throw error
    }
  }

  /** Belongs to one session; a page of another origin cannot read it. */
  csrfToken(session: Session): string {
    return createHmac('sha256', this.#key).update(`csrf:${session.id}`).digest('base64url')
  }

  isCsrfToken(session: Session, given: string): boolean {
    const expected = Buffer.from(this.csrfToken(session))
    const actual = Buffer.from(given)
    return actual.length === expected.length && timingSafeEqual(actual, expected)
  }
}

const AUDIENCE = 'bridge-panel'
const claimsShape = z.object({
  jti: z.string(),
  sub: z.string(),
  role: z.enum(roles),
  iat: z.number(),
  exp: z.number(),
})
