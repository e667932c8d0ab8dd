import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newSecret } from '../../shared/signature.ts'
import { execArgv, startEnv } from '../support/as-started.ts'
import { privateCluster } from '../support/postgres.ts'
import { median, ratio } from './figures.ts'
import { load, signedOrders } from './load.ts'

const MODES = ['nothing', 'store', 'drain', 'postgres'] as const
type Mode = (typeof MODES)[number]

const ROUNDS = 15
const REQUESTS = 6_000
const WARM_UP = 3_000
const CONNECTIONS = 50
/** Longer than work can be put off: the doors are as quick as what follows them. */
const STORM = 40_000
const COMPILED = join(import.meta.dirname, '../../.cache/bench')

/**
 * How many webhooks per second the doors accept on SQLite and on PostgreSQL (every commit on the disk), beside the same app that
 * verifies and parses but stores nothing. Rounds are interleaved, figures are medians.
 */
export async function run(report: (metric: string, value: number, unit: string) => void): Promise<void> {
  const secret = newSecret()
  const cluster = await privateCluster({ durable: true })
  const database = await cluster.database()
  // A first one that only leaves its program compiled, as the extension's is.
  await stop(await start('nothing', secret, ''))
  const servers = await Promise.all(MODES.map((mode) => start(mode, secret, mode === 'postgres' ? database.url : '')))
  try {
    for (const { port } of servers) await load(port, signedOrders(WARM_UP, '/webhooks/clarity', secret), CONNECTIONS)
    const perSecond: Record<Mode, number[]> = { nothing: [], store: [], drain: [], postgres: [] }
    const inLanes: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      for (const { mode, port, child } of servers) {
        const { seconds, statuses } = await load(port, signedOrders(REQUESTS, '/webhooks/clarity', secret), CONNECTIONS)
        if (statuses.get('202') !== REQUESTS)
          throw new Error(`${mode} answered ${JSON.stringify([...statuses])} to ${REQUESTS} requests`)
        perSecond[mode].push(REQUESTS / seconds)
        const began = performance.now()
        await rssOf(child)
        if (mode === 'store') inLanes.push(REQUESTS / (seconds + (performance.now() - began) / 1000))
      }
    }
    const storm = { nothing: 0, store: 0 }
    for (const mode of ['nothing', 'store'] as const) {
      const server = servers.find((one) => one.mode === mode)
      if (!server) throw new Error(`no server for ${mode}`)
      const { seconds } = await load(server.port, signedOrders(STORM, '/webhooks/clarity', secret), CONNECTIONS)
      storm[mode] = STORM / seconds
    }
    report('accepted_per_s', median(perSecond.store), 'req/s')
    report('in_lanes_per_s', median(inLanes), 'req/s')
    report('accepted_postgres_per_s', median(perSecond.postgres), 'req/s')
    report('no_store_per_s', median(perSecond.nothing), 'req/s')
    // The same under the name it had before there was a second store.
    report('ratio_to_no_store', ratio(perSecond.store, perSecond.nothing), 'ratio')
    report('ratio_to_no_store_sqlite', ratio(perSecond.store, perSecond.nothing), 'ratio')
    report('ratio_to_no_store_postgres', ratio(perSecond.postgres, perSecond.nothing), 'ratio')
    report('ratio_in_a_storm_to_no_store', storm.store / storm.nothing, 'ratio')
    report('ratio_draining_to_no_store', ratio(perSecond.drain, perSecond.nothing), 'ratio')
    const resident = await Promise.all(
      servers.filter(({ mode }) => mode !== 'nothing').map(({ child }) => rssOf(child)),
    )
    report('rss_mb', Math.max(...resident) / 1024 / 1024, 'MB')
  } finally {
    await Promise.all(servers.map(stop))
    await database.drop()
    await cluster.dispose()
  }
}

interface BenchServer {
  mode: Mode
  port: number
  child: ChildProcess
  dataDir: string
}

async function start(mode: Mode, secret: string, databaseUrl: string): Promise<BenchServer> {
  const dataDir = await mkdtemp(join(tmpdir(), `bench-ingest-${mode}-`))
  const child = fork(join(import.meta.dirname, 'ingest-server.ts'), [mode, dataDir, secret, databaseUrl], {
    execArgv,
    env: { ...process.env, ...startEnv, NODE_COMPILE_CACHE: COMPILED },
  })
  const [{ port }] = await once(child, 'message')
  return { mode, port, child, dataDir }
}

async function stop({ child, dataDir }: BenchServer): Promise<void> {
  const ended = once(child, 'exit')
  child.disconnect()
  await ended
  await rm(dataDir, { recursive: true })
}

async function rssOf(child: ChildProcess): Promise<number> {
  child.send('rss')
  const [{ rss }] = await once(child, 'message')
  return rss
}
