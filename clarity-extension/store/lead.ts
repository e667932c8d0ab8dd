import type { Client } from 'pg'
import type { Logger } from 'pino'
import { apart } from './apart.ts'
import { ownConnection } from './own-connection.ts'

/**
 * Which of several replicas runs what all of them store: calls to Odoo are as full, and the store is asked as seldom, as with one. It is about
 * speed alone. Lanes, leases and unique ids keep everything right when two believe that they lead, or none does.
 */
export interface Lead {
  /** `unknown`: nobody is asked for it, or it cannot be found out just now. Each runs what it stored, then. */
  whose(): 'ours' | 'theirs' | 'unknown'
  /**
   * How far apart the store is to be asked for the same, in ms. Where several store at a time, what one stores and another runs would come in
   * as many small pieces as both together have: gathered, it is as few as with one. 0 where one is alone.
   */
  apartMs(): number
  /** Something is there for who leads, whoever stored it. */
  tell(): void
  /** @param lookForWork we lead, and there may be something that we have not seen */
  start(lookForWork: () => void): void
  /** Another one leads from now on. */
  stop(): Promise<void>
}

/** Without other replicas, or without a word between them. */
export const nobodyLeads: Lead = {
  whose: () => 'unknown',
  apartMs: () => 0,
  tell: () => undefined,
  start: () => undefined,
  stop: async () => undefined,
}

const CHANNEL = 'clarity_bridge_work'
/** An advisory lock of this number is the lead. Of a session: PostgreSQL takes it from who is gone. */
const LOCK = 7_201_912
/** How soon another one leads when the first is gone, and how often is seen whether PostgreSQL still knows us. */
const ASK_MS = 1_000
/** Under load the word is given so often at most. */
const TOGETHER_MS = 20
/** Where several store something. */
export const GATHER_MS = 50
/** Others that stored something in this time are likely to go on. */
const SHARED_MS = 1_000
/** Who stands still, or whose machine went away without a word, loses the lead after that. */
const SILENCE_MS = 15_000
/** PostgreSQL 13 does not have it: there who stands still leads on, and the others help after two seconds. */
const SILENCE = 'idle_session_timeout'

export function createLead(databaseUrl: string, log: Pick<Logger, 'warn' | 'info'>, silenceMs = SILENCE_MS): Lead {
  let state: ReturnType<Lead['whose']> = 'unknown'
  let connected: Client | undefined
  let heardAt = Number.NEGATIVE_INFINITY
  let end: (() => Promise<void>) | undefined
  let lookForWork: () => void = () => undefined

  async function ask(client: Client): Promise<void> {
    if (connected !== client) {
      // The word that is given need not be on the disk: who missed it looks by himself.
      await client.query('set synchronous_commit = off')
      await client.query(`select set_config(name, '${silenceMs}', false) from pg_settings where name = '${SILENCE}'`)
      connected = client
    }
    if (state === 'ours') return void (await client.query('select 1'))
    const { rows } = await client.query<{ ours: boolean }>(`select pg_try_advisory_lock(${LOCK}) as ours`)
    if (connected !== client) return
    state = rows[0]?.ours ? 'ours' : 'theirs'
    if (state !== 'ours') return
    log.info('this replica runs what all replicas store')
    lookForWork()
  }

  const telling = apart(
    () => {
      // Who missed it looks by himself a little later.
      connected?.query(`notify ${CHANNEL}`).catch((error: unknown) => {
        log.warn({ err: error }, 'the replica that leads could not be told of work')
      })
    },
    () => TOGETHER_MS,
  )

  function apartMs(): number {
    const isShared = state === 'theirs' || (state === 'ours' && performance.now() - heardAt < SHARED_MS)
    return isShared ? GATHER_MS : 0
  }

  return {
    whose: () => state,
    apartMs,
    tell: telling.call,
    start(look) {
      lookForWork = look
      end = ownConnection(
        databaseUrl,
        {
          channel: CHANNEL,
          heard: () => {
            if (state !== 'ours') return
            heardAt = performance.now()
            lookForWork()
          },
          ask,
          askMs: ASK_MS,
          lost: () => {
            state = 'unknown'
            connected = undefined
          },
          warning: 'the lead of several replicas cannot be found out at the moment: each runs what it stores',
        },
        log,
      )
    },
    async stop() {
      telling.stop()
      await end?.()
      end = undefined
    },
  }
}
