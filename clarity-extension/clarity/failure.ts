import { z } from 'zod'
import { certificateFault } from '../../shared/certificate.ts'
import { correct, type OutcomeOf, type Problem, refused, retry } from '../../shared/outcome.ts'
import { retryAfter } from '../../shared/retry-after.ts'

/** What a failed call may become. */
export type Failure = OutcomeOf<'retry' | 'correct' | 'refused'>

/** An answer that is not a success. */
export interface Refusal {
  status: number
  headers: Headers
  /** Parsed JSON, or text where it was none. */
  body: unknown
}

/**
 * The one place that decides what an answer means. Transient: 5xx, 429, 408, 425, 409 while the first request with our key
 * still runs, 412. The connection: 401 (after its refresh), 403, a redirect. The data: every other 4xx.
 * @param call the method's name, e.g. `postShipment`
 * @param now unix milliseconds, for a Retry-After that is a date
 */
export function classify(refusal: Refusal, call: string, now: number): Failure {
  const { status, headers } = refusal
  const problem = readProblem(refusal.body)
  const said = problem.detail ?? problem.title ?? `status ${status}`
  const afterMs = retryAfter(headers.get('retry-after'), now)
  if (status === 429) return retry('throttled', `The storefront asks us to slow down (${call})`, afterMs)
  if (status === 409 && IN_PROGRESS.has(problem.code ?? '')) {
    return retry('in_progress', `An earlier attempt still runs in the storefront (${call})`, afterMs)
  }
  if (status === 412) return retry('stale_version', `The record changed meanwhile (${call})`, afterMs)
  if (status === 408 || status === 425 || status >= 500) {
    return retry('server_error', `The storefront answers ${status} to ${call}: ${said}`, afterMs)
  }
  if (status === 401) {
    return refused('clarity', 'unauthorized', `The storefront refuses a fresh token: ${said}.`)
  }
  if (status === 403) {
    return refused('clarity', 'forbidden', `The storefront's client may not ${call}: ${said}. Grant it the scope.`)
  }
  if (status >= 300 && status < 400) {
    const to = headers.get('location') ?? 'another address'
    return refused(
      'clarity',
      'wrong_address',
      `The storefront redirects to ${to}. Enter that address under Connections.`,
    )
  }
  // We only send JSON that is JSON: who cannot read it got something else, and gets it again.
  if (status === 400 && (problem.code === 'malformed_json' || GARBLED.test(said)))
    return retry('network', `What was sent to the storefront arrived damaged (${call})`)
  const [first = whole(status, said), ...others] = problemsOf(problem)
  return correct(first, ...others)
}

/** Nothing came back: the network, a certificate, our own timeout. */
export function silence(error: unknown, call: string): Failure {
  const name = error instanceof Error ? error.name : ''
  if (name === 'TimeoutError') return retry('timeout', `The storefront did not answer ${call} in time`)
  if (name === 'AbortError') return retry('aborted', `${call} was given up`)
  if (error instanceof SyntaxError) return retry('unreadable_answer', `The storefront's answer to ${call} is not JSON`)
  const code = codeOf(error)
  const untrusted = certificateFault(code)
  if (untrusted)
    return refused('clarity', 'certificate', `The storefront's certificate is not trusted: ${untrusted} (${code}).`)
  return retry('network', `The storefront cannot be reached (${code || 'no code'})`)
}

/** Whether an exception is the far side's or the network's doing; anything else is a bug and goes on up. */
export function isSilence(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const byFetch = error instanceof TypeError && (error.message === 'fetch failed' || error.message === 'terminated')
  return (
    byFetch ||
    error instanceof SyntaxError ||
    ['TimeoutError', 'AbortError'].includes(error.name) ||
    codeOf(error) !== ''
  )
}

const GARBLED = /\b(not|invalid|malformed|unexpected)\b.{0,20}\bjson\b/i
const IN_PROGRESS = new Set(['idempotency_in_progress'])

const problemShape = z.object({
  title: z.string().optional(),
  detail: z.string().optional(),
  code: z.string().optional(),
  errors: z.array(z.object({ field: z.string(), code: z.string(), message: z.string() })).optional(),
})
type ProblemDetails = z.infer<typeof problemShape>

const readProblem = (body: unknown): ProblemDetails => problemShape.safeParse(body).data ?? {}

function problemsOf({ errors = [] }: ProblemDetails): Problem[] {
  // The storefront's own codes are an open list; ours is closed, so they stand in the message.
  return errors.map(({ field, code, message }) => ({
    code: 'storefront_refused',
    target: field,
    message: `${message} (${code})`,
    remedy: REMEDY,
  }))
}

function whole(status: number, said: string): Problem {
  if (status === 404) {
    return {
      code: 'unknown_record',
      message: `The storefront does not know the record: ${said}`,
      remedy: 'Check the address of the storefront under Connections if all of them fail; else dismiss the event.',
    }
  }
  return { code: 'storefront_refused', message: `The storefront answers ${status}: ${said}`, remedy: REMEDY }
}

const REMEDY = 'Correct the value, or the mapping rule that made it, and replay.'

function codeOf(error: unknown): string {
  const causes = z.object({ code: z.string() })
  const own = causes.safeParse(error)
  if (own.success) return own.data.code
  return causes.safeParse(error instanceof Error ? error.cause : undefined).data?.code ?? ''
}
