import express, { type RequestHandler, Router } from 'express'
import { rateLimit } from 'express-rate-limit'
import type { Logger } from 'pino'
import { activityRoutes } from './activity.ts'
import { alertRoutes } from './alerts.ts'
import { anomalyRoutes } from './anomalies.ts'
import { auditRoutes } from './audit.ts'
import { connectionRoutes } from './connections.ts'
import { entityRoutes } from './entities.ts'
import { failureRoutes } from './failures.ts'
import { type Changes, liveRoutes } from './live.ts'
import { loadRoutes } from './loads.ts'
import { lookupRoutes } from './lookups.ts'
import { mappingSuggestionRoutes } from './mapping-suggestions.ts'
import { mappingRoutes } from './mappings.ts'
import { overviewRoutes } from './overview.ts'
import { personRoutes } from './persons.ts'
import type { PanelPorts, RevokedSessions } from './ports.ts'
import { notFound, problemHandler, Refusal, sendProblem } from './problem.ts'
import { reconciliationRoutes } from './reconciliation.ts'
import { allowed } from './roles.ts'
import { ownOrigin, sessions } from './session.ts'
import type { SessionTokens } from './session-token.ts'
import { setupRoutes } from './setup.ts'
import { suggestionRoutes } from './suggestions.ts'
import { sweepRoutes } from './sweeps.ts'
import { takenCorrectionRoutes } from './taken-corrections.ts'
import { userRoutes } from './users.ts'

export interface PanelApiOptions extends PanelPorts {
  adminPassword: string
  /** Signs sessions; the same on every replica. */
  tokens: SessionTokens
  revoked?: RevokedSessions
  log: Pick<Logger, 'info' | 'warn' | 'error'>
  /** Unix ms; the tests' clock. */
  now?: () => number
  /** Requests per minute and address, default 600. */
  requestsPerMinute?: number
  /** How often a watched panel looks at the store, whether or not anybody says that something changed. Default 3000. */
  liveEveryMs?: number
  changes?: Changes
}

export interface PanelApi {
  /** To be mounted at /api (createApp does). */
  router: Router
  /** Ends the live streams, so that a shutdown need not wait for them. */
  close(): void
}

/** The panel's API as http/panel.openapi.yaml describes it. */
export function panelApi(options: PanelApiOptions): PanelApi {
  const now = options.now ?? Date.now
  const session = sessions(options)
  const live = liveRoutes(options, {
    now,
    current: session.current,
    log: options.log,
    everyMs: options.liveEveryMs ?? 3000,
    changes: options.changes,
    heartbeatMs: 15_000,
  })
  const router = Router()
  router.use(noStore, limited(options.requestsPerMinute ?? 600), ownOrigin)
  // A rule set and a pasted order are larger than anything else that is sent here.
  router.use('/mappings', express.json({ limit: '1mb' }))
  // A corrected message may be as large as a message may be.
  router.use('/events', express.json({ limit: '2mb' }))
  router.use(express.json({ limit: '64kb' }))
  router.use(session.router)
  router.use(session.required, allowed(options.users), announced(options.changes))
  router.use(overviewRoutes(options, now), activityRoutes(options, options.log), failureRoutes(options))
  router.use(lookupRoutes(options.lookups), mappingSuggestionRoutes(options), mappingRoutes(options))
  router.use(connectionRoutes(options, now), entityRoutes(options.entities), sweepRoutes(options.sweeps))
  router.use(setupRoutes(options.setup))
  router.use(reconciliationRoutes(options.reconciliation, now), loadRoutes(options.loads))
  router.use(anomalyRoutes(options.anomalies), suggestionRoutes(options.suggestions), takenCorrectionRoutes(options))
  router.use(
    userRoutes(options.users),
    auditRoutes(options),
    personRoutes(options),
    alertRoutes(options, now),
    live.router,
  )
  router.use(notFound, problemHandler(options.log))
  return { router, close: live.close }
}

const noStore: RequestHandler = (_req, res, next) => {
  res.setHeader('Cache-Control', 'no-store')
  next()
}

/** What a person did shows in every panel at once. */
const announced =
  (changes: Changes | undefined): RequestHandler =>
  (req, res, next) => {
    if (changes && req.method !== 'GET') res.once('finish', () => res.statusCode < 400 && changes.announce())
    next()
  }

const limited = (perMinute: number): RequestHandler =>
  rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (_req, res) =>
      sendProblem(
        res,
        new Refusal(
          429,
          'too_many_requests',
          'Too many requests from your address.',
          'Wait a minute, then try again.',
          60,
        ),
      ),
  })
