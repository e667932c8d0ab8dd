import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Store } from './store.ts'

/** The word goes round that something changed in the store: not what, for whoever hears it looks. */
export interface Changes {
  announce(): void
  /** @returns ends it */
  listen(heard: () => void): () => void
}

/** Under load the word is given so often at most. */
const TOGETHER_MS = 100
const CHANNEL = 'clarity_bridge_changes'

/**
 * Within this process, and on PostgreSQL between all replicas: told outside of the transactions it is about, because
 * PostgreSQL commits those that notify one after another.
 */
export function createChanges(
  store: Pick<Store, 'db'>,
  databaseUrl: string | undefined,
  log: Pick<Logger, 'warn'>,
): Changes {
  const listeners = new Set<() => void>()
  let waiting = false
  let deafen: (() => void) | undefined

  function tell(): void {
    waiting = false
    hear()
    if (databaseUrl === undefined) return
    // Who missed it looks by himself a little later.
    sql`select pg_notify(${CHANNEL}, '')`.execute(store.db).catch((error: unknown) => {
      log.warn({ err: error }, 'other replicas could not be told of a change')
    })
  }

  function hear(): void {
    for (const heard of listeners) heard()
  }

  return {
    announce() {
      if (waiting) return
      waiting = true
      setTimeout(tell, TOGETHER_MS).unref()
    },
    listen(heard) {
      listeners.add(heard)
      if (databaseUrl !== undefined) deafen ??= listenTo(databaseUrl, hear, log)
      return () => {
        listeners.delete(heard)
        if (listeners.size > 0) return
        deafen?.()
        deafen = undefined
      }
    },
  }
}

const AGAIN_MS = 1_000
const CONNECT_MS = 10_000
/** A connection that only listens would not notice that its network is gone. */
const ALIVE_MS = 10_000

/** A connection of its own, for as long as somebody listens. @returns ends it */
function listenTo(databaseUrl: string, heard: () => void, log: Pick<Logger, 'warn'>): () => void {
  const ended = new AbortController()
  void (async () => {
    while (!ended.signal.aborted) {
      try {
        await listenOnce(databaseUrl, heard, ended.signal)
      } catch (error) {
        log.warn({ err: error }, 'what other replicas do cannot be heard at the moment')
      }
      await sleep(AGAIN_MS, undefined, { signal: ended.signal, ref: false }).catch(() => undefined)
    }
  })()
  return () => ended.abort()
}

/** Resolves when it is ended. @throws when the connection is lost */
async function listenOnce(databaseUrl: string, heard: () => void, ended: AbortSignal): Promise<void> {
  const { Client } = (await import('pg')).default
  const client = new Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: CONNECT_MS,
  })
  const over = Promise.withResolvers<void>()
  client.on('error', over.reject)
  client.on('end', () => over.reject(new Error('PostgreSQL ended the connection')))
  client.on('notification', heard)
  ended.addEventListener('abort', () => over.resolve())
  let asking: NodeJS.Timeout | undefined
  try {
    await client.connect()
    await client.query(`listen ${CHANNEL}`)
    // What was said before was missed.
    heard()
    asking = setInterval(() => client.query('select 1').catch(over.reject), ALIVE_MS).unref()
    await over.promise
  } finally {
    clearInterval(asking)
    over.promise.catch(() => undefined)
    client.end().catch(() => undefined)
  }
}
