import { CompiledQuery, type DatabaseConnection, type Driver, type QueryResult } from 'kysely'
import type pg from 'pg'
import { nameOf } from './statement.ts'

/**
 * As Kysely's own, but for statements (`statement.ts`): their text is read and understood by PostgreSQL once per connection, which
 * takes it longer than running them. No other query is prepared: a `select *` would fail while a newer version adds a column.
 */
export class PreparingDriver implements Driver {
  readonly #pool: pg.Pool

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  async init() {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return new Connection(await this.#pool.connect())
  }

  async beginTransaction(connection: DatabaseConnection) {
    await connection.executeQuery(CompiledQuery.raw('begin'))
  }

  async commitTransaction(connection: DatabaseConnection) {
    await connection.executeQuery(CompiledQuery.raw('commit'))
  }

  async rollbackTransaction(connection: DatabaseConnection) {
    await connection.executeQuery(CompiledQuery.raw('rollback'))
  }

  async releaseConnection(connection: DatabaseConnection) {
    if (connection instanceof Connection) connection.release()
  }

  async destroy() {
    await this.#pool.end()
  }
}

const CHANGES = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE'])

class Connection implements DatabaseConnection {
  readonly #client: pg.PoolClient

  constructor(client: pg.PoolClient) {
    this.#client = client
  }

  async executeQuery<Row>({ sql: text, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const name = nameOf(text)
    const { command, rowCount, rows } = await this.#client.query({
      ...(name ? { name } : {}),
      text,
      values: [...parameters],
    })
    return { rows, ...(CHANGES.has(command) ? { numAffectedRows: BigInt(rowCount ?? 0) } : {}) }
  }

  // biome-ignore lint/correctness/useYield: nothing here streams; Kysely's interface asks for it.
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('the PostgreSQL store does not stream')
  }

  release() {
    this.#client.release()
  }
}
