import { mkdirSync } from 'node:fs'
import { type Transferable, Worker } from 'node:worker_threads'
import { Kysely } from 'kysely'
import { StoreInUse } from './lock.ts'
import type { Procedure } from './procedure.ts'
import { createPutOffs } from './put-off.ts'
import type { Tables } from './schema.ts'
import { sqliteDialect } from './sqlite-dialect.ts'
import type { Store } from './store.ts'
import { turns } from './turns.ts'

export type Request = { id: number } & Work
type Work =
  | { kind: 'query'; sql: string; parameters: readonly unknown[] }
  | ({ kind: 'procedure'; input: unknown } & Pick<Procedure<unknown, unknown>, 'module' | 'name'>)
  | { kind: 'close' }

export interface Answer {
  id: number
  result?: unknown
  error?: { name: string; message: string; stack?: string | undefined; code?: string }
}

/**
 * SQLite in `<dataDir>/bridge.db`, every commit on the disk before it is answered, in a thread of its own: this one only ever
 * waits for messages. One process at a time.
 * @throws StoreInUse
 */
export async function openSqlite(dataDir: string): Promise<Store> {
  mkdirSync(dataDir, { recursive: true })
  const thread = await lastingThread(dataDir)
  const turn = turns()
  const putOffs = createPutOffs()
  let release = () => {}
  const db = new Kysely<Tables>({
    dialect: sqliteDialect(({ sql, parameters }) => thread.ask({ kind: 'query', sql, parameters }), {
      async takeTurn(sql) {
        await putOffs.before(sql)
        release = await turn()
      },
      releaseTurn: async () => release(),
    }),
  })
  return {
    db,
    dialect: 'sqlite',
    exclusive: true,
    putOff: putOffs.add,
    async run<In, Out>(
      { module, name, ahead }: Omit<Procedure<In, Out>, 'run'>,
      input: In,
      transfer: Transferable[] = [],
    ) {
      // The thread does one after another: only a transaction of several messages needs the turn until its end.
      if (!ahead) await putOffs.before()
      const posted = await turn()
      const answer = thread.ask<Out>({ kind: 'procedure', module, name, input }, transfer)
      posted()
      return answer
    },
    async close() {
      const done = await turn()
      await thread.close()
      done()
    },
  }
}

/** The thread, and another one after it if it ended by a fault: what was under way is refused, what comes afterwards is done. */
async function lastingThread(dataDir: string) {
  let thread = await startThread(dataDir)
  let closed = false
  let next: Promise<void> | undefined

  async function startNext(): Promise<void> {
    try {
      await thread.gone
      thread = await startThread(dataDir)
    } finally {
      next = undefined
    }
  }

  return {
    async ask<Out>(work: Work, transfer: Transferable[] = []): Promise<Out> {
      if (!closed && thread.hasEnded()) {
        next ??= startNext()
        await next
      }
      return thread.ask<Out>(work, transfer)
    },
    async close() {
      closed = true
      await thread.close()
    },
  }
}

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

async function startThread(dataDir: string) {
  const worker = new Worker(new URL('./sqlite-thread.ts', import.meta.url), {
    workerData: { dataDir },
    name: 'sqlite',
    // Groups come and go; a small nursery keeps the process small. Clearing it takes 80 us of an order, with 8 MB half of that.
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  })
  const waiting = new Map<number, Waiting>()
  let last = 0
  let ended: Error | undefined

  worker.on('message', ({ id, result, error }: Answer) => {
    const one = waiting.get(id)
    waiting.delete(id)
    if (error) one?.reject(revive(error))
    else one?.resolve(result)
  })
  const opened = new Promise((resolve, reject) => waiting.set(0, { resolve, reject }))
  worker.on('error', (error) => end(error))
  const gone = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      end(new Error(`the store's thread ended with code ${code}`))
      resolve()
    })
  })

  function end(error: unknown): void {
    ended ??= revive(error instanceof Error ? error : { name: 'Error', message: String(error) })
    for (const one of waiting.values()) one.reject(ended)
    waiting.clear()
  }

  async function ask<Out>(work: Work, transfer: Transferable[]): Promise<Out> {
    if (ended) throw ended
    const id = ++last
    return new Promise<Out>((resolve, reject) => {
      // The other side answers with what this kind of work gives; both are ours.
      waiting.set(id, { resolve: (result) => resolve(result as Out), reject })
      worker.postMessage({ id, ...work } satisfies Request, transfer)
    })
  }

  await opened
  return {
    ask,
    hasEnded: () => ended !== undefined,
    /** Resolves when it has left the file. */
    gone,
    async close() {
      if (ended) return
      await ask({ kind: 'close' }, [])
      ended = new Error('the store is closed')
      await worker.terminate()
    },
  }
}

function revive({ name, message, stack, ...rest }: NonNullable<Answer['error']>): Error {
  const error = name === 'StoreInUse' ? new StoreInUse(message) : new Error(message)
  return Object.assign(error, { name }, stack === undefined ? {} : { stack }, 'code' in rest ? { code: rest.code } : {})
}
