import type { ExpressionResult, ExpressionResults, MappingContext } from '../context.ts'
import type { RuleSet } from '../rules.ts'
import { collect, type Job } from './collect.ts'
import { defaultLimits, type ExpressionLimits } from './limits.ts'
import { readResults, tooLong, tooMuch } from './results.ts'
import { startThread, type Thread } from './thread.ts'

export interface ExpressionPool {
  /** Runs the expressions of a rule set over a record, for map() to read from `context.expressions`. Never rejects for them. */
  evaluate(set: RuleSet, source: unknown, context: MappingContext, base?: string): Promise<ExpressionResults>
  close(): Promise<void>
}

/** The expressions of one record. */
interface Unit {
  source: unknown
  context: MappingContext
  jobs: Job[]
}

interface Waiting extends Unit {
  resolve(results: ExpressionResults): void
  reject(error: unknown): void
}

/** Records that one message to the thread may carry: waking a thread costs as much as a few expressions. */
const TOGETHER = 25

/**
 * One thread, started with the first expression; what waits for it goes together. A runaway expression costs that thread and
 * nothing else.
 */
export function expressionPool(given: Partial<ExpressionLimits> = {}): ExpressionPool {
  const limits = { ...defaultLimits, ...given }
  let thread: Thread | undefined
  let waiting: Waiting[] = []
  let pumping: Promise<void> | undefined

  return {
    async evaluate(set, source, context, base) {
      const jobs = collect(set, source, context, base)
      if (jobs.length === 0) return new Map()
      return new Promise((resolve, reject) => {
        waiting.push({ source, context, jobs, resolve, reject })
        pumping ??= pump().finally(() => {
          pumping = undefined
        })
      })
    },
    async close() {
      await pumping
      await thread?.end()
      thread = undefined
    },
  }

  async function pump(): Promise<void> {
    // What is submitted in this turn of the event loop goes with the first message.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) {
      const now = waiting.slice(0, TOGETHER)
      waiting = waiting.slice(TOGETHER)
      try {
        const results = await runAll(now)
        now.forEach(({ resolve }, index) => {
          resolve(results[index] ?? new Map())
        })
      } catch (error) {
        for (const { reject } of now) reject(error)
      }
    }
  }

  /** All at once; only when that ends badly one by one, to know which of them it was. */
  async function runAll(units: Unit[]): Promise<ExpressionResults[]> {
    const together = await run(units)
    if (!('ended' in together)) return units.map(({ jobs }, at) => keyed(jobs, together[at] ?? []))
    const results: ExpressionResults[] = []
    for (const unit of units)
      results.push(units.length > 1 ? ((await runAll([unit]))[0] ?? new Map()) : await jobByJob(unit))
    return results
  }

  async function jobByJob({ source, context, jobs }: Unit): Promise<ExpressionResults> {
    const results = new Map<string, ExpressionResult>()
    for (const job of jobs) {
      const alone = await run([{ source, context, jobs: [job] }])
      const result = 'ended' in alone ? (alone.ended === 'late' ? tooLong(limits) : tooMuch(limits)) : alone[0]?.[0]
      results.set(job.key, result ?? tooMuch(limits))
    }
    return results
  }

  function keyed(jobs: Job[], results: ExpressionResult[]): ExpressionResults {
    return new Map(jobs.map(({ key }, index) => [key, results[index] ?? tooMuch(limits)]))
  }

  async function run(units: Unit[]) {
    const { timeMs: timeout, depth: stack, elements: sequence } = limits
    const lines = units.map(({ source, context, jobs }) =>
      JSON.stringify({
        record: source,
        bindings: { company: context.company, constants: context.constants ?? {} },
        jobs: jobs.map(({ expression, at, index }) => ({ expression, at, index })),
      }),
    )
    const work = [JSON.stringify({ timeout, stack, sequence }), ...lines].join('\n')
    thread ??= startThread(limits)
    const answer = await thread.run(work)
    if (!('ended' in answer)) return readResults(answer.results, limits)
    thread = undefined
    return answer
  }
}
