import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import type { Tables } from './schema.ts'
import type { Store } from './store.ts'

export class StoreInUse extends Error {
  override name = 'StoreInUse'
}

/** SQLite in `<dataDir>/bridge.db`, every commit on the disk before it is answered. One process at a time. */
export function openSqlite(dataDir: string): Store {
  mkdirSync(dataDir, { recursive: true })
  const lock = takeLock(dataDir)
  const database = new Database(join(dataDir, 'bridge.db'))
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.pragma('busy_timeout = 5000')
  database.pragma('foreign_keys = ON')
  database.pragma('cache_size = -16000')
  database.pragma('temp_store = MEMORY')
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: preparedOnce(database) }) })
  return {
    db,
    dialect: 'sqlite',
    exclusive: true,
    async close() {
      await db.destroy()
      if (database.open) database.close()
      lock.close()
    },
  }
}

/**
 * An exclusive SQLite transaction on a file of its own: the operating system ends it with the process, so that no stale
 * lock survives a kill -9.
 */
function takeLock(dataDir: string): Database.Database {
  const pidFile = join(dataDir, 'bridge.pid')
  const lock = new Database(join(dataDir, 'bridge.lock'), { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (!(error instanceof Database.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) throw error
    throw new StoreInUse(
      `Another process (pid ${readPid(pidFile)}) uses the data folder ${dataDir}. Stop it, or set DATA_DIR to another folder; several processes need DATABASE_URL.`,
    )
  }
  writeFileSync(pidFile, String(process.pid))
  return lock
}

function readPid(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return 'unknown'
  }
}

/** Statements kept by their text. More than this are not ours to expect: Kysely's text depends only on the query's shape. */
const STATEMENTS = 500

/** Kysely prepares every statement anew; preparing costs more than running. */
function preparedOnce(database: Database.Database) {
  const known = new Map<string, Database.Statement<unknown[]>>()
  return {
    close: () => void database.close(),
    prepare(sql: string) {
      const found = known.get(sql)
      if (found) return found
      if (known.size >= STATEMENTS) known.clear()
      const statement = database.prepare<unknown[]>(sql)
      known.set(sql, statement)
      return statement
    },
  }
}
