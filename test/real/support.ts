import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import pg from 'pg'

/** A real Odoo 19 with the addon, on a database and a port of its own: a test file may do to it what it likes. */
export interface RealOdoo {
  readonly url: string
  readonly db: string
  /** The addon's service user, with the rights a merchant would give it. */
  readonly login: string
  readonly apiKey: string
  readonly webhookSecret: string
  readonly adminLogin: string
  readonly adminPassword: string
  readonly adminApiKey: string
  /** Its database, for PostgreSQL's own tools. */
  readonly databaseUrl: string
  /** Straight into its database. */
  psql<Row extends pg.QueryResultRow = pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>
  /** The same over one connection, for who asks often: opening one costs the server more than most questions. `end()` it. */
  database(): Promise<pg.Client>
  /** Python inside Odoo as its superuser, `env` at hand; give `env.cr.commit()` to keep changes. Returns what it prints. */
  shell(python: string): Promise<string>
  /** One of Odoo's own modules, while the server stands still: what it writes meanwhile would end the installation. */
  install(module: string): Promise<void>
  /** @param workers 0 is one process with threads */
  start(workers?: number): Promise<void>
  stop(): Promise<void>
  restart(workers?: number): Promise<void>
  /** SIGKILL, its workers too. */
  kill(): Promise<void>
  /**
   * Its database server; only with `ownPostgres`, since the others share one. With workers Odoo itself ends when its
   * database goes: `start` it again, as a supervisor would. With threads it stays.
   */
  stopPostgres(): Promise<void>
  killPostgres(): Promise<void>
  startPostgres(): Promise<void>
  log(): Promise<string>
  /** Stops it and deletes its database: call it in `afterAll`. */
  dispose(): Promise<void>
}

export interface Wishes {
  workers?: number
  /** With the sandbox's catalogue: products, taxes, warehouses, stock, carriers. */
  seeded?: boolean
  /** A copy of the whole cluster, so that it can be stopped without disturbing tests beside this one. */
  ownPostgres?: boolean
}

/**
 * Clones the template database (made on the first call of all, about a minute; later well under a second) and starts a
 * server for it (about two seconds, 150 MB). Give the hook that calls it a timeout of some minutes.
 * @throws when Odoo is not installed and cannot be, with the reason
 */
export async function freshDatabase({
  workers = 0,
  seeded = false,
  ownPostgres = false,
}: Wishes = {}): Promise<RealOdoo> {
  const home = ownPostgres ? await copyOfHome() : undefined
  const odoo = commands(home)
  const db = `test_${process.pid}_${randomBytes(4).toString('hex')}`
  await odoo(['fresh-db', db, ...(seeded ? ['seeded'] : [])])
  const facts = environment(await odoo(['start', db, `${workers}`]))
  const cluster = environment(await odoo(['prepare']))
  const databaseUrl = `${cluster('ODOO_TEST_POSTGRES')}/${db}`
  const restart = async (count = workers) => {
    await odoo(['stop', db])
    await odoo(['start', db, `${count}`])
  }
  const needOwn = (command: string) => {
    if (home === undefined) throw new Error('Tests beside this one share the cluster: ask for { ownPostgres: true }')
    return odoo([command])
  }

  return {
    url: facts('ODOO_URL'),
    db,
    login: facts('ODOO_LOGIN'),
    apiKey: facts('ODOO_API_KEY'),
    webhookSecret: facts('ODOO_WEBHOOK_SECRET'),
    adminLogin: 'admin',
    adminPassword: 'admin',
    adminApiKey: facts('ODOO_ADMIN_API_KEY'),
    databaseUrl,
    psql: (sql, values) => query(databaseUrl, sql, values),
    async database() {
      const client = new pg.Client({ connectionString: databaseUrl })
      await client.connect()
      return client
    },
    shell: (python) => odoo(['shell', db], python),
    async install(module) {
      await odoo(['stop', db])
      await odoo(
        ['shell', db],
        `env['ir.module.module'].search([('name', '=', '${module}')]).button_immediate_install()\n`,
      )
      await odoo(['start', db, `${workers}`])
    },
    start: async (count = workers) => void (await odoo(['start', db, `${count}`])),
    stop: async () => void (await odoo(['stop', db])),
    restart,
    kill: async () => void (await odoo(['kill', db])),
    stopPostgres: async () => void (await needOwn('stop-postgres')),
    killPostgres: async () => void (await needOwn('kill-postgres')),
    startPostgres: async () => void (await needOwn('start-postgres')),
    log: () => readFile(join(cluster('ODOO_TEST_HOME'), 'servers', db, 'log'), 'utf8'),
    async dispose() {
      await odoo(['drop-db', db])
      if (home === undefined) return
      await odoo(['down'])
      await rm(home, { recursive: true, force: true })
    },
  }
}

async function copyOfHome(): Promise<string> {
  return environment(await commands(undefined)(['copy-home']))('ODOO_HOME')
}

type Commands = (args: string[], input?: string) => Promise<string>

/** Runs scripts/odoo.sh, the one place that knows how to install, clone and serve. */
function commands(home: string | undefined): Commands {
  const script = join(import.meta.dirname, '../../scripts/odoo.sh')
  return async (args, input = '') => {
    const env = {
      ...process.env,
      ODOO_TEST_OWNER: `${process.pid}`,
      ...(home === undefined ? {} : { ODOO_HOME: home }),
    }
    const child = spawn('bash', [script, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] })
    child.stdin.end(input)
    const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve))
    const [code, output, messages] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
    if (code !== 0) throw new Error(`odoo.sh ${args.join(' ')} ended with ${code}:\n${messages}`)
    return output
  }
}

function environment(lines: string): (name: string) => string {
  const values = new Map(lines.split('\n').map((line) => [line.replace(/=.*/, ''), line.replace(/^[^=]*=/, '')]))
  return (name) => {
    const value = values.get(name)
    if (value === undefined) throw new Error(`odoo.sh said nothing of ${name}`)
    return value
  }
}

async function query<Row extends pg.QueryResultRow>(url: string, sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(sql, values)).rows
  } finally {
    await client.end()
  }
}
