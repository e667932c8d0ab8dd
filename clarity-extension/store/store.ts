import type { Transferable } from 'node:worker_threads'
import type { Kysely } from 'kysely'
import { migrate } from './migrate.ts'
import type { Procedure } from './procedure.ts'
import type { PutOff } from './put-off.ts'
import type { Tables } from './schema.ts'

export type Dialect = 'sqlite' | 'postgres'

export interface Store {
  db: Kysely<Tables>
  dialect: Dialect
  /** This process is the only one that uses the store: what a previous process left leased is free. */
  exclusive: boolean
  /** From now on who needs what was put off waits for it, in this process. */
  putOff(work: PutOff): void
  /**
   * Runs a procedure in a transaction of its own. Resolves after the commit, which is on the disk.
   * @param transfer buffers inside `input` that may be given away
   */
  run<In, Out>(procedure: Procedure<In, Out>, input: In, transfer?: Transferable[]): Promise<Out>
  close(): Promise<void>
}

/**
 * Opens the store and brings its tables up to date. Only the driver that is used is loaded.
 * @throws StoreInUse when another process has the data folder, StoreTooNew when a newer version of the bridge wrote it
 */
export async function openStore(where: { dataDir: string } | { databaseUrl: string }): Promise<Store> {
  if ('databaseUrl' in where) {
    const { openPostgres } = await import('./postgres.ts')
    await upToDate(openPostgres(where.databaseUrl, 0)).then((store) => store.close())
    return openPostgres(where.databaseUrl)
  }
  return upToDate(await (await import('./sqlite.ts')).openSqlite(where.dataDir))
}

async function upToDate(store: Store): Promise<Store> {
  try {
    await migrate(store.db, store.dialect)
  } catch (error) {
    await store.close()
    throw error
  }
  return store
}
