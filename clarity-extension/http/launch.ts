import express, { type RequestHandler, type Response, Router } from 'express'
import { rateLimit } from 'express-rate-limit'
import jwt from 'jsonwebtoken'
import type { Logger } from 'pino'
import { z } from 'zod'
import { LAUNCH_SECONDS, type LaunchClaims, launchAudience, launchClaims, launchKey } from '../../shared/launch.ts'
import type { Audit } from '../audit/audit.ts'
import type { SpentIds } from './ports.ts'
import { givenCookie } from './session-cookie.ts'
import type { SessionTokens } from './session-token.ts'

export interface LaunchOptions {
  tokens: SessionTokens
  spent: SpentIds
  audit: Pick<Audit, 'record'>
  /** The storefront's webhook secrets that are valid now. */
  secrets(): readonly string[]
  /** Where the storefront's admin may stand, e.g. `https://shop.example.com`. */
  origins(): readonly string[]
  /** Where this bridge is reached; undefined: where the request came to. */
  publicUrl: string | undefined
  log: Pick<Logger, 'info' | 'warn'>
  now: () => number
}

/** Behind the name of whoever came from the storefront; no user of the panel can be called so. */
const LAUNCHED = ' (storefront)'
export const isLaunched = (user: string): boolean => user.endsWith(LAUNCHED)

/** Seconds that both clocks may differ. */
const LEEWAY = 5
const PER_MINUTE = 30

/** POST /launch: the storefront's admin opens the panel, and whoever is signed in there is signed in here. */
export function launchDoor(options: LaunchOptions): RequestHandler {
  const { tokens, spent, audit, origins, publicUrl, log, now } = options
  const router = Router()
  const limited = rateLimit({
    windowMs: 60_000,
    limit: PER_MINUTE,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (_req, res) => refuse(res, 429, 'too_many'),
  })

  router.post('/launch', limited, express.urlencoded({ extended: false, limit: '8kb' }), async (req, res) => {
    res.setHeader('Cache-Control', 'no-store')
    const form = launchForm.safeParse(req.body ?? {})
    const origin = req.get('origin')
    if (!form.success) return refuse(res, 400, 'unreadable')
    if (origin !== undefined && origin !== 'null' && !origins().includes(origin)) return refuse(res, 403, 'other_page')
    const audience = launchAudience(publicUrl ?? `${req.protocol}://${req.host}`)
    const claims = claimsOf(form.data.token, audience)
    if (!claims || claims.exp - claims.iat > LAUNCH_SECONDS || claims.iat > now() / 1000 + LEEWAY) {
      log.warn({ requestId: res.locals.requestId, address: req.ip }, 'a launch token was refused')
      return refuse(res, 401, 'not_valid')
    }
    // Used up before anything is given for it: of two that come at once one is too late.
    if (!(await spent.spend(`launch:${claims.jti}`, (claims.exp + LEEWAY + 1) * 1000))) return refuse(res, 401, 'used')
    const who = `${claims.sub}${LAUNCHED}`
    await audit.record({ who, action: 'session.launch', entity: 'session', after: { role: claims.role } })
    const { token } = tokens.issue({ user: who, role: claims.role }, now())
    givenCookie(req, res, token, form.data.embed === '1')
    log.info({ requestId: res.locals.requestId, role: claims.role }, 'launched from the storefront')
    res.redirect(303, `/admin${form.data.to}`)
  })

  return router

  /** With any of the secrets, so that a rotation locks nobody out. Only HS256: the token does not choose how it is checked. */
  function claimsOf(token: string, audience: string): LaunchClaims | undefined {
    for (const secret of options.secrets()) {
      try {
        const verified = jwt.verify(token, launchKey(secret), {
          algorithms: ['HS256'],
          audience,
          clockTimestamp: Math.floor(now() / 1000),
          clockTolerance: LEEWAY,
        })
        return launchClaims.parse(verified)
      } catch (error) {
        if (!(error instanceof jwt.JsonWebTokenError || error instanceof z.ZodError)) throw error
      }
    }
    return undefined
  }
}

const launchForm = z.object({
  token: z.string().min(1).max(4_000),
  embed: z.enum(['0', '1']).default('0'),
  // A page of the panel: never another address, as `//elsewhere` would be.
  to: z
    .string()
    .max(300)
    .regex(/^\/(?!\/)[\w\-./?=&%#:]*$/)
    .default('/'),
})

const words = {
  unreadable: 'This is no request to open the panel.',
  other_page: 'The panel was opened from a page that is not your storefront’s admin.',
  not_valid: 'This invitation to the panel is not valid, or was made more than a minute ago.',
  used: 'This invitation to the panel was used already.',
  too_many: 'The panel was opened too often within a minute.',
} as const

/** A person sees it, not a program: a page that says what to do. */
function refuse(res: Response, status: number, what: keyof typeof words): void {
  res
    .status(status)
    .type('html')
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>The panel was not opened</title>
<h1>The panel was not opened</h1><p role="alert">${words[what]}</p>
<p>Go back to your storefront’s admin and open the panel under Extensions &gt; Odoo once more, or <a href="/admin/">sign in by password</a>.</p></html>`,
    )
}
