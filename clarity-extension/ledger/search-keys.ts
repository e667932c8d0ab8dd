import type { Logger } from 'pino'
import { z } from 'zod'
import { jsonOf } from '../../shared/json.ts'
import type { Seal } from '../privacy/seal.ts'
import { keysOf } from '../privacy/searchable.ts'
import type { Store } from '../store/store.ts'
import { headOf, PROGRESS, storeKeys } from './store-keys.ts'

/** Makes what stands inside of sealed payloads searchable, behind the doors' backs: no webhook waits for it. */
export interface SearchKeys {
  /** Everything that is there by now. */
  catchUp(): Promise<void>
  start(): void
  stop(): Promise<void>
}

/** Events looked at in one go: a few milliseconds. */
const BATCH = 100
const PAUSE_MS = 500
/** While very many come in, they come first: 9 ms of processor time for each hundred are not taken from them. */
const STORM_MS = 2_000
/** Where nothing comes in, an old history is gone through quickly. */
const QUIET_MS = 10
/** Replicas commit ids in another order than they took them: what is newer than this may still have one missing before it. */
const SETTLED_MS = 10_000

export function createSearchKeys({ store, seal, log, now = Date.now }: SearchKeysParts): SearchKeys {
  let stopped = false
  let running: Promise<void> | undefined
  let wake = () => {}
  let newest = 0

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      timer.unref()
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  return {
    async catchUp() {
      while (await more());
    },
    start() {
      running = run()
    },
    async stop() {
      stopped = true
      wake()
      await running
    },
  }

  async function run(): Promise<void> {
    while (!stopped) {
      try {
        const full = await more()
        const came = await arrived()
        await pause(came > BATCH ? STORM_MS : full && came === 0 ? QUIET_MS : PAUSE_MS)
      } catch (error) {
        log.error({ err: error }, 'events could not be made searchable')
        await pause(60_000)
      }
    }
  }

  /** @returns whether there is more than was looked at */
  async function more(): Promise<boolean> {
    const at = await progress()
    if (!at) return false
    const rows = await store.db
      .selectFrom('events')
      .select(['id', 'type', 'payload', 'received_at'])
      .where('id', '>', at.upTo)
      .orderBy('id')
      .limit(BATCH)
      .execute()
    const before = now() - (store.exclusive ? 0 : SETTLED_MS)
    const fresh = rows.findIndex(({ received_at }) => received_at > before)
    const due = fresh < 0 ? rows : rows.slice(0, fresh)
    const last = due.at(-1)
    if (!last) return false
    const read = due.map(({ id, type, payload }) => {
      const keys = type === 'stock.changed' ? [] : keysOf(jsonOf(seal.openBytes(payload).toString('utf8')), seal.blind)
      return { id, head: headOf(payload), keys }
    })
    await store.run(storeKeys, { read, state: JSON.stringify({ key: seal.keyIds[0], upTo: last.id }), now: now() })
    return due.length === BATCH
  }

  /**
   * How far it is with the current key. Hashes of a previous one are made anew; a replica that was not given the newer key yet leaves
   * them alone.
   */
  async function progress(): Promise<{ upTo: number } | undefined> {
    const row = await store.db.selectFrom('settings').select('value').where('key', '=', PROGRESS).executeTakeFirst()
    if (!row) return { upTo: 0 }
    const { key, upTo } = state.parse(JSON.parse(row.value))
    if (key === seal.keyIds[0]) return { upTo }
    if (!seal.keyIds.includes(key)) return undefined
    await store.db.deleteFrom('search_keys').execute()
    return { upTo: 0 }
  }

  /** Since it was asked last. */
  async function arrived(): Promise<number> {
    const row = await store.db.selectFrom('events').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst()
    const before = newest
    newest = row?.id ?? 0
    return newest - before
  }
}

export interface SearchKeysParts {
  store: Store
  seal: Seal
  log: Pick<Logger, 'error'>
  now?: () => number
}

const state = z.object({ key: z.string(), upTo: z.number() })
