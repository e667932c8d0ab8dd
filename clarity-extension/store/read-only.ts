import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { openPostgres } from './postgres.ts'
import type { Tables } from './schema.ts'
import type { Store } from './store.ts'

/**
 * The store of a bridge that may be running, for commands that only look. @throws when there is none
 */
export function openReadOnly(where: { dataDir: string } | { databaseUrl: string }): Store {
  if ('databaseUrl' in where) return openPostgres(where.databaseUrl)
  const file = join(where.dataDir, 'bridge.db')
  if (!existsSync(file)) throw new Error(`There is no store in ${where.dataDir}. Set DATA_DIR or DATABASE_URL.`)
  const database = new Database(file, { readonly: true })
  return {
    db: new Kysely<Tables>({ dialect: new SqliteDialect({ database }) }),
    dialect: 'sqlite',
    exclusive: false,
    putOff: () => undefined,
    run: () => Promise.reject(new Error('the store was opened to be read')),
    close: async () => void database.close(),
  }
}
