import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import vm from 'node:vm'
import { parentPort } from 'node:worker_threads'
import { z } from 'zod'
import { inside } from './inside.ts'

/**
 * A thread of its own for expressions. They run in a bare JavaScript context without modules, environment, timers or the
 * possibility to make code from text; whoever started the thread ends it when an expression takes too long.
 */
const request = z.object({ id: z.number(), work: z.string() })
export type Request = z.infer<typeof request>

/** `ready` once, then per request: JSON text of one `{"value": …}` or `{"error": "…"}` per job. */
export type Reply = 'ready' | { id: number; results: string }

// Its global object is its own and an ordinary one: through the proxy that Node makes by default everything is twice as slow.
const context = vm.createContext(vm.constants.DONT_CONTEXTIFY, { codeGeneration: { strings: false, wasm: false } })
const require = createRequire(import.meta.url)
for (const name of ['jsonata', 'decimal.js']) vm.runInContext(readFileSync(require.resolve(name), 'utf8'), context)
vm.runInContext(inside, context)
const start = new vm.Script('start()')
const take = new vm.Script('take()')

parentPort?.on('message', async (message) => {
  const { id, work } = request.parse(message)
  context.inbox = work
  start.runInContext(context)
  reply({ id, results: await settled() })
})
reply('ready')

/** Promises of the context are never awaited here: `then` would hand it a function of ours. */
async function settled(): Promise<string> {
  for (;;) {
    const result: unknown = take.runInContext(context)
    if (typeof result === 'string') return result
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function reply(message: Reply): void {
  parentPort?.postMessage(message)
}
