import express, { type Express, type RequestHandler } from 'express'
import type { Logger } from 'pino'
import { accessLog, requestId } from './observe.ts'
import { panelFiles } from './panel-files.ts'
import { notFound, problemHandler } from './problem.ts'
import { secureHeaders } from './security.ts'

export interface AppOptions {
  /** The webhook doors, with their own paths; they read raw bytes, so nothing parses before them. */
  doors: readonly RequestHandler[]
  /** /health/live and /health/ready, with their own paths. */
  health: RequestHandler
  /** Everything below /api. */
  panelApi: RequestHandler
  /** Answers GET /metrics. */
  metrics: RequestHandler
  /** Folder of the built panel. */
  panelDist: string
  /** Origins whose pages may frame the panel, as they are now; default none. */
  frameAncestors?: () => readonly string[]
  /** Answers POST /launch. */
  launch?: RequestHandler
  /** Express' `trust proxy`: set it when a proxy ends TLS, so that cookies are Secure and addresses are the visitors'. */
  trustProxy?: boolean | number | string
  log: Pick<Logger, 'info' | 'warn' | 'error' | 'debug'>
}

/** All doors together. Webhooks come first and pay for nothing that only pages need. */
export function createApp(options: AppOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', options.trustProxy ?? false)
  app.use(requestId)
  for (const door of options.doors) app.use(door)
  app.use(options.health)
  app.use(accessLog(options.log), ...secureHeaders(options.frameAncestors ?? (() => [])))
  app.get('/metrics', options.metrics)
  if (options.launch) app.use(options.launch)
  app.use('/api', options.panelApi)
  app.get('/', (_req, res) => res.redirect('/admin/'))
  app.use('/admin', slash, panelFiles(options.panelDist))
  app.use(notFound, problemHandler(options.log))
  return app
}

/** The panel's addresses begin with /admin/. */
const slash: RequestHandler = (req, res, next) => {
  if (req.originalUrl === '/admin') res.redirect('/admin/')
  else next()
}
