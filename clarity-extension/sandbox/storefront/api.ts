import { setTimeout as sleep } from 'node:timers/promises'
import type { Request, RequestHandler, Response, Router } from 'express'
import { z } from 'zod'
import { instant } from '../../../shared/entities.ts'
import type { Db } from './database.ts'
import type { Fault, Faults } from './faults.ts'
import { type Answer, createIdempotency, keyOf } from './idempotency.ts'
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
        route(scope, (_request, incoming) => answerOf(handler(incoming))),
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
      const answer = answerOf(handler(incoming))
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

const answerOf = ({ status, body, etag }: Outgoing): Answer => ({
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
