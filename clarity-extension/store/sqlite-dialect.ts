import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'

/** Queries are asked one after another: who has the turn has the connection. */
interface Turns extends Partial<Driver> {
  takeTurn(): Promise<void>
  releaseConnection(): Promise<void>
}

/** Kysely's SQLite over one connection that is not a driver's of its own. */
export function sqliteDialect(
  executeQuery: DatabaseConnection['executeQuery'],
  { takeTurn, ...driver }: Turns,
): Dialect {
  const connection: DatabaseConnection = {
    executeQuery,
    // biome-ignore lint/correctness/useYield: nothing here streams; Kysely's interface asks for it.
    async *streamQuery() {
      throw new Error('the SQLite store does not stream')
    },
  }
  const say = async (word: string) => void (await executeQuery(CompiledQuery.raw(word)))
  return {
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createDriver: () => ({
      init: async () => undefined,
      async acquireConnection() {
        await takeTurn()
        return connection
      },
      beginTransaction: () => say('begin'),
      commitTransaction: () => say('commit'),
      rollbackTransaction: () => say('rollback'),
      destroy: async () => undefined,
      ...driver,
    }),
  }
}
