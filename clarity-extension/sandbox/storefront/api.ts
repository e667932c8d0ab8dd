import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Request, RequestHandler, Response, Router } from 'express'
import { z } from 'zod'
import { instant } from '../../../shared/entities.ts'
import type { Db } from './database.ts'
import type { Fault, Faults } from './faults.ts'
import { HttpProblem, parsed } from './problem.ts'
import type { Scope, TokenDesk } from './tokens.ts'

/** What a handler sees of a request. */
export interface Incoming {
  /** A part of the path; it is there because the route has it. */
  param(name: string): string
  query: Record<string, unknown>
  body: unknown
  ifMatch: string | undefined
}

export interface Outgoing {
  status: number
  /** JSON; absent for 204. */
  body?: unknown
  etag?: string
}

export type Handler = (incoming: Incoming) => Outgoing

export interface ApiParts {
  router: Router
  db: Db
  tokens: TokenDesk
  faults: Faults
  clock: () => number
  /** Called after a write has been committed. */
  committed: () => void
}

export type Api = ReturnType<typeof createApi>

/**
 * Turns handlers into routes: token and scope, faults on demand, one transaction per write, idempotency for POST and PATCH.
 * The idempotent answer is stored in the transaction that makes it, so the two can never differ.
 */
export function createApi({ router, db, tokens, faults, clock, committed }: ApiParts) {
  const keys = createIdempotency(db, clock)

  return {
    get: (path: string, scope: Scope, handler: Handler): void => {
      router.get(
        path,
        route(scope, (request, incoming) => answerOf(handler(incoming), request)),
      )
    },
    post: (path: string, scope: Scope, handler: Handler): void => void router.post(path, write(scope, handler, true)),
    patch: (path: string, scope: Scope, handler: Handler): void => void router.patch(path, write(scope, handler, true)),
    put: (path: string, scope: Scope, handler: Handler): void => void router.put(path, write(scope, handler, false)),
    delete: (path: string, scope: Scope, handler: Handler): void =>
      void router.delete(path, write(scope, handler, false)),
  }

  function write(scope: Scope, handler: Handler, idempotent: boolean): RequestHandler {
    const work = db.transaction((request: Request, incoming: Incoming, key: string | undefined): Answer => {
      const known = key === undefined ? undefined : keys.find(key, request)
      if (known) return known
      const answer = answerOf(handler(incoming), request)
      if (key !== undefined) keys.keep(key, request, answer)
      return answer
    })
    return route(
      scope,
      (request, incoming, key) => {
        const answer = work.immediate(request, incoming, key)
        committed()
        return answer
      },
      idempotent,
    )
  }

  function route(
    scope: Scope,
    work: (request: Request, incoming: Incoming, key: string | undefined) => Answer,
    idempotent = false,
  ): RequestHandler {
    return async (request, response) => {
      const fault = faults.take(request.method, request.path)
      if (fault?.status !== undefined) {
        await sleep(fault.latencyMs ?? 0)
        throw struck(fault)
      }
      tokens.require(request, scope)
      const key = idempotent ? keyOf(request) : undefined
      const finish = keys.begin(key)
      try {
        if (fault?.latencyMs) await sleep(fault.latencyMs)
        // Stopped while this request slept; whoever sent it has been cut off already.
        if (!db.open) return void request.socket.destroy()
        const answer = work(request, incomingOf(request), key)
        if (fault?.lose) return void request.socket.destroy()
        send(response, answer)
      } finally {
        finish()
      }
    }
  }
}

const pageQuery = z.object({
  pageSize: z.coerce.number().int().min(1).max(200).default(50),
  pageIndex: z.coerce.number().int().min(0).default(0),
  updatedAtMin: instant.optional(),
})

/** The paging part of a list's query. 400 names what is wrong with it. */
export function pageQueryOf(query: Record<string, unknown>): z.infer<typeof pageQuery> {
  const result = pageQuery.safeParse(query)
  if (result.success) return result.data
  const errors = result.error.issues.map(({ path, message }) => ({
    field: `?${String(path[0])}`,
    code: 'invalid_value',
    message: `${message}.`,
  }))
  throw new HttpProblem(400, 'invalid_query', errors.map(({ field, message }) => `${field}: ${message}`).join(' '), {
    errors,
  })
}

/** One text value of the query, or undefined. */
export const textOf = (query: Record<string, unknown>, name: string): string | undefined =>
  parsed(z.string().optional(), query[name])

/** A fault's own answer. */
export function struck({ status = 500, retryAfter }: Fault): HttpProblem {
  const code = status === 429 ? 'too_many_requests' : 'fault_on_demand'
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }
  return new HttpProblem(status, code, 'This answer was ordered through /sandbox/faults.', { headers })
}

interface Answer {
  status: number
  etag: string | undefined
  /** JSON text; empty for none. */
  body: string
  replayed: boolean
}

const answerOf = ({ status, body, etag }: Outgoing, _request: Request): Answer => ({
  status,
  etag,
  body: body === undefined ? '' : JSON.stringify(body),
  replayed: false,
})

function send(response: Response, { status, etag, body, replayed }: Answer): void {
  if (etag !== undefined) response.setHeader('ETag', etag)
  if (replayed) response.setHeader('Idempotent-Replayed', 'true')
  if (body === '') response.status(status).end()
  else response.status(status).type('application/json').send(body)
}

function incomingOf(request: Request): Incoming {
  return {
    param: (name) => z.string().parse(request.params[name]),
    query: request.query,
    body: request.body,
    ifMatch: request.headers['if-match'],
  }
}

function keyOf(request: Request): string | undefined {
  const key = request.headers['idempotency-key']
  if (key === undefined) return undefined
  if (z.guid().safeParse(key).success && typeof key === 'string') return key.toLowerCase()
  throw new HttpProblem(400, 'invalid_idempotency_key', 'Idempotency-Key must be a UUID.')
}

const KEPT_MS = 24 * 60 * 60 * 1000

function createIdempotency(db: Db, clock: () => number) {
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
    .update(`${request.method} ${request.path} ${stable(request.body)}`)
    .digest('base64')

function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? ''
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${stable(part)}`).join(',')}}`
}
