import type { ErrorRequestHandler, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { ZodError } from 'zod'
import type { components } from '../panel/schema.d.ts'

export type Problem = components['schemas']['Problem']

/** A refusal that the caller can understand and mend. Thrown by handlers, answered as problem+json (RFC 9457). */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly remedy: string
  readonly retryAfterSeconds: number | undefined
  /** What only some refusals tell. */
  more: Pick<Problem, 'merge' | 'faults' | 'least' | 'ask'> = {}

  /** @param code snake_case, stable: callers switch on it */
  constructor(status: number, code: string, detail: string, remedy: string, retryAfterSeconds?: number) {
    super(detail)
    this.status = status
    this.code = code
    this.remedy = remedy
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export function sendProblem(res: Response, refusal: Refusal): void {
  const problem: Problem = {
    type: 'about:blank',
    title: titles[refusal.status] ?? 'Error',
    status: refusal.status,
    code: refusal.code,
    detail: refusal.message,
    remedy: refusal.remedy,
    requestId: String(res.locals.requestId ?? ''),
    ...refusal.more,
  }
  if (refusal.retryAfterSeconds !== undefined) {
    problem.retryAfterSeconds = refusal.retryAfterSeconds
    res.setHeader('Retry-After', String(refusal.retryAfterSeconds))
  }
  res.status(refusal.status).type('application/problem+json').send(JSON.stringify(problem))
}

export const notFound: RequestHandler = (req, res) => {
  sendProblem(
    res,
    new Refusal(
      404,
      'no_such_address',
      `Nothing answers ${req.method} ${req.path}.`,
      'Check the address; the panel is at /admin.',
    ),
  )
}

/** The last handler: what a handler refused is told, what it did not expect is logged and told without details. */
export function problemHandler(log: Pick<Logger, 'error'>): ErrorRequestHandler {
  return (error: unknown, _req, res, next) => {
    if (res.headersSent) return next(error)
    const refusal = error instanceof Refusal ? error : understand(error)
    if (refusal.status >= 500) log.error({ err: error, requestId: res.locals.requestId }, 'request failed')
    sendProblem(res, refusal)
  }
}

function understand(error: unknown): Refusal {
  if (error instanceof ZodError) {
    const issue = error.issues[0]
    const field = issue?.path.join('.') || 'the request'
    return new Refusal(
      400,
      'invalid_request',
      `${field}: ${issue?.message ?? 'is not valid'}.`,
      `Correct ${field} and try again.`,
    )
  }
  const status = bodyParserStatus(error)
  if (status === 413)
    return new Refusal(413, 'too_large', 'The request is larger than this address takes.', 'Send a smaller request.')
  if (status)
    return new Refusal(400, 'unreadable', 'The request could not be read as JSON.', 'Send valid JSON in UTF-8.')
  return new Refusal(
    500,
    'internal',
    'The bridge could not answer this. Nothing was lost.',
    'Try again; if it stays, look for this request id in the log of the extension.',
  )
}

/** Express' own parsers throw errors that carry a 4xx status. */
function bodyParserStatus(error: unknown): number | undefined {
  const status = error instanceof Error && 'status' in error ? error.status : undefined
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined
}

const titles: Record<number, string> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Conflict',
  413: 'Too large',
  429: 'Too many requests',
  500: 'Unexpected error',
  503: 'Not available',
}
