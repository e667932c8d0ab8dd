import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'

/** Another process has the data folder. */
export class StoreInUse extends Error {
  override name = 'StoreInUse'
}

/**
 * An exclusive SQLite transaction on a file of its own: the operating system ends it with the process, so that no stale
 * lock survives a kill -9.
 * @throws StoreInUse
 */
export function takeLock(dataDir: string): Database.Database {
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
