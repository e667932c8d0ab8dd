import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import type { Logger } from 'pino'

/** What a connection of one's own to PostgreSQL is for: it hears what is said in a channel, and asks something now and then. */
export interface OwnUse {
  channel: string
  /** Something was said, or may have been while nobody listened. */
  heard(): void
  /** When it is made, before anything is heard, and then every so many ms: one that only listens would not notice that its network is gone. */
  ask(client: Client): Promise<unknown>
  askMs: number
  /** It is gone; another one will be made. */
  lost?(): void
  /** For the log, e.g. `what other replicas do cannot be heard at the moment`. */
  warning: string
}

const AGAIN_MS = 1_000
const CONNECT_MS = 10_000
const END_MS = 1_000

/** Kept until it is ended, and made again whenever it is lost. @returns ends it; resolves when PostgreSQL has been told */
export function ownConnection(databaseUrl: string, use: OwnUse, log: Pick<Logger, 'warn'>): () => Promise<void> {
  const ended = new AbortController()
  const kept = (async () => {
    while (!ended.signal.aborted) {
      try {
        await keepOnce(databaseUrl, use, ended.signal)
      } catch (error) {
        log.warn({ err: error }, use.warning)
      }
      use.lost?.()
      await sleep(AGAIN_MS, undefined, { signal: ended.signal, ref: false }).catch(() => undefined)
    }
  })()
  return () => {
    ended.abort()
    return kept
  }
}

/** Resolves when it is ended. @throws when the connection is lost */
async function keepOnce(databaseUrl: string, use: OwnUse, ended: AbortSignal): Promise<void> {
  const { Client } = (await import('pg')).default
  const client = new Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: CONNECT_MS,
  })
  const over = Promise.withResolvers<void>()
  client.on('error', over.reject)
  client.on('end', () => over.reject(new Error('PostgreSQL ended the connection')))
  client.on('notification', use.heard)
  ended.addEventListener('abort', () => over.resolve())
  let asking: NodeJS.Timeout | undefined
  try {
    await client.connect()
    await use.ask(client)
    await client.query(`listen ${use.channel}`)
    // What was said before was missed.
    use.heard()
    asking = setInterval(() => use.ask(client).catch(over.reject), use.askMs).unref()
    await over.promise
  } finally {
    clearInterval(asking)
    over.promise.catch(() => undefined)
    // Where nothing comes through any more, it would wait for an answer for ever.
    await Promise.race([client.end().catch(() => undefined), sleep(END_MS, undefined, { ref: false })])
  }
}
