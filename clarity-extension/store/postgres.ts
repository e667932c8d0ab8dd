import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Tables } from './schema.ts'
import type { Store } from './store.ts'

/** A door answers 503 rather than wait longer than its sender does. */
const CONNECT_MS = 10_000

/** PostgreSQL, for several replicas on one store. */
export function openPostgres(databaseUrl: string): Store {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 10,
    connectionTimeoutMillis: CONNECT_MS,
    types: { getTypeParser },
  })
  // An idle connection that breaks is replaced by the pool; without a listener the process would end.
  pool.on('error', () => undefined)
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  return {
    db,
    dialect: 'postgres',
    exclusive: false,
    run: (procedure, input) => db.transaction().execute((trx) => procedure.run(trx, input)),
    close: () => db.destroy(),
  }
}

const { INT8, NUMERIC } = pg.types.builtins

/** Instants, ids and counts are below 2^53: numbers, as in SQLite. */
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  if (format !== 'binary' && (oid === INT8 || oid === NUMERIC)) return Number
  return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text')
}
