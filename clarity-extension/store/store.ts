import type { Kysely } from 'kysely'
import { migrate } from './migrate.ts'
import { openPostgres } from './postgres.ts'
import type { Tables } from './schema.ts'
import { openSqlite } from './sqlite.ts'

export type Dialect = 'sqlite' | 'postgres'

export interface Store {
  db: Kysely<Tables>
  dialect: Dialect
  /** This process is the only one that uses the store: what a previous process left leased is free. */
  exclusive: boolean
  close(): Promise<void>
}

/**
 * Opens the store and brings its tables up to date.
 * @throws StoreInUse when another process has the data folder, StoreTooNew when a newer version of the bridge wrote it
 */
export async function openStore(where: { dataDir: string } | { databaseUrl: string }): Promise<Store> {
  const store = 'dataDir' in where ? openSqlite(where.dataDir) : openPostgres(where.databaseUrl)
  try {
    await migrate(store.db, store.dialect)
  } catch (error) {
    await store.close()
    throw error
  }
  return store
}
