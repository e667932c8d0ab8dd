import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { z } from 'zod'
import { jsonOf } from '../../shared/json.ts'
import { lastIds, type Reached } from '../privacy/reached.ts'
import type { Seal } from '../privacy/seal.ts'
import { keysOf, keysOfLoadRow } from '../privacy/searchable.ts'
import type { Store } from '../store/store.ts'
import { createHorizon } from './horizon.ts'
import { headOf, PROGRESS, storeKeys, storeLoadKeys } from './store-keys.ts'
import type { LedgerFact } from './types.ts'

/** Makes what stands inside of sealed payloads searchable, behind the doors' backs: no webhook waits for it. */
export interface SearchKeys {
  /**
   * Everything that is there by now, but for so many rows, or as far as it comes in so many milliseconds.
   * @returns up to where everything is searchable; undefined on a replica that lacks the key of what is
   */
  catchUp(limits?: { ms: number; rest: number }): Promise<Reached | undefined>
  start(): void
  /** Handed to the ledger as one of its observers: who is told of what comes in need not keep asking. */
  observe(fact: LedgerFact): void
  stop(): Promise<void>
}

/** Rows looked at in one go: a few milliseconds. */
const BATCH = 100
const PAUSE_MS = 500
/** While very many come in, they come first: 9 ms of processor time for each hundred are not taken from them. */
const STORM_MS = 2_000
/** Where nothing comes in, an old history is gone through quickly. */
const QUIET_MS = 10
/** Where everything is searchable and nobody tells of more: a first load has rows of its own, and a replica may be killed. */
const IDLE_MS = 60_000

export function createSearchKeys({ store, seal, log, now = Date.now }: SearchKeysParts): SearchKeys {
  const horizon = createHorizon(store)
  let stopped = false
  let running: Promise<void> | undefined
  let wake = () => {}
  /** Something was accepted since it looked last. */
  let news = false
  let idle = false
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
    async catchUp({ ms, rest } = { ms: Number.POSITIVE_INFINITY, rest: 0 }) {
      const until = performance.now() + ms
      const goal = await lastIds(store.db)
      for (;;) {
        const full = await more()
        const at = await progress()
        if (!at || (at.events + rest >= goal.events && at.loadRows + rest >= goal.loadRows)) return at
        if (performance.now() >= until) return at
        // What other replicas are writing ends in a moment; what was the last may be deleted meanwhile.
        if (!full) await sleep(20)
        const last = await lastIds(store.db)
        goal.events = Math.min(goal.events, last.events)
        goal.loadRows = Math.min(goal.loadRows, last.loadRows)
      }
    },
    start() {
      running = run()
    },
    observe({ fact }) {
      if (fact !== 'accepted') return
      news = true
      if (idle) wake()
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
        news = false
        const full = await more()
        const last = await lastIds(store.db)
        const came = last.events - newest
        newest = last.events
        await pause(came > BATCH ? STORM_MS : full && came === 0 ? QUIET_MS : PAUSE_MS)
        idle = (await isSearchable(last)) && !news && !stopped
        if (idle) await pause(IDLE_MS)
        idle = false
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
    const settled = await horizon()
    return (await moreEvents(at, settled.events)) || (await moreLoadRows(at, settled.loadRows))
  }

  /** Up to there, or not by this replica. */
  async function isSearchable({ events, loadRows }: Reached): Promise<boolean> {
    const at = await progress()
    return !at || (at.events >= events && at.loadRows >= loadRows)
  }

  async function moreEvents(at: Reached, upTo: number): Promise<boolean> {
    const rows = await store.db
      .selectFrom('events')
      .select(['id', 'type', 'payload'])
      .where('id', '>', at.events)
      .where('id', '<=', upTo)
      .orderBy('id')
      .limit(BATCH)
      .execute()
    const last = rows.at(-1)
    if (!last) return false
    const read = rows.map(({ id, type, payload }) => {
      const message = seal.openBytes(payload).toString('utf8')
      // The most frequent of all, and hardly ever of anybody: they are spared the reading.
      const of =
        type === 'stock.changed' && !/@|\\u|customerId/.test(message) ? undefined : (jsonOf(message) ?? message)
      return { id, head: headOf(payload), keys: keysOf(of, seal.blind) }
    })
    at.events = last.id
    await store.run(storeKeys, { read, state: kept(at), now: now() })
    return rows.length === BATCH
  }

  async function moreLoadRows(at: Reached, upTo: number): Promise<boolean> {
    const rows = await store.db
      .selectFrom('load_rows')
      .innerJoin('loads', 'loads.id', 'load_rows.load_id')
      .select(['load_rows.id', 'loads.direction', 'source_id', 'target_id'])
      .select((row) =>
        row.case().when('loads.entity', '=', 'customer').then(row.ref('shown')).else(null).end().as('shown'),
      )
      .where('load_rows.id', '>', at.loadRows)
      .where('load_rows.id', '<=', upTo)
      .orderBy('load_rows.id')
      .limit(BATCH)
      .execute()
    const last = rows.at(-1)
    if (!last) return false
    const read = rows.flatMap(({ id, shown, ...row }) =>
      shown === null ? [] : [{ id, keys: keysOfLoadRow(jsonOf(seal.openText(shown)), row, seal.blind) }],
    )
    at.loadRows = last.id
    await store.run(storeLoadKeys, { read, state: kept(at), now: now() })
    return rows.length === BATCH
  }

  /**
   * How far it is with the current key. Hashes of a previous one are made anew; a replica that was not given the newer key yet leaves
   * them alone.
   */
  async function progress(): Promise<Reached | undefined> {
    const row = await store.db.selectFrom('settings').select('value').where('key', '=', PROGRESS).executeTakeFirst()
    if (!row) return { events: 0, loadRows: 0 }
    const { key, events, loadRows } = state.parse(JSON.parse(row.value))
    if (key === seal.keyIds[0]) return { events, loadRows }
    if (!seal.keyIds.includes(key)) return undefined
    await store.db.deleteFrom('search_keys').execute()
    await store.db.deleteFrom('load_keys').execute()
    return { events: 0, loadRows: 0 }
  }

  function kept({ events, loadRows }: Reached): string {
    return JSON.stringify({ key: seal.keyIds[0], events, loadRows })
  }
}

export interface SearchKeysParts {
  store: Store
  seal: Seal
  log: Pick<Logger, 'error'>
  now?: () => number
}

const state = z.object({ key: z.string(), events: z.number(), loadRows: z.number() })
