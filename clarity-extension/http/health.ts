import { Router } from 'express'
import type { LedgerQueries } from '../ledger/queries.ts'
import type { Ledger } from '../ledger/types.ts'

export interface HealthOptions {
  ledger: Pick<Ledger, 'writable'>
  queries: Pick<LedgerQueries, 'overview'>
  /** Unix milliseconds. */
  now?: () => number
}

export interface Readiness {
  status: 'ready' | 'degraded' | 'not_ready'
  /** Why it is not simply ready. */
  reasons: string[]
  store: { writable: boolean }
  connections: Record<string, { state: string; cause: string | null }>
  backlog: { waiting: number; failed: number; held: number; oldestSeconds: number | null }
}

/** A backlog older than this is worth a word. */
const OLD_SECONDS = 300
/** Writing proves the disk; once in this time is proof enough, however often the door is asked. */
const PROOF_MS = 2_000

/**
 * GET /health/live: the process answers. GET /health/ready: 503 while the store cannot be written, because only then events
 * would be lost here; a paused connection or a backlog is told as `degraded` with 200, because the doors still take events.
 */
export function healthDoors({ ledger, queries, now = Date.now }: HealthOptions): Router {
  let proof: { at: number; writable: Promise<boolean> } | undefined
  const writable = () => {
    if (!proof || now() - proof.at > PROOF_MS) proof = { at: now(), writable: ledger.writable() }
    return proof.writable
  }

  const router = Router()
  router.get('/health/live', (_req, res) => {
    res.set('Cache-Control', 'no-store').json({ status: 'live' })
  })
  router.get('/health/ready', async (_req, res) => {
    const readiness = (await writable()) ? await look(queries, now()) : unwritable
    res
      .set('Cache-Control', 'no-store')
      .status(readiness.status === 'not_ready' ? 503 : 200)
      .json(readiness)
  })
  return router
}

const unwritable: Readiness = {
  status: 'not_ready',
  reasons: ['The store cannot be written: check its disk or DATABASE_URL.'],
  store: { writable: false },
  connections: {},
  backlog: { waiting: 0, failed: 0, held: 0, oldestSeconds: null },
}

async function look(queries: HealthOptions['queries'], now: number): Promise<Readiness> {
  const { connections, waiting, failed, held, oldestWaitingAt } = await queries.overview()
  const oldestSeconds = oldestWaitingAt === null ? null : Math.max(0, Math.round((now - oldestWaitingAt) / 1000))
  const reasons = connections
    .filter(({ state }) => state === 'paused')
    .map(
      ({ name, cause, waiting: lanes }) => `${name} is paused (${cause ?? 'unknown'}), ${lanes} entities wait for it.`,
    )
  if (oldestSeconds !== null && oldestSeconds > OLD_SECONDS)
    reasons.push(`${waiting} events wait, the oldest for ${oldestSeconds} s.`)
  return {
    status: reasons.length > 0 ? 'degraded' : 'ready',
    reasons,
    store: { writable: true },
    connections: Object.fromEntries(connections.map(({ name, state, cause }) => [name, { state, cause }])),
    backlog: { waiting, failed, held, oldestSeconds },
  }
}
