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
  /** @param sql what will be asked first; of a transaction it is `begin` */
  takeTurn(sql: string): Promise<void>
  /** Of who has the turn. */
  releaseTurn(): Promise<void>
}

/** Kysely's SQLite over one connection that is not a driver's of its own. */
export function sqliteDialect(
  executeQuery: DatabaseConnection['executeQuery'],
  { takeTurn, releaseTurn, ...driver }: Turns,
): Dialect {
  const turns = new WeakSet<DatabaseConnection>()
  const connect = (): DatabaseConnection => {
    const connection: DatabaseConnection = {
      async executeQuery<Row>(compiled: CompiledQuery) {
        if (!turns.has(connection)) {
          await takeTurn(compiled.sql)
          turns.add(connection)
        }
        return executeQuery<Row>(compiled)
      },
      // biome-ignore lint/correctness/useYield: nothing here streams; Kysely's interface asks for it.
      async *streamQuery() {
        throw new Error('the SQLite store does not stream')
      },
    }
    return connection
  }
  const saying = (word: string) => async (connection: DatabaseConnection) =>
    void (await connection.executeQuery(CompiledQuery.raw(word)))
  return {
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createDriver: () => ({
      init: async () => undefined,
      acquireConnection: async () => connect(),
      beginTransaction: saying('begin'),
      commitTransaction: saying('commit'),
      rollbackTransaction: saying('rollback'),
      async releaseConnection(connection) {
        if (turns.has(connection)) await releaseTurn()
      },
      destroy: async () => undefined,
      ...driver,
    }),
  }
}
