import { createHash } from 'node:crypto'
import type { Request } from 'express'
import { z } from 'zod'
import { canonical } from './canonical.ts'
import type { Db } from './database.ts'
import { HttpProblem } from './problem.ts'

/** What goes back to a caller, ready to be sent or kept. */
export interface Answer {
  status: number
  etag: string | undefined
  /** JSON text; empty for none. */
  body: string
  replayed: boolean
}

/** The request's Idempotency-Key, which must be a UUID. */
export function keyOf(request: Request): string | undefined {
  const key = request.headers['idempotency-key']
  if (key === undefined) return undefined
  if (z.guid().safeParse(key).success && typeof key === 'string') return key.toLowerCase()
  throw new HttpProblem(400, 'invalid_idempotency_key', 'Idempotency-Key must be a UUID.')
}

const KEPT_MS = 24 * 60 * 60 * 1000

/** The answers of the last 24 hours by key, and which requests run now. */
export function createIdempotency(db: Db, clock: () => number) {
  interface Row {
    request: string
    status: number
    etag: string | null
    body: string
  }
  const find = db.prepare<[string, number], Row>('SELECT * FROM idempotency WHERE key = ? AND created_at > ?')
  const keep = db.prepare('INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?, ?, ?)')
  const prune = db.prepare('DELETE FROM idempotency WHERE created_at <= ?')
  /** In memory on purpose: a request that a crash cut off is not running any more. */
  const running = new Set<string>()
  let prunedAt = 0

  return {
    /** @returns what to call when the request is over */
    begin(key: string | undefined): () => void {
      if (key === undefined) return () => {}
      if (running.has(key)) {
        throw new HttpProblem(409, 'idempotency_in_progress', 'The first request with this key still runs.', {
          headers: { 'Retry-After': '1' },
        })
      }
      running.add(key)
      return () => running.delete(key)
    },
    find(key: string, request: Request): Answer | undefined {
      const row = find.get(key, clock() - KEPT_MS)
      if (!row) return undefined
      if (row.request !== fingerprint(request)) {
        throw new HttpProblem(
          422,
          'idempotency_key_reused',
          'This key came before with another request. Use a new one.',
        )
      }
      return { status: row.status, etag: row.etag ?? undefined, body: row.body, replayed: true }
    },
    /** Only success is kept: a refused request may be mended and sent again under its key. */
    keep(key: string, request: Request, { status, etag, body }: Answer): void {
      keep.run(key, fingerprint(request), status, etag ?? null, body, clock())
      if (clock() - prunedAt < 60_000) return
      prunedAt = clock()
      prune.run(prunedAt - KEPT_MS)
    },
  }
}

/** By meaning, not by bytes: a client may order its JSON differently the second time. */
const fingerprint = (request: Request): string =>
  createHash('sha256')
    .update(`${request.method} ${request.path} ${canonical(request.body)}`)
    .digest('base64')
