import { hash, verify } from '@node-rs/argon2'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { components } from '../panel/schema.d.ts'
import { isLaunched } from './launch.ts'
import { Lockout } from './lockout.ts'
import type { RevokedSessions, UsersPort } from './ports.ts'
import { Refusal } from './problem.ts'
import { roles } from './rights.ts'
import { cookieOf, givenCookie, takenCookie } from './session-cookie.ts'
import type { Session, SessionTokens } from './session-token.ts'

export const USER = 'admin'

export interface SessionOptions {
  adminPassword: string
  /** Signs sessions; the same on every replica. */
  tokens: SessionTokens
  users: Pick<UsersPort, 'check' | 'standing'>
  revoked?: RevokedSessions
  now?: () => number
  log: Pick<Logger, 'info' | 'warn'>
}

/** GET, POST, DELETE /session; `required` guards everything else, `current` tells whether a stream may go on. */
export function sessions(options: SessionOptions) {
  const now = options.now ?? Date.now
  const { tokens } = options
  const revoked = options.revoked ?? revokedInMemory(now)
  const passwordHash = hash(options.adminPassword)
  const perAddress = new Lockout({ free: 5, firstWaitMs: 60_000, maxWaitMs: 60 * 60_000 })
  const overall = new Lockout({ free: 100, firstWaitMs: 60_000, maxWaitMs: 15 * 60_000 })

  const current = async (req: Request): Promise<Session | undefined> => {
    const token = cookieOf(req)
    const session = token ? tokens.read(token, now()) : undefined
    if (!session || (await revoked.has(session.id))) return undefined
    if (session.user === USER || isLaunched(session.user)) return session
    // What an admin changed since holds at once. A token knows whole seconds.
    const standing = await options.users.standing(session.user)
    if (!standing || session.issuedAt + 1000 <= standing.since) return undefined
    return { ...session, role: standing.role }
  }

  const answer = (session: Session | undefined): components['schemas']['Session'] => ({
    user: session ? { name: session.user, role: session.role } : null,
    expiresAt: session ? new Date(session.expiresAt).toISOString() : null,
    csrfToken: session ? tokens.csrfToken(session) : null,
  })

  const adminBy = async (password: string) =>
    (await verify(await passwordHash, password)) ? ('admin' as const) : undefined

  const signIn: RequestHandler = async (req, res) => {
    const { name, password } = credentials.parse(req.body)
    const address = req.ip ?? 'unknown'
    const account = name.toLowerCase()
    const wait = Math.max(perAddress.waitMs(address, now()), overall.waitMs(account, now()))
    if (wait > 0) throw lockedOut(wait)
    perAddress.failed(address, now())
    overall.failed(account, now())
    // Checked for a wrong name too: the time must not tell which of the two was wrong.
    const role = name === USER ? await adminBy(password) : (await options.users.check(name, password))?.role
    if (!role) {
      options.log.warn({ requestId: res.locals.requestId, address }, 'sign-in refused')
      throw new Refusal(
        401,
        'wrong_credentials',
        'This name and password do not match.',
        'Check both. The first admin is "admin" with the password that was set when the extension was set up; others ask an admin for a new password.',
      )
    }
    perAddress.succeeded(address)
    overall.succeeded(account)
    const before = await current(req)
    if (before) await revoked.add(before.id, before.expiresAt)
    const { token, session } = tokens.issue({ user: name, role }, now())
    givenCookie(req, res, token, false)
    options.log.info({ requestId: res.locals.requestId, user: name }, 'signed in')
    res.json(answer(session))
  }

  const signOut: RequestHandler = async (req, res) => {
    const session = sessionOf(res)
    await revoked.add(session.id, session.expiresAt)
    takenCookie(req, res)
    options.log.info({ requestId: res.locals.requestId, user: session.user }, 'signed out')
    res.status(204).end()
  }

  const required: RequestHandler = async (req, res, next) => {
    const session = await current(req)
    if (!session)
      throw new Refusal(401, 'not_signed_in', 'You are not signed in, or your session has ended.', 'Sign in again.')
    if (!isRead(req) && !tokens.isCsrfToken(session, req.get('x-csrf-token') ?? '')) throw foreignPage()
    res.locals.session = session
    next()
  }

  const router = Router()
  router.get('/session', async (req, res) => {
    res.json(answer(await current(req)))
  })
  router.post('/session', signIn)
  router.delete('/session', required, signOut)
  return { router, required, current }
}

/** Set by `required`: a handler behind it has a session. */
export function sessionOf(res: Response): Session {
  return sessionShape.parse(res.locals.session)
}

/** A write must come from our own page. Browsers say where a request comes from; others hold no cookie of a person. */
export const ownOrigin: RequestHandler = (req, _res, next) => {
  if (isRead(req)) return next()
  const site = req.get('sec-fetch-site')
  const origin = req.get('origin')
  const own = site ? site === 'same-origin' : !origin || hostOf(origin) === req.host
  if (!own) throw foreignPage()
  next()
}

const credentials = z.strictObject({ name: z.string().min(1).max(200), password: z.string().min(1).max(1000) })
const sessionShape = z.object({
  id: z.string(),
  user: z.string(),
  role: z.enum(roles),
  issuedAt: z.number(),
  expiresAt: z.number(),
})

const isRead = (req: Request): boolean => req.method === 'GET' || req.method === 'HEAD'

const hostOf = (origin: string): string | undefined => (URL.canParse(origin) ? new URL(origin).host : undefined)

const foreignPage = () =>
  new Refusal(
    403,
    'foreign_page',
    'This change did not come from the open panel.',
    'Reload the panel and try again. Scripts send the X-CSRF-Token that GET /api/session answers.',
  )

function lockedOut(waitMs: number): Refusal {
  const seconds = Math.ceil(waitMs / 1000)
  return new Refusal(
    429,
    'locked_out',
    'Too many failed attempts to sign in.',
    `Wait ${seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`}, then try again.`,
    seconds,
  )
}

function revokedInMemory(now: () => number): RevokedSessions {
  const ids = new Map<string, number>()
  return {
    async add(id, untilMs) {
      for (const [old, until] of ids) if (until < now()) ids.delete(old)
      ids.set(id, untilMs)
    },
    async has(id) {
      return ids.has(id)
    },
  }
}
