import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest'
import { createLedger, type LedgerOptions } from '../../clarity-extension/ledger/ledger.ts'
import { createQueries } from '../../clarity-extension/ledger/queries.ts'
import type { Handler, Ledger, LedgerFact, NewEvent } from '../../clarity-extension/ledger/types.ts'
import { openStore, type Store } from '../../clarity-extension/store/store.ts'
import { done, type Outcome } from '../../shared/outcome.ts'
import { postgresInstalled, throwawayDatabase } from '../support/postgres.ts'

/** A real store that nobody else has. */
export interface Place {
  /** Opens it; for SQLite only one at a time. */
  open(): Promise<Store>
  /** Of PostgreSQL. */
  databaseUrl?: string
  remove(): Promise<void>
}

export const dialects: { dialect: string; possible: boolean; place: () => Promise<Place> }[] = [
  { dialect: 'SQLite', possible: true, place: sqlitePlace },
  { dialect: 'PostgreSQL', possible: postgresInstalled(), place: postgresPlace },
]

async function sqlitePlace(): Promise<Place> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bridge-store-'))
  return { open: () => openStore({ dataDir }), remove: () => rm(dataDir, { recursive: true, force: true }) }
}

async function postgresPlace(): Promise<Place> {
  const database = await throwawayDatabase()
  return {
    open: () => openStore({ databaseUrl: database.url }),
    databaseUrl: database.url,
    remove: () => database.drop(),
  }
}

export interface Bench {
  store: Store
  ledger: Ledger
  queries: ReturnType<typeof createQueries>
  facts: LedgerFact[]
  /** Moves the clock and runs what became due. */
  later(ms: number): Promise<void>
  now(): number
}

export const START = Date.UTC(2026, 10, 20, 12)

/** A ledger over a store, with a clock of its own and no jitter. */
export function bench(store: Store, options: Partial<LedgerOptions> = {}): Bench {
  const clock = { now: START }
  const facts: LedgerFact[] = []
  const ledger = createLedger({
    store,
    log: pino({ level: 'silent' }),
    now: () => clock.now,
    random: () => 0,
    hasTime: () => true,
    observe: (fact) => facts.push(fact),
    ...options,
  })
  return {
    store,
    ledger,
    facts,
    queries: createQueries(store, () => clock.now),
    now: () => clock.now,
    async later(ms) {
      clock.now += ms
      await ledger.idle()
    },
  }
}

/** What stands while the tests of a file run, as the current one has it. */
interface Standing extends Bench {
  /** Known before it stands. */
  dialect: string
  place: Place
  /** Empty tables and another ledger, once more within a test or with other options. */
  anew(options?: Partial<LedgerOptions>): Promise<void>
}

/** The same tests on both stores: with empty tables and a ledger of its own for each test. */
export function onBothStores(name: string, tests: (on: Standing) => void): void {
  describe.each(dialects)(`${name} on $dialect`, ({ dialect, possible, place: makePlace }) => {
    describe.skipIf(!possible)('', () => {
      let place: Place
      let store: Store
      let current: Bench
      beforeAll(async () => {
        place = await makePlace()
        store = await place.open()
      })
      afterAll(async () => {
        await store.close()
        await place.remove()
      })
      async function begin(options: Partial<LedgerOptions> = {}) {
        await wipe(store)
        current = bench(store, options)
      }
      // One that goes on would take up what the next one has.
      const end = () => current.ledger.stop(1_000)
      const anew = (options?: Partial<LedgerOptions>) => end().then(() => begin(options))
      beforeEach(() => begin())
      afterEach(end)

      tests({
        dialect,
        get place() {
          return place
        },
        anew,
        get store() {
          return store
        },
        get ledger() {
          return current.ledger
        },
        get queries() {
          return current.queries
        },
        get facts() {
          return current.facts
        },
        later: (ms) => current.later(ms),
        now: () => current.now(),
      })
    })
  })
}

let made = 0

/** An order's event; each has its own webhook id. */
export function event(lane = 'order:1', over: Partial<NewEvent> = {}): NewEvent {
  const body = {
    type: 'order.updated',
    timestamp: '2026-11-20T12:00:00Z',
    data: { id: lane.slice(lane.indexOf(':') + 1), updatedAt: '2026-11-20T12:00:00Z' },
  }
  return {
    source: 'clarity',
    webhookId: `msg_${++made}`,
    type: 'order.updated',
    lane,
    subject: lane.slice(lane.indexOf(':') + 1),
    priority: 0,
    payload: Buffer.from(JSON.stringify(body)),
    traceId: made.toString(16).padStart(32, '0'),
    ...over,
  }
}

/** So many at once, of as many orders unless it is said of what. */
export const burst = (
  count: number,
  of: (index: number) => NewEvent = (index) => event(`order:${index}`),
): NewEvent[] => Array.from({ length: count }, (_, index) => of(index))

/** Remembers what it was given; answers what `answer` says, else done. */
export function recorder(answer: (id: number, attempt: number) => Outcome | Promise<Outcome> = () => done('applied')) {
  const runs: { id: number; lane: string; attempt: number; type: string; payload: string }[] = []
  const handler: Handler = async ({ id, lane, attempt, type, payload }) => {
    runs.push({ id, lane, attempt, type, payload: payload.toString() })
    return answer(id, attempt)
  }
  return { runs, handler }
}

export async function stateOf({ store }: Pick<Bench, 'store'>, id: number) {
  return store.db.selectFrom('events').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

export async function all<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** Empty tables, connections up. */
export async function wipe({ db }: Store): Promise<void> {
  for (const table of [
    'attempts',
    'events',
    'lanes',
    'demand',
    'demand_arrived',
    'arrivals',
    'links',
    'throughput',
    'settings',
    'sweeps',
    'cursors',
    'drifts',
    'load_rows',
    'loads',
  ] as const)
    await db.deleteFrom(table).execute()
  await db.updateTable('connections').set({ state: 'up', cause: null, message: null, since: START }).execute()
}
