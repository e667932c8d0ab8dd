import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhenResult,
} from 'cockatiel'
import { z } from 'zod'
import { type Connection, type OutcomeOf, refused } from '../../shared/outcome.ts'

/** Keeps calls from a side that answers nobody: they wait in their lanes instead of burning their attempts on it. */
export interface Circuit {
  /** Makes the call, or says that the circuit is open. */
  run<T>(call: () => PromiseLike<T>): Promise<T | { ok: false; outcome: OutcomeOf<'refused'> }>
  state(): 'closed' | 'open' | 'halfOpen'
  /** The side was found to answer again. */
  close(): void
}

export interface LastError {
  cause: string
  message: string
  /** Unix ms. */
  at: number
}

/** So many calls in a row without an answer: one restart of a server makes two or three. */
const FAILURES = 10
/** Then one call is let through to look, if nobody looked before. */
const HALF_OPEN_MS = 5_000
/** Silence and a database that is away. What one record can cause (an error 500) is no reason to stop all others. */
const SILENT = new Set(['network', 'timeout', 'database_down'])

/**
 * @param noted told of every call that was not done
 * @param now unix milliseconds
 */
export function createCircuit(
  name: Connection,
  noted: (error: LastError) => void = () => {},
  now: () => number = Date.now,
): Circuit {
  let policy = breaker()
  let last: LastError | null = null

  return {
    async run(call) {
      try {
        const answer = await policy.execute(call)
        const failed = failureOf(answer)
        if (failed) {
          last = { cause: failed.cause, message: failed.message, at: now() }
          noted(last)
        }
        return answer
      } catch (error) {
        if (error instanceof BrokenCircuitError)
          return { ok: false, outcome: refused(name, 'circuit_open', messageOf(last)) }
        throw error
      }
    },
    state: () => states[policy.state],
    close() {
      policy = breaker()
    },
  }
}

const breaker = (): CircuitBreakerPolicy =>
  circuitBreaker(
    handleWhenResult((answer) => SILENT.has(failureOf(answer)?.cause ?? '')),
    { halfOpenAfter: HALF_OPEN_MS, breaker: new ConsecutiveBreaker(FAILURES) },
  )

const states = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'halfOpen',
  [CircuitState.Isolated]: 'open',
} as const

const messageOf = (last: LastError | null): string =>
  `It did not answer ${FAILURES} calls in a row. ${last?.message ?? ''}`.trim()

const failure = z.object({
  ok: z.literal(false),
  outcome: z.object({ kind: z.enum(['retry', 'refused']), cause: z.string(), message: z.string() }),
})

function failureOf(answer: unknown): Pick<LastError, 'cause' | 'message'> | undefined {
  return failure.safeParse(answer).data?.outcome
}
