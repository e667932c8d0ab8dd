import express, { type RequestHandler, Router } from 'express'
import { rateLimit } from 'express-rate-limit'
import type { Logger } from 'pino'
import { COUNTERS_DOOR, type Counters } from '../../shared/pairing.ts'
import { verifySignature } from '../../shared/signature.ts'
import type { LedgerQueries } from '../ledger/queries.ts'
import { Refusal, sendProblem } from './problem.ts'

export interface CountersOptions {
  queries: Pick<LedgerQueries, 'overview'>
  /** Odoo's webhook secrets that are valid now. */
  secrets: () => readonly string[]
  log: Pick<Logger, 'warn'>
  now?: () => number
}

const PER_MINUTE = 60

/** POST /pairing/counters: what the panel counts, for the menu in Odoo, which signs as it signs its events. */
export function countersDoor({ queries, secrets, log, now = Date.now }: CountersOptions): RequestHandler {
  const router = Router()
  const limited = rateLimit({ windowMs: 60_000, limit: PER_MINUTE, standardHeaders: 'draft-8', legacyHeaders: false })
  const raw = express.raw({ type: () => true, limit: '1kb', inflate: false })
  router.post(COUNTERS_DOOR, limited, raw, async (req, res) => {
    const body: Buffer = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0)
    const fault = verifySignature(body, req.headers, secrets(), Math.floor(now() / 1000))
    if (fault) {
      log.warn({ door: 'counters', fault }, 'counters refused')
      const remedy = 'Sign the request with the webhook secret, as events are signed.'
      return sendProblem(res, new Refusal(401, fault, 'The request is not signed by Odoo.', remedy))
    }
    const { waiting, running, failed, held, perMinute } = await queries.overview()
    const delivered_last_hour = perMinute.reduce((sum, minute) => sum + minute.delivered, 0)
    const counters: Counters = { waiting: waiting + running, failed, held, delivered_last_hour }
    res.set('Cache-Control', 'no-store').json(counters)
  })
  return router
}
