import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import type { ExpressionResult, ExpressionResults, MappingContext } from '../context.ts'
import { isJson, type Json } from '../json.ts'
import type { RuleSet } from '../rules.ts'
import { collect, type Job } from './collect.ts'
import type { Reply, Request } from './worker.ts'

export interface ExpressionLimits {
  /** Milliseconds that one expression may run. */
  timeMs: number
  memoryMb: number
  /** Nested calls of an expression's own functions. */
  depth: number
  /** Elements of one list. */
  elements: number
  /** Characters of one result as JSON. */
  characters: number
}

const defaults: ExpressionLimits = { timeMs: 1_000, memoryMb: 64, depth: 200, elements: 20_000, characters: 100_000 }

export interface ExpressionPool {
  /** Runs the expressions of a rule set over a record, for map() to read from `context.expressions`. Never rejects for them. */
  evaluate(set: RuleSet, source: unknown, context: MappingContext, base?: string): Promise<ExpressionResults>
  close(): Promise<void>
}

interface Thread {
  worker: Worker
  /** Which job it is at. */
  current: Int32Array
}

/** One thread, started with the first expression. A runaway expression costs that thread and nothing else. */
export function expressionPool(given: Partial<ExpressionLimits> = {}): ExpressionPool {
  const limits = { ...defaults, ...given }
  let thread: Thread | undefined
  let lastId = 0
  let busy: Promise<unknown> = Promise.resolve()

  return {
    async evaluate(set, source, context, base) {
      const jobs = collect(set, source, context, base)
      if (jobs.length === 0) return new Map()
      const record = JSON.stringify({ record: source, bindings: bindingsOf(context) })
      const run = busy.then(() => runAll(record, jobs))
      busy = run.catch(() => undefined)
      return run
    },
    async close() {
      await busy
      await thread?.worker.terminate()
      thread = undefined
    },
  }

  async function runAll(record: string, jobs: Job[]): Promise<ExpressionResults> {
    const results = new Map<string, ExpressionResult>()
    let left = jobs
    while (left.length > 0) {
      const { texts, stopped } = await run(record, left)
      texts.forEach((text, index) => {
        const job = left[index]
        if (job) results.set(job.key, resultOf(text, limits))
      })
      const guilty = left[texts.length]
      if (guilty && stopped) results.set(guilty.key, stopped)
      left = left.slice(texts.length + (guilty ? 1 : 0))
    }
    return results
  }

  /** What was finished, and why the next one was not. What a killed thread had finished is run again. */
  async function run(record: string, jobs: Job[]): Promise<{ texts: string[]; stopped?: ExpressionResult }> {
    thread ??= start(limits)
    const { worker, current } = thread
    const id = ++lastId
    Atomics.store(current, 0, 0)
    const answer = await new Promise<string[] | 'late' | 'failed'>((resolve) => {
      let seen = -1
      const watch = setInterval(() => {
        const at = Atomics.load(current, 0)
        if (at === seen) finish('late')
        seen = at
      }, limits.timeMs)
      const onReply = (reply: Reply) => reply.id === id && finish(reply.results)
      const onEnd = () => finish('failed')
      const finish = (how: string[] | 'late' | 'failed') => {
        clearInterval(watch)
        worker.off('message', onReply).off('error', onEnd).off('exit', onEnd)
        resolve(how)
      }
      worker.on('message', onReply).on('error', onEnd).on('exit', onEnd)
      worker.postMessage({
        id,
        record,
        jobs: jobs.map(({ expression, at, index }) => ({ expression, at, index })),
      } satisfies Request)
    })
    if (typeof answer !== 'string') return { texts: answer }
    const at = Atomics.load(current, 0)
    thread = undefined
    await worker.terminate()
    const before = at > 0 ? (await run(record, jobs.slice(0, at))).texts : []
    return { texts: before, stopped: answer === 'late' ? tooLong(limits) : tooMuch(limits) }
  }
}

function start(limits: ExpressionLimits): Thread {
  const progress = new SharedArrayBuffer(4)
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    env: {},
    argv: [],
    workerData: {
      progress,
      limits: { timeout: limits.timeMs, stack: limits.depth, sequence: limits.elements },
    },
    resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
  })
  worker.unref()
  worker.on('error', () => undefined)
  return { worker, current: new Int32Array(progress) }
}

const bindingsOf = ({ company, constants = {} }: MappingContext) => ({ company, constants })

const reply = z.union([z.object({ value: z.json() }), z.object({ error: z.string() })])

function resultOf(text: string, limits: ExpressionLimits): ExpressionResult {
  if (text.length > limits.characters)
    return failed('expression_too_large', 'The result of the expression is too large.')
  const parsed = reply.safeParse(JSON.parse(text))
  if (!parsed.success) return failed('expression_failed', 'The expression gave something that is not JSON.')
  if ('error' in parsed.data) return failed('expression_failed', `The expression failed: ${parsed.data.error}`)
  const { value } = parsed.data
  if (!isJson(value)) return failed('expression_failed', 'The expression gave something that is not JSON.')
  return isExact(value) ? { ok: true, value } : failed('expression_inexact', inexact)
}

const inexact =
  'The expression gives a number with decimals, which is not exact. Compute it by $add, $subtract, $multiply, $divide or $roundTo, which take and give text.'

function isExact(value: Json): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (typeof value !== 'object' || value === null) return true
  return Object.values(value).every((one) => one === undefined || isExact(one))
}

const failed = (code: string, message: string): ExpressionResult => ({ ok: false, code, message })
const tooLong = ({ timeMs }: ExpressionLimits) =>
  failed('expression_too_long', `The expression ran longer than ${timeMs} ms and was stopped.`)
const tooMuch = ({ memoryMb }: ExpressionLimits) =>
  failed('expression_too_large', `The expression needed more than ${memoryMb} MB and was stopped.`)
