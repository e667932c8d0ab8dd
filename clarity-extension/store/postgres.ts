import { Socket } from 'node:net'
import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import pg from 'pg'
import { z } from 'zod'
import { Again, runAgain } from './again.ts'
import { PreparingDriver } from './postgres-driver.ts'
import { createPutOffs, type PutOffs } from './put-off.ts'
import type { Store } from './store.ts'

/** A door answers 503 rather than wait longer than its sender does. */
const CONNECT_MS = 10_000

/** Longer than the minute after which schedules ask for several at a time: each new one is a process of PostgreSQL's that knows no table yet. */
const IDLE_MS = 2 * 60_000

/**
 * A connection on which nothing moves for so long while it is asked something is given up: a network that swallows packets
 * says no word of it, and TCP alone would wait for a quarter of an hour.
 */
const SILENCE_MS = 30_000

/** The server ends a transaction whose bridge is gone without a word, or its locks would stop the other replicas. */
const ABANDONED = "set idle_in_transaction_session_timeout = '30s'"

/**
 * PostgreSQL, for several replicas on one store.
 * @param silenceMs 0 for who may ask for more than can be done in half a minute, such as a new index
 */
export function openPostgres(databaseUrl: string, silenceMs = SILENCE_MS): Store {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 10,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    keepAlive: true,
    types: { getTypeParser },
    onConnect: async (client) => {
      // One that breaks between two statements of a transaction has nobody else who listens: the next statement says so.
      client.on('error', () => undefined)
      watch(client, silenceMs)
      await client.query(ABANDONED)
    },
  })
  // An idle connection that breaks is replaced by the pool; without a listener the process would end.
  pool.on('error', () => undefined)
  const putOffs = createPutOffs()
  const asking = (before?: PutOffs['before']) =>
    new Again({
      dialect: {
        createAdapter: () => new PostgresAdapter(),
        createIntrospector: (kysely) => new PostgresIntrospector(kysely),
        createQueryCompiler: () => new PostgresQueryCompiler(),
        createDriver: () => new PreparingDriver(pool, before),
      },
    })
  const db = asking(putOffs.before)
  const ahead = asking()
  return {
    db,
    dialect: 'postgres',
    exclusive: false,
    putOff: putOffs.add,
    async run(procedure, input) {
      const own = procedure.ahead ? ahead : db
      if (!procedure.single) return own.transaction().execute((trx) => procedure.run(trx, input))
      if (!procedure.ahead) await putOffs.before()
      return runAgain(() => procedure.run(own, input))
    },
    close: () => db.destroy(),
  }
}

/** Idle connections are closed by the pool before their silence is one. */
function watch(client: pg.ClientBase, silenceMs: number): void {
  // Only now is it the socket that carries everything: with TLS it is another one than the first.
  const { stream } = connectionOf.parse(client).connection
  stream.setTimeout(silenceMs, () => stream.destroy(new Error(`PostgreSQL said nothing for ${silenceMs} ms`)))
}

const connectionOf = z.object({ connection: z.object({ stream: z.instanceof(Socket) }) })

const { INT8, NUMERIC } = pg.types.builtins

/** Instants, ids and counts are below 2^53: numbers, as in SQLite. */
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  if (format !== 'binary' && (oid === INT8 || oid === NUMERIC)) return Number
  return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text')
}
