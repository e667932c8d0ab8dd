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

/** One thread, started with the first expression. A runaway expression costs that thread and nothing else. */
export function expressionPool(given: Partial<ExpressionLimits> = {}): ExpressionPool {
  const limits = { ...defaultLimits, ...given }
  let thread: Thread | undefined
  let busy: Promise<unknown> = Promise.resolve()

  return {
    async evaluate(set, source, context, base) {
      const jobs = collect(set, source, context, base)
      if (jobs.length === 0) return new Map()
      const turn = busy.then(() => runAll(source, context, jobs))
      busy = turn.catch(() => undefined)
      return turn
    },
    async close() {
      await busy
      await thread?.end()
      thread = undefined
    },
  }

  /** All at once; only when that ends badly one by one, to know which of them it was. */
  async function runAll(source: unknown, context: MappingContext, jobs: Job[]): Promise<ExpressionResults> {
    const together = await run(source, context, jobs)
    if (!('ended' in together)) return new Map(jobs.map(({ key }, index) => [key, together[index] ?? tooMuch(limits)]))
    const results = new Map<string, ExpressionResult>()
    for (const job of jobs) {
      const alone = await run(source, context, [job])
      const result = 'ended' in alone ? (alone.ended === 'late' ? tooLong(limits) : tooMuch(limits)) : alone[0]
      results.set(job.key, result ?? tooMuch(limits))
    }
    return results
  }

  async function run(source: unknown, context: MappingContext, jobs: Job[]) {
    const { timeMs: timeout, depth: stack, elements: sequence } = limits
    const work = JSON.stringify({
      record: source,
      bindings: { company: context.company, constants: context.constants ?? {} },
      jobs: jobs.map(({ expression, at, index }) => ({ expression, at, index })),
      limits: { timeout, stack, sequence },
    })
    thread ??= startThread(limits)
    const answer = await thread.run(work)
    if (!('ended' in answer)) return readResults(answer.results, limits)
    thread = undefined
    return answer
  }
}
