import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { sql } from 'kysely'
import pino from 'pino'
import { failureRoutes } from '../../clarity-extension/http/failures.ts'
import { createLedger } from '../../clarity-extension/ledger/ledger.ts'
import { createQueries } from '../../clarity-extension/ledger/queries.ts'
import { createSeal, type Seal } from '../../clarity-extension/privacy/seal.ts'
import { openStore, type Store } from '../../clarity-extension/store/store.ts'
import { postgresInstalled, throwawayDatabase } from '../support/postgres.ts'
import { percentile, seconds } from './figures.ts'

const DEAD = 10_000
const CAUSES = 5
/** Delivered events beside them: a list of issues must not grow with history. */
const HISTORY = 200_000
const ROUNDS = 200

type Report = (metric: string, value: number, unit: string) => void

/**
 * How long the request for the page of issue groups takes, with 10,000 dead letters of 5 causes (every tenth order stopped
 * twice) in sealed rows, beside a bare count of the same rows; and a replay of one group.
 */
export async function run(report: Report): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-groups-'))
  try {
    await on(await openStore({ dataDir }), '', report)
  } finally {
    await rm(dataDir, { recursive: true })
  }
  if (!postgresInstalled()) return
  const database = await throwawayDatabase()
  try {
    await on(await openStore({ databaseUrl: database.url }), 'postgres_', report)
  } finally {
    await database.drop()
  }
}

async function on(store: Store, name: string, report: Report): Promise<void> {
  const seal = createSeal(['a key of this bench, of some length'])
  try {
    await fill(store, seal, 'dead', DEAD)
    const alone = await measure(store, seal)
    await fill(store, seal, 'done', HISTORY)
    // As autovacuum does by itself after so many rows.
    if (store.dialect === 'postgres') await sql`vacuum analyze events`.execute(store.db)
    const beside = await measure(store, seal)
    report(`${name}groups_p50_ms`, percentile(beside.groups, 50), 'ms')
    report(`${name}groups_p99_ms`, percentile(beside.groups, 99), 'ms')
    report(`${name}groups_p99_without_history_ms`, percentile(alone.groups, 99), 'ms')
    report(`${name}bare_count_p50_ms`, percentile(beside.count, 50), 'ms')
    report(`${name}bare_count_p99_ms`, percentile(beside.count, 99), 'ms')
    report(`${name}replay_group_of_2000_ms`, await replayGroup(store), 'ms')
  } finally {
    await store.close()
  }
}

/** The panel's own request, over HTTP and the door's code. */
async function measure(store: Store, seal: Seal): Promise<{ groups: number[]; count: number[] }> {
  const ledger = createLedger({ store, log: pino({ level: 'silent' }) })
  const queries = createQueries(store, Date.now, seal)
  const server = createServer(express().use(failureRoutes({ queries, ledger }))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const times: { groups: number[]; count: number[] } = { groups: [], count: [] }
  for (let round = 0; round < ROUNDS; round++) {
    times.groups.push(
      1000 *
        (await seconds(async () => {
          const response = await fetch(`http://127.0.0.1:${port}/failures`)
          const text = await response.text()
          if (!text.includes(`"total":${CAUSES},"events":${DEAD}`)) throw new Error(text.slice(0, 500))
        })),
    )
    const bare = () => sql`select count(*) from events where state in ('dead', 'held')`.execute(store.db)
    times.count.push(1000 * (await seconds(bare)))
  }
  server.closeAllConnections()
  server.close()
  await ledger.stop()
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

async function fill(store: Store, seal: Seal, state: 'dead' | 'done', count: number): Promise<void> {
  const payload = seal.bytes(Buffer.from(JSON.stringify({ type: 'order.created', data: { note: 'x'.repeat(1500) } })))
  const problem = { code: 'cause', field: '/items/0/sku', message: 'No product.', remedy: 'Create it.' }
  const details = seal.text(JSON.stringify([problem]))
  for (let from = 0; from < count; from += 500) {
    const rows = Array.from({ length: 500 }, () => {
      const id = ++made
      const issue =
        state === 'dead'
          ? {
              ...{ cause: `cause_${id % CAUSES}`, issue_cause: `cause_${id % CAUSES}`, issue_field: '/items/*/sku' },
              details,
            }
          : {}
      return {
        source: 'clarity' as const,
        webhook_id: `msg_${id}`,
        type: 'order.created' as const,
        lane: `order:${id % 50 >= 45 ? id - CAUSES : id}`,
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
