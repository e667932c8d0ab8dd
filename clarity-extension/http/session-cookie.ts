import type { CookieOptions, Request, Response } from 'express'
import { SESSION_MS } from './session-token.ts'

export const COOKIE = 'bridge_session'

/** @param embedded for a frame in a page of another site: browsers keep it apart for each such page (CHIPS), and only over TLS */
export function givenCookie(req: Request, res: Response, token: string, embedded: boolean): void {
  res.cookie(COOKIE, token, { ...(embedded && req.secure ? inFrame : own(req)), maxAge: SESSION_MS })
}

/** Takes back whichever of the two it was. */
export function takenCookie(req: Request, res: Response): void {
  res.clearCookie(COOKIE, own(req))
  if (req.secure) res.clearCookie(COOKIE, inFrame)
}

export function cookieOf(req: Request): string | undefined {
  for (const part of (req.get('cookie') ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2)
    if (name === COOKIE) return value
  }
  return undefined
}

const own = (req: Request): CookieOptions => ({ httpOnly: true, sameSite: 'strict', path: '/', secure: req.secure })
const inFrame: CookieOptions = { httpOnly: true, sameSite: 'none', path: '/', secure: true, partitioned: true }
