import { CompiledQuery, type DatabaseConnection, type Driver, type QueryResult } from 'kysely'
import type pg from 'pg'
import { nameOf } from './statement.ts'

/**
 * As Kysely's own, but for statements (`statement.ts`): their text is read and understood by PostgreSQL once per connection, which
 * takes it longer than running them. No other query is prepared: a `select *` would fail while a newer version adds a column.
 */
export class PreparingDriver implements Driver {
  readonly #pool: pg.Pool
  readonly #before: Before | undefined

  /** @param before what the first query of a transaction, or any other, waits for */
  constructor(pool: pg.Pool, before?: Before) {
    this.#pool = pool
    this.#before = before
  }

  async init() {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return new Connection(this.#pool, this.#before)
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

type Before = (sql: string) => Promise<void>

/** Taken from the pool with the first query: who waits for what was put off would keep it from whoever does it. */
class Connection implements DatabaseConnection {
  readonly #pool: pg.Pool
  readonly #before: Before | undefined
  #client: pg.PoolClient | undefined

  constructor(pool: pg.Pool, before: Before | undefined) {
    this.#pool = pool
    this.#before = before
  }

  async executeQuery<Row>({ sql: text, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    if (!this.#client) {
      await this.#before?.(text)
      this.#client = await this.#pool.connect()
    }
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
    this.#client?.release()
  }
}
