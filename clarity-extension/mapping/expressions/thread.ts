import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { ExpressionLimits } from './limits.ts'
import type { Reply, Request } from './worker.ts'

/** JSON text of the results, or why there are none: the thread was ended. */
export type Answer = { results: string } | { ended: 'late' | 'failed' }

export interface Thread {
  /** One piece of work at a time. @param work lines of JSON: the limits, then record, bindings and jobs of each record */
  run(work: string): Promise<Answer>
  end(): Promise<void>
}

/** How long a thread may take to start, on a machine that is busy. Milliseconds. */
const START_MS = 20_000

export function startThread(limits: ExpressionLimits): Thread {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    env: {},
    argv: [],
    resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb, maxYoungGenerationSizeMb: 8, stackSizeMb: 4 },
  })
  // Without a listener the end of a thread (out of memory, say) would be ours.
  worker.on('error', () => undefined)
  const ready = once(worker, 'message', { signal: AbortSignal.timeout(START_MS) }).then(
    () => true,
    () => false,
  )
  let lastId = 0

  return {
    async run(work) {
      worker.ref()
      const answer = (await ready) ? await ask(work) : ({ ended: 'failed' } as const)
      worker.unref()
      if ('ended' in answer) await worker.terminate()
      return answer
    },
    async end() {
      await worker.terminate()
    },
  }

  function ask(work: string): Promise<Answer> {
    const id = ++lastId
    return new Promise((resolve) => {
      const finish = (answer: Answer) => {
        clearTimeout(timer)
        worker.off('message', onReply).off('error', onEnd).off('exit', onEnd)
        resolve(answer)
      }
      const onEnd = () => finish({ ended: 'failed' })
      const onReply = (reply: Reply) => {
        if (reply !== 'ready' && reply.id === id) finish({ results: reply.results })
      }
      const timer = setTimeout(() => finish({ ended: 'late' }), limits.timeMs)
      worker.on('message', onReply).on('error', onEnd).on('exit', onEnd)
      worker.postMessage({ id, work } satisfies Request)
    })
  }
}
