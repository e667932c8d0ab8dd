import { type Request, type Response, Router } from 'express'
import type { Logger } from 'pino'
import type { EventSummary } from '../ledger/queries.ts'
import { readOverview } from './overview.ts'
import type { PanelPorts } from './ports.ts'
import type { Session } from './session-token.ts'
import { pairingView } from './setup.ts'
import { eventView } from './views.ts'

export interface LiveOptions {
  now: () => number
  current(req: Request): Promise<Session | undefined>
  log: Pick<Logger, 'warn'>
  /** How often the store is looked at while somebody watches. */
  everyMs: number
  heartbeatMs: number
}

/**
 * Server-sent events. One look at the store serves every watcher, none is taken while nobody watches; looking (rather than
 * listening in this process) also shows what other replicas do.
 */
export function liveRoutes(ports: PanelPorts, options: LiveOptions): { router: Router; close(): void } {
  const watchers = new Map<Response, Request>()
  const seen = new Map<number, string>()
  let looking: NodeJS.Timeout | undefined
  let beating: NodeJS.Timeout | undefined

  const router = Router()
  router.get('/live', (req, res) => {
    res.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store, no-transform',
      // nginx holds answers back unless told not to.
      'X-Accel-Buffering': 'no',
    })
    res.write('retry: 3000\n\n')
    watchers.set(res, req)
    res.once('close', () => leave(res))
    looking ??= setTimeout(look, 0)
    beating ??= setInterval(beat, options.heartbeatMs)
  })

  async function look() {
    try {
      const [overview, pairing, page] = await Promise.all([
        readOverview(ports, options.now()),
        ports.setup.pairing.state(),
        ports.queries.list({ limit: NEWEST }),
      ])
      const first = seen.size === 0
      const changed = page.rows.filter(isNew)
      tell('overview', overview)
      tell('pairing', pairingView(pairing))
      if (changed.length > 0 && !first) tell('events', changed.map(eventView))
    } catch (error) {
      options.log.warn({ err: error }, 'live view could not be read')
    }
    looking = watchers.size > 0 ? setTimeout(look, options.everyMs) : undefined
  }

  function isNew(row: EventSummary): boolean {
    const mark = `${row.state} ${row.attempts} ${row.settledAt ?? row.dueAt}`
    const known = seen.get(row.id) === mark
    seen.delete(row.id)
    seen.set(row.id, mark)
    const oldest = seen.size > NEWEST * 4 ? seen.keys().next().value : undefined
    if (oldest !== undefined) seen.delete(oldest)
    return !known
  }

  function tell(name: string, data: unknown) {
    const text = `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
    for (const res of watchers.keys()) {
      // Who reads too slowly is let go: it comes back by itself and asks for everything anew.
      if (res.writableLength > MOST_UNREAD) res.destroy()
      else res.write(text)
    }
  }

  /** Keeps proxies from closing the stream, and ends it with the session. */
  async function beat() {
    for (const [res, req] of watchers) {
      if (await options.current(req)) res.write(': still here\n\n')
      else res.end()
    }
  }

  function leave(res: Response) {
    watchers.delete(res)
    if (watchers.size > 0) return
    clearTimeout(looking)
    clearInterval(beating)
    looking = undefined
    beating = undefined
    seen.clear()
  }

  return {
    router,
    close() {
      for (const res of watchers.keys()) res.end()
    },
  }
}

const NEWEST = 50
const MOST_UNREAD = 1024 * 1024
