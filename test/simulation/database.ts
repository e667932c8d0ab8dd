import Database from 'better-sqlite3'
import { CompiledQuery, Kysely, type QueryResult, SqliteDialect } from 'kysely'
import { migrate } from '../../clarity-extension/store/migrate.ts'
import { createPutOffs } from '../../clarity-extension/store/put-off.ts'
import type { Tables } from '../../clarity-extension/store/schema.ts'
import { sqliteDialect } from '../../clarity-extension/store/sqlite-dialect.ts'
import type { Store } from '../../clarity-extension/store/store.ts'

/** One SQLite database in memory that outlives the processes which use it. */
export interface Shared {
  database: Database.Database
  /** The store as one process sees it. @param alone no other one is alive, as on SQLite */
  open(owner: Owner, alone: boolean): Store
  /** Events that are not through. */
  unfinished(): number
  /** A process died: a transaction that it had open is gone with it. */
  abandon(): void
  /** The life is over, also for a process that was only starting: nobody is answered any more. */
  end(): void
}

/** A process: once it is dead, nothing that it asked is answered. */
export interface Owner {
  alive(): boolean
  /** How long the way to the database and a commit take now. */
  pause(): Promise<void>
}

const never = () => new Promise<never>(() => undefined)

/** One database for all lives, made new between them: its statements stay prepared. */
let first: { database: Database.Database; renew: () => void } | undefined
const statements = new Map<string, Database.Statement<unknown[]>>()

export async function sharedDatabase(): Promise<Shared> {
  first?.renew()
  if (!first) {
    const database = await migrated()
    first = { database, renew: renewal(database) }
  }
  return shared(first.database)
}

function shared(database: Database.Database): Shared {
  let last: Promise<void> = Promise.resolve()
  let holder: { owner: Owner; release: () => void } | undefined
  let over = false

  const abandon = () => {
    if (holder && !holder.owner.alive()) {
      if (database.inTransaction) database.exec('rollback')
      holder.release()
    }
  }

  function query<Row>({ sql, parameters }: CompiledQuery): QueryResult<Row> {
    let statement = statements.get(sql)
    if (!statement) {
      statement = database.prepare<unknown[]>(sql)
      statements.set(sql, statement)
    }
    if (statement.reader) return { rows: statement.all(...parameters) as Row[] }
    const { changes, lastInsertRowid } = statement.run(...parameters)
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
  }

  const unfinished = database
    .prepare<[], number>(
      "select (select count(*) from events where state in ('ready', 'running')) + (select coalesce(sum(count), 0) from arrivals)",
    )
    .pluck()

  return {
    database,
    unfinished: () => unfinished.get() ?? 0,
    abandon,
    end() {
      over = true
      if (database.inTransaction) database.exec('rollback')
    },
    open(owner, alone) {
      const putOffs = createPutOffs()
      const answered = () => owner.alive() && !over
      const guarded = <T>(work: () => T): T | Promise<never> => (answered() ? work() : never())
      const connect = (ahead: boolean) =>
        new Kysely<Tables>({
          dialect: sqliteDialect(async (compiled) => guarded(() => query(compiled)), {
            async takeTurn(sql) {
              if (!ahead) await putOffs.before(sql)
              await owner.pause()
              const before = last
              const turn = Promise.withResolvers<void>()
              last = turn.promise
              await before
              if (!answered()) {
                turn.resolve()
                return never()
              }
              holder = {
                owner,
                release: () => {
                  holder = undefined
                  turn.resolve()
                },
              }
            },
            // Slow disks commit late: others wait, and a process may die before or after.
            async commitTransaction() {
              await owner.pause()
              await guarded(() => query(CompiledQuery.raw('commit')))
            },
            async releaseTurn() {
              if (holder?.owner === owner) holder.release()
              await owner.pause()
              if (!answered()) await never()
            },
          }),
        })
      const db = connect(false)
      const hurried = connect(true)
      return {
        db,
        dialect: 'sqlite',
        exclusive: alone,
        putOff: putOffs.add,
        run: (procedure, input) =>
          (procedure.ahead ? hurried : db).transaction().execute((trx) => procedure.run(trx, input)),
        close: async () => undefined,
      }
    },
  }
}

async function migrated(): Promise<Database.Database> {
  const database = new Database(':memory:')
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) })
  await migrate(db, 'sqlite')
  return database
}

/** Gives every table the rows that it has now. */
function renewal(database: Database.Database): () => void {
  const tables = database
    .prepare<[], string>(
      "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name",
    )
    .pluck()
    .all()
    .map((name) => {
      const rows = database.prepare<[], Record<string, unknown>>(`select * from "${name}"`).all()
      return {
        count: database.prepare<[], number>(`select count(*) from "${name}"`).pluck(),
        clear: database.prepare(`delete from "${name}"`),
        fill: rows.map((row) => {
          const columns = Object.keys(row)
          const sql = `insert into "${name}" (${columns.map((column) => `"${column}"`)}) values (${columns.map((column) => `@${column}`)})`
          return database.prepare(sql).bind(row)
        }),
      }
    })
  const sequences = database.prepare('delete from sqlite_sequence')
  return () => {
    database.exec('begin')
    for (const { count, clear, fill } of tables) {
      if (count.get() === 0) continue
      clear.run()
      for (const row of fill) row.run()
    }
    sequences.run()
    database.exec('commit')
  }
}
