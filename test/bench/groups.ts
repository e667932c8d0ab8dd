import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import pino from 'pino'
import { createLedger } from '../../clarity-extension/ledger/ledger.ts'
import { createQueries } from '../../clarity-extension/ledger/queries.ts'
import { openStore, type Store } from '../../clarity-extension/store/store.ts'
import { percentile, seconds } from './figures.ts'

const DEAD = 10_000
const CAUSES = 5
/** Delivered events beside them: a list of issues must not grow with history. */
const HISTORY = 200_000
const ROUNDS = 100

/** How long the list of issue groups takes on 10,000 dead letters of 5 causes, beside a bare count of the same rows, and a replay of one. */
export async function run(report: (metric: string, value: number, unit: string) => void): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-groups-'))
  const store = await openStore({ dataDir })
  try {
    await fill(store, 'dead', DEAD)
    const alone = await measure(store)
    await fill(store, 'done', HISTORY)
    const beside = await measure(store)
    report('groups_p50_ms', percentile(beside.groups, 50), 'ms')
    report('groups_p99_ms', percentile(beside.groups, 99), 'ms')
    report('groups_p99_without_history_ms', percentile(alone.groups, 99), 'ms')
    report('bare_count_p50_ms', percentile(beside.count, 50), 'ms')
    report('bare_count_p99_ms', percentile(beside.count, 99), 'ms')
    report('replay_group_of_2000_ms', await replayGroup(store), 'ms')
  } finally {
    await store.close()
    await rm(dataDir, { recursive: true })
  }
}

async function measure(store: Store): Promise<{ groups: number[]; count: number[] }> {
  const queries = createQueries(store)
  const times: { groups: number[]; count: number[] } = { groups: [], count: [] }
  for (let round = 0; round < ROUNDS; round++) {
    times.groups.push(
      1000 *
        (await seconds(async () => {
          const { groups, events } = await queries.failures()
          if (groups.length !== CAUSES || events !== DEAD) throw new Error(`${groups.length} groups of ${events}`)
        })),
    )
    const bare = () => sql`select count(*) from events where state in ('dead', 'held')`.execute(store.db)
    times.count.push(1000 * (await seconds(bare)))
  }
  return times
}

/** One group, as one click and one request of the panel do it; the second click moves none. */
async function replayGroup(store: Store): Promise<number> {
  const ledger = createLedger({ store, log: pino({ level: 'silent' }) })
  const group = { cause: 'cause_1', field: '/items/*/sku', value: '' }
  const took = await seconds(async () => {
    const { moved } = await ledger.replay(group, 'bench')
    if (moved !== DEAD / CAUSES) throw new Error(`${moved} of ${DEAD / CAUSES} moved`)
  })
  const again = await ledger.replay(group, 'bench')
  if (again.moved !== 0) throw new Error(`the second click moved ${again.moved}`)
  await ledger.stop()
  return took * 1000
}

let made = 0

async function fill(store: Store, state: 'dead' | 'done', count: number): Promise<void> {
  const payload = Buffer.from(JSON.stringify({ type: 'order.created', data: { note: 'x'.repeat(1500) } }))
  for (let from = 0; from < count; from += 500) {
    const rows = Array.from({ length: 500 }, () => {
      const id = ++made
      const issue =
        state === 'dead'
          ? { cause: `cause_${id % CAUSES}`, issue_cause: `cause_${id % CAUSES}`, issue_field: '/items/*/sku' }
          : {}
      return {
        source: 'clarity' as const,
        webhook_id: `msg_${id}`,
        type: 'order.created' as const,
        lane: `order:${id}`,
        subject: `W${id}`,
        payload,
        state,
        priority: 0,
        received_at: id,
        due_at: id,
        settled_at: id,
        message: 'No product of Odoo has the internal reference MUG-TEAL.',
        trace_id: id.toString(16).padStart(32, '0'),
        amount: 1_299_000,
        currency: 'EUR',
        ...issue,
      }
    })
    await store.db.insertInto('events').values(rows).execute()
  }
}
