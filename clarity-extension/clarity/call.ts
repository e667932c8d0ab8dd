import type { z } from 'zod'
import { correct, type Problem } from '../../shared/outcome.ts'
import { classify, type Failure, isSilence, silence } from './failure.ts'
import type { Settings } from './options.ts'
import type { Tokens } from './tokens.ts'

/** `etag` is the record's version where the answer carries one. */
export type Reply<T> = { ok: true; value: T; etag?: string } | { ok: false; outcome: Failure }

export interface CallOptions {
  /** W3C trace context of the event that causes the call. */
  traceparent?: string
  /** Gives the call up early; its own timeout stays. */
  signal?: AbortSignal
}

export interface Request {
  headers: Record<string, string>
  signal: AbortSignal
}

interface Answer {
  data?: unknown
  error?: unknown
  response: Response
}

export type Call = ReturnType<typeof createCall>

/**
 * One call: a token, one refresh when it is refused, a timeout, one classifier, one parse.
 * `send` may run twice, so it builds its request anew each time.
 */
export function createCall(settings: Settings, tokens: Tokens) {
  return async function call<T>(
    name: string,
    kind: 'read' | 'write',
    shape: z.ZodType<T>,
    send: (request: Request) => Promise<Answer>,
    options: CallOptions = {},
  ): Promise<Reply<T>> {
    const first = await attempt()
    const answer = first.ok && first.answer.response.status === 401 ? await again(first.token) : first
    if (!answer.ok) return answer
    return read(answer.answer)

    function again(token: string) {
      tokens.reject(token)
      return attempt()
    }

    async function attempt(): Promise<{ ok: true; answer: Answer; token: string } | { ok: false; outcome: Failure }> {
      const token = await tokens.current()
      if (!token.ok) return token
      const began = settings.clock()
      let status = 0
      try {
        const answer = await send({
          headers: headersOf(token.value, options),
          signal: signalOf(settings.timeouts[kind], options),
        })
        status = answer.response.status
        return { ok: true, answer, token: token.value }
      } catch (error) {
        if (isSilence(error)) return { ok: false, outcome: silence(error, name) }
        throw error
      } finally {
        settings.observe({ call: name, status, ms: settings.clock() - began })
      }
    }

    function read({ data, error, response }: Answer): Reply<T> {
      const { status, headers } = response
      if (!response.ok)
        return { ok: false, outcome: classify({ status, headers, body: error }, name, settings.clock()) }
      const parsed = shape.safeParse(data)
      if (!parsed.success) return { ok: false, outcome: unexpected(name, parsed.error) }
      const etag = headers.get('etag')
      return etag === null ? { ok: true, value: parsed.data } : { ok: true, value: parsed.data, etag }
    }
  }
}

/** The storefront answered, but not as its contract says: the fields that differ, for whoever adapts the dialect. */
export function unexpected(call: string, error: z.ZodError): Failure {
  const [first, ...others] = problemsOf(error)
  return correct(first ?? problem(`The answer to ${call} is not what the contract says`), ...others)
}

export function problemsOf(error: z.ZodError): Problem[] {
  return error.issues.map((issue) => ({ ...problem(issue.message), field: pointer(issue.path) }))
}

function problem(message: string): Problem {
  return {
    code: 'unexpected_answer',
    message,
    remedy:
      'Correct the record in the storefront and replay. If all fail, have whoever looks after the storefront compare it with the contract (shared/clarity.openapi.yaml).',
  }
}

const pointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

function headersOf(token: string, { traceparent }: CallOptions): Record<string, string> {
  const authorization = `Bearer ${token}`
  return traceparent ? { authorization, traceparent } : { authorization }
}

function signalOf(timeout: number, { signal }: CallOptions): AbortSignal {
  const own = AbortSignal.timeout(timeout)
  return signal ? AbortSignal.any([own, signal]) : own
}
