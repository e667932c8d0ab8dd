import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import type { Logger } from 'pino'

/** Gives every request an id, answered as X-Request-Id. A caller's own is kept when it is harmless in a log. */
export const requestId: RequestHandler = (req, res, next) => {
  const given = req.get('x-request-id')
  const id = given && /^[\w.-]{8,64}$/.test(given) ? given : randomUUID()
  res.locals.requestId = id
  res.setHeader('X-Request-Id', id)
  next()
}

/** One line per request: no body, no query (a search may hold a name), no header. Probes are only seen at debug level. */
export function accessLog(log: Pick<Logger, 'info' | 'warn' | 'debug'>): RequestHandler {
  return (req, res, next) => {
    const started = performance.now()
    const path = req.path
    res.once('close', () => {
      const line = {
        requestId: res.locals.requestId,
        method: req.method,
        path,
        status: res.statusCode,
        ms: Math.round((performance.now() - started) * 10) / 10,
        aborted: !res.writableFinished || undefined,
      }
      if (res.statusCode >= 500) log.warn(line, 'request')
      else if (path.startsWith('/health') || path === '/metrics') log.debug(line, 'request')
      else log.info(line, 'request')
    })
    next()
  }
}
