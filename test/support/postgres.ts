import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort } from './ports.ts'

export interface ThrowawayDatabase {
  url: string
  drop(): Promise<void>
}

/** A PostgreSQL cluster of one's own on loopback: tests may stop it, kill it and start it again. */
export interface Cluster {
  url(database?: string): string
  database(): Promise<ThrowawayDatabase>
  /** `fast` ends sessions in order, `immediate` is a crash: no checkpoint, recovery at the next start. `kill` is SIGKILL. */
  stop(mode?: 'fast' | 'immediate' | 'kill'): Promise<void>
  /** On the same port and data as before. */
  start(): Promise<void>
  dispose(): Promise<void>
}

/**
 * An empty database that nobody else has, on the cluster of DATABASE_URL_TEST (scripts/test.ts sets it) or, without that,
 * on a cluster made for this process.
 */
export async function throwawayDatabase(): Promise<ThrowawayDatabase> {
  const server = process.env.DATABASE_URL_TEST
  if (server !== undefined) return createDatabase(server)
  shared ??= privateCluster()
  return (await shared).database()
}

/** For `describe.skipIf(!postgresInstalled())`; scripts/test.ts counts what is skipped. */
export const postgresInstalled = (): boolean => process.env.DATABASE_URL_TEST !== undefined || binaries() !== undefined

/** The same database through something that stands before its server. */
export function onPort(url: string, port: number): string {
  const moved = new URL(url)
  moved.port = String(port)
  return moved.href
}

let shared: Promise<Cluster> | undefined

const STOPS = { fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' } as const

/**
 * @param durable every commit reaches the disk, as a merchant's does; otherwise it is quicker, which is what tests want
 * @param folder where its files go, e.g. on a disk that is to fill up
 */
export async function privateCluster({ durable = false, folder = tmpdir() } = {}): Promise<Cluster> {
  const bin = binaries()
  if (bin === undefined) throw new Error('No PostgreSQL server is installed: apt-get install postgresql')
  const home = await mkdtemp(join(folder, 'clarity-postgres-'))
  const data = join(home, 'data')
  const password = randomBytes(12).toString('hex')
  const port = await freePort()
  const url = (database = 'postgres') => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`
  await chmod(home, 0o711)
  await run('mkdir', '-m', '700', data)
  await run('chown', owner, data)
  const passwordFile = join(home, 'password')
  await writeFile(passwordFile, password, { mode: 0o600 })
  await run('chown', owner, passwordFile)
  const [initdb, ...asOwner] = unprivileged(join(bin, 'initdb'))
  await run(initdb, ...asOwner, '-D', data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-N')

  let server: ChildProcess | undefined
  const cluster: Cluster = {
    url,
    database: () => createDatabase(url()),
    async stop(mode = 'fast') {
      if (server === undefined) return
      if (server.exitCode !== null || server.signalCode !== null) {
        // It ended by itself, e.g. because its disk was full.
        server = undefined
        return
      }
      const ended = once(server, 'exit')
      server.kill(STOPS[mode])
      await ended
      server = undefined
    },
    async start() {
      if (server !== undefined) return
      const [command, ...args] = unprivileged(join(bin, 'postgres'))
      const settings = [
        `port=${port}`,
        'listen_addresses=127.0.0.1',
        'unix_socket_directories=',
        `fsync=${durable ? 'on' : 'off'}`,
      ]
      server = spawn(command, [...args, '-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
        stdio: 'ignore',
      })
      await ready(url(), server)
    },
    async dispose() {
      await cluster.stop('immediate')
      await rm(home, { recursive: true, force: true })
    },
  }
  await cluster.start()
  return cluster
}

async function createDatabase(server: string): Promise<ThrowawayDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await query(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = name
  return { url: url.href, drop: () => query(server, `drop database if exists ${name} with (force)`) }
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

async function ready(url: string, server: ChildProcess): Promise<void> {
  for (;;) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended with code ${server.exitCode} while starting`)
    try {
      return await query(url, 'select 1')
    } catch {
      // Not listening yet, or still recovering: both end by themselves.
      await sleep(30)
    }
  }
}

const isRoot = userInfo().uid === 0
const owner = isRoot ? 'postgres' : userInfo().username

/** PostgreSQL refuses to run as root; and a cluster must not outlive the test process that made it, even a killed one. */
function unprivileged(command: string): [string, ...string[]] {
  const user = isRoot ? ['--reuid', 'postgres', '--regid', 'postgres', '--init-groups'] : []
  return ['setpriv', ...user, '--pdeathsig', 'QUIT', command]
}

/** The folder of the newest server's programs, as Debian lays them out. */
function binaries(): string | undefined {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root)
    ? readdirSync(root).filter((name) => existsSync(join(root, name, 'bin/initdb')))
    : []
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0]
  return newest === undefined ? undefined : join(root, newest, 'bin')
}

const run = (command: string, ...args: string[]) => promisify(execFile)(command, args, { cwd: '/' })
