import type { ErrorRequestHandler, Response } from 'express'
import type { z } from 'zod'

export interface FieldError {
  /** JSON pointer into the request body. */
  field: string
  code: string
  message: string
}

/** An answer that is not a success. Thrown, so that the request's transaction rolls back; the last handler writes it. */
export class HttpProblem extends Error {
  status: number
  code: string
  errors: FieldError[]
  headers: Record<string, string>

  constructor(
    status: number,
    code: string,
    detail: string,
    more: { errors?: FieldError[]; headers?: Record<string, string> } = {},
  ) {
    super(detail)
    this.status = status
    this.code = code
    this.errors = more.errors ?? []
    this.headers = more.headers ?? {}
  }
}

export const notFound = (what: string): HttpProblem => new HttpProblem(404, 'not_found', `${what} does not exist.`)

/** 422 that names its fields. */
export function invalid(...errors: FieldError[]): HttpProblem {
  const detail = errors.map(({ field, message }) => `${field || 'The body'}: ${message}`).join(' ')
  return new HttpProblem(422, 'validation_failed', detail, { errors })
}

export const invalidBy = (error: z.ZodError, at = ''): HttpProblem =>
  invalid(
    ...error.issues.map((issue) => ({
      field: at + pointer(issue.path),
      code: issue.code === 'custom' ? 'invalid_value' : issue.code,
      message: `${issue.message}.`,
    })),
  )

/** JSON pointer of a path (RFC 6901). */
export const pointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/** Parses, or throws the 422 that names the fields. */
export function parsed<T>(shape: z.ZodType<T>, value: unknown): T {
  const result = shape.safeParse(value)
  if (!result.success) throw invalidBy(result.error)
  return result.data
}

/** Writes every failure of the API as problem+json. A bug is a 500 without its insides; `report` gets it. */
export const problemHandler =
  (report: (error: unknown, requestId: string) => void): ErrorRequestHandler =>
  (error, _request, response, next) => {
    const requestId = String(response.locals.requestId)
    if (response.headersSent) {
      report(error, requestId)
      next(error)
      return
    }
    const problem = asProblem(error)
    if (!problem) report(error, requestId)
    send(response, problem ?? new HttpProblem(500, 'internal_error', 'The storefront failed. Try again.'), requestId)
  }

function send(response: Response, problem: HttpProblem, requestId: string): void {
  const { status, code, errors, message } = problem
  for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value)
  const body = {
    type: `urn:clarity:problem:${code}`,
    title: TITLES[status] ?? 'Refused',
    status,
    detail: message,
    code,
    ...(errors.length > 0 ? { errors } : {}),
    requestId,
  }
  response.status(status).type('application/problem+json').send(JSON.stringify(body))
}

/** body-parser's own errors carry a type and a status. */
function asProblem(error: unknown): HttpProblem | undefined {
  if (error instanceof HttpProblem) return error
  if (!(error instanceof Error) || !('type' in error)) return undefined
  if (error.type === 'entity.parse.failed') return new HttpProblem(400, 'malformed_json', 'The body is not JSON.')
  if (error.type === 'entity.too.large') return new HttpProblem(413, 'too_large', 'The body is larger than 1 MiB.')
  if (error.type === 'charset.unsupported' || error.type === 'encoding.unsupported') {
    return new HttpProblem(415, 'unsupported_encoding', error.message)
  }
  return undefined
}

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  409: 'Conflict',
  412: 'Precondition failed',
  413: 'Content too large',
  415: 'Unsupported media type',
  422: 'Unprocessable content',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Unavailable',
}
