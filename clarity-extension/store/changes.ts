import { sql } from 'kysely'
import type { Client } from 'pg'
import type { Logger } from 'pino'
import { ownConnection } from './own-connection.ts'
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
/** How often is seen whether it still hears. */
const ALIVE_MS = 10_000

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
  let deafen: (() => Promise<void>) | undefined

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

  const use = {
    channel: CHANNEL,
    heard: hear,
    ask: (client: Client) => client.query('select 1'),
    askMs: ALIVE_MS,
    warning: 'what other replicas do cannot be heard at the moment',
  }

  return {
    announce() {
      if (waiting) return
      waiting = true
      setTimeout(tell, TOGETHER_MS).unref()
    },
    listen(heard) {
      listeners.add(heard)
      if (databaseUrl !== undefined) deafen ??= ownConnection(databaseUrl, use, log)
      return () => {
        listeners.delete(heard)
        if (listeners.size > 0) return
        void deafen?.()
        deafen = undefined
      }
    },
  }
}
