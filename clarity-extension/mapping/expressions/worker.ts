import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import vm from 'node:vm'
import { parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'
import { inside } from './inside.ts'

/**
 * A thread of its own for expressions. They run in a bare JavaScript context without modules, environment, timers or the
 * possibility to make code from text; whoever started the thread ends it when an expression takes too long.
 */
const { progress, limits } = z
  .object({ progress: z.instanceof(SharedArrayBuffer), limits: z.record(z.string(), z.number()) })
  .parse(workerData)
const current = new Int32Array(progress)

const request = z.object({
  id: z.number(),
  record: z.string(),
  jobs: z.array(z.object({ expression: z.string(), at: z.array(z.string()), index: z.number() })),
})
export type Request = z.infer<typeof request>

/** JSON text per job: `{"value": …}` or `{"error": "…"}`. */
export interface Reply {
  id: number
  results: string[]
}

const context = vm.createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } })
const require = createRequire(import.meta.url)
for (const name of ['jsonata', 'decimal.js']) vm.runInContext(readFileSync(require.resolve(name), 'utf8'), context)
vm.runInContext(inside, context)

parentPort?.on('message', async (message) => {
  const { id, record, jobs } = request.parse(message)
  call('load', record)
  const results: string[] = []
  for (const [index, job] of jobs.entries()) {
    Atomics.store(current, 0, index)
    call('start', JSON.stringify({ ...job, limits }))
    results.push(await settled())
  }
  parentPort?.postMessage({ id, results } satisfies Reply)
})

/** Promises of the context are never awaited here: `then` would hand it a function of ours. */
async function settled(): Promise<string> {
  for (;;) {
    const result: unknown = vm.runInContext('take()', context)
    if (typeof result === 'string') return result
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function call(name: 'load' | 'start', argument: string): void {
  vm.runInContext(`${name}(${JSON.stringify(argument)})`, context)
}
