import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { Kysely, type QueryResult } from 'kysely'
import { takeLock } from './lock.ts'
import type { Procedure } from './procedure.ts'
import type { Tables } from './schema.ts'
import type { Answer, Request } from './sqlite.ts'
import { sqliteDialect } from './sqlite-dialect.ts'

/** The thread that has the database file. It does one request after another, as the other side sends them. */
const { dataDir }: { dataDir: string } = workerData
const port = parentPort
if (!port) throw new Error('sqlite-thread runs as a worker thread')

/**
 * Pages in the write-ahead log before they are moved into the file, 256 MiB: what was written several times until then is moved
 * once, and the doors wait for the move. A start after a kill reads what is there again, a second for a full one.
 */
const CHECKPOINT_PAGES = 64_000

const lock = takeLock(dataDir)
const database = new Database(join(dataDir, 'bridge.db'))
database.pragma('journal_mode = WAL')
database.pragma('synchronous = FULL')
database.pragma('busy_timeout = 5000')
database.pragma('foreign_keys = ON')
database.pragma('cache_size = -2000')
database.pragma('temp_store = MEMORY')
database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
database.pragma(`journal_size_limit = ${CHECKPOINT_PAGES * 4096}`)

/** More texts are more than there are shapes of queries. */
const STATEMENTS = 500
const inQueries = keptStatements((sql) => sql)
const inProcedures = keptStatements(orFail)
const alone = async () => undefined
const db = new Kysely<Tables>({
  dialect: sqliteDialect(async ({ sql, parameters }) => query(inProcedures(sql), parameters), {
    takeTurn: alone,
    releaseTurn: alone,
    rollbackTransaction: async () => void rollback(),
  }),
})

/** Procedures in one transaction. */
const TOGETHER = 16
const queue: Request[] = []
let busy = false
port.on('message', (request: Request) => {
  queue.push(request)
  if (busy) return
  busy = true
  setImmediate(workOff)
})
port.postMessage({ id: 0, result: undefined } satisfies Answer)

/** In the order in which the other side asked. Procedures that wait one behind the other are one write to the disk. */
async function workOff(): Promise<void> {
  const procedures = takeTogether()
  const batch = procedures.length > 0 ? procedures : queue.splice(0, 1)
  const answers = (procedures.length > 1 && (await together(procedures))) || (await inTurn(batch))
  for (const answer of answers) port?.postMessage(answer)
  busy = queue.length > 0
  // What has come meanwhile is heard first.
  if (busy) setImmediate(workOff)
}

function takeTogether(): ProcedureRequest[] {
  const taken: ProcedureRequest[] = []
  for (const request of queue.slice(0, TOGETHER)) {
    if (!isProcedure(request)) break
    taken.push(request)
  }
  queue.splice(0, taken.length)
  return taken
}

/** @returns undefined when any of them failed: nothing is done then, and each is to be tried alone. */
async function together(procedures: ProcedureRequest[]): Promise<Answer[] | undefined> {
  try {
    return await db.transaction().execute(async (trx) => {
      const answers: Answer[] = []
      for (const { id, module, name, input } of procedures)
        answers.push({ id, result: await (await load(module, name)).run(trx, input) })
      return answers
    })
  } catch {
    return undefined
  }
}

async function inTurn(requests: Request[]): Promise<Answer[]> {
  const answers: Answer[] = []
  for (const request of requests) answers.push(await serve(request))
  return answers
}

type ProcedureRequest = Extract<Request, { kind: 'procedure' }>
const isProcedure = (request: Request): request is ProcedureRequest => request.kind === 'procedure'

async function serve(request: Request): Promise<Answer> {
  try {
    return { id: request.id, result: await answer(request) }
  } catch (error) {
    return { id: request.id, error: plain(error) }
  }
}

async function answer(request: Request): Promise<unknown> {
  switch (request.kind) {
    case 'query':
      return request.sql === 'rollback' ? rollback() : query(inQueries(request.sql), request.parameters)
    case 'procedure': {
      const found = await load(request.module, request.name)
      return db.transaction().execute((trx) => found.run(trx, request.input))
    }
    case 'close':
      database.close()
      lock.close()
      return undefined
  }
}

function query<Row>(statement: Database.Statement<unknown[]>, parameters: readonly unknown[]): QueryResult<Row> {
  // What a row has is what its query asks for.
  if (statement.reader) return { rows: statement.all(...parameters) as Row[] }
  const { changes, lastInsertRowid } = statement.run(...parameters)
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
}

/** What failed for want of a disk SQLite has taken back by itself. */
function rollback() {
  if (database.inTransaction) database.exec('rollback')
  return { rows: [] }
}

/** Statements kept by their text: preparing costs more than running. Kysely's text depends only on the query's shape, so that there are few. */
function keptStatements(worded: (sql: string) => string) {
  const kept = new Map<string, Database.Statement<unknown[]>>()
  return (sql: string): Database.Statement<unknown[]> => {
    const known = kept.get(sql)
    if (known) return known
    if (kept.size >= STATEMENTS) kept.clear()
    const statement = database.prepare<unknown[]>(worded(sql))
    kept.set(sql, statement)
    return statement
  }
}

/**
 * SQLite copies every page that a statement changes, to take back that statement alone when one of its rows fails. A procedure that fails
 * is taken back whole: without the copies storing a group costs a fifth less.
 */
function orFail(sql: string): string {
  return sql.replace(/^(insert(?= into )|update(?= "))/, '$1 or fail')
}

async function load(module: string, name: string): Promise<Procedure<unknown, unknown>> {
  const exported: Record<string, Procedure<unknown, unknown> | undefined> = await import(module)
  const found = exported[name]
  if (!found) throw new Error(`${module} exports no procedure ${name}`)
  return found
}

/** Errors lose their own fields on the way between threads. */
function plain(error: unknown): Answer['error'] {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  return { name: error.name, message: error.message, stack: error.stack, ...code }
}
