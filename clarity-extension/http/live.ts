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
  /** How often the store is looked at while somebody watches, if nobody says that something changed. */
  everyMs: number
  changes?: Changes | undefined
  heartbeatMs: number
}

/** Who says, on whichever replica, that something changed in the store. */
export interface Changes {
  announce(): void
  /** @returns ends it */
  listen(heard: () => void): () => void
}

/** Looks follow one another no faster, however much changes. */
const APART_MS = 200

/**
 * Server-sent events. One look at the store serves every watcher, none is taken while nobody watches; a look is taken when any
 * replica says that something changed, and now and then, since what is only told may be missed.
 */
export function liveRoutes(ports: PanelPorts, options: LiveOptions): { router: Router; close(): void } {
  const watchers = new Map<Response, Request>()
  const seen = new Map<number, string>()
  let looking: NodeJS.Timeout | undefined
  let lookAt = 0
  let busy = false
  let changed = false
  let deafen: (() => void) | undefined
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
    if (busy) changed = true
    else if (!looking) lookIn(0)
    deafen ??= options.changes?.listen(hear)
    beating ??= setInterval(beat, options.heartbeatMs)
  })

  function lookIn(ms: number) {
    clearTimeout(looking)
    lookAt = performance.now() + ms
    looking = setTimeout(look, ms)
  }

  function hear() {
    if (watchers.size === 0) return
    if (busy) changed = true
    else if (lookAt - performance.now() > APART_MS) lookIn(APART_MS)
  }

  async function look() {
    looking = undefined
    busy = true
    changed = false
    try {
      const [overview, pairing, page] = await Promise.all([
        readOverview(ports, options.now()),
        ports.setup.pairing.state(),
        ports.queries.list({ limit: NEWEST }),
      ])
      const first = seen.size === 0
      const news = page.rows.filter(isNew)
      tell('overview', overview)
      tell('pairing', pairingView(pairing))
      if (news.length > 0 && !first) tell('events', news.map(eventView))
    } catch (error) {
      options.log.warn({ err: error }, 'live view could not be read')
    }
    busy = false
    if (watchers.size > 0) lookIn(changed ? Math.min(APART_MS, options.everyMs) : options.everyMs)
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
    deafen?.()
    deafen = undefined
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
