import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely'
import { padded } from './padded.ts'
import { asJson, asRecordset, bytesColumn, updatesOfRecordset, valuesOf } from './recordset.ts'
import type { Tables } from './schema.ts'

const names = new Map<string, string>()

/** Under which a server keeps a statement prepared; undefined for any other query. */
export const nameOf = (text: string): string | undefined => names.get(text)

function named<Out>(query: CompiledQuery<Out>): CompiledQuery<Out> {
  if (!names.has(query.sql)) names.set(query.sql, `statement ${names.size + 1}`)
  return query
}

/**
 * A query that Kysely compiles once and that runs with other values afterwards: compiling costs more than running, and the
 * doors run one of these for every event.
 * @param build the query with any values in it; `bind` gives the values in the order in which the query's text has them
 */
export function statement<In, Out>(
  build: (db: Kysely<Tables>) => Compilable<Out>,
  bind: (input: In) => unknown[],
): (db: Kysely<Tables>, input: In) => Promise<Out[]> {
  let compiled: CompiledQuery<Out> | undefined
  return async (db, input) => {
    compiled ??= named(build(db).compile())
    return run(db, compiled, bind(input))
  }
}

/**
 * The same for a statement over the list of an `in (…)`: a text for each of the few lengths that `padded` gives. A server does not keep
 * these prepared: some read whole rows (`postgres-driver.ts`).
 * @param bind gets the padded list
 */
export function statementOfList<Value, In, Out>(
  build: (db: Kysely<Tables>, list: Value[]) => Compilable<Out>,
  bind: (list: Value[], input: In) => unknown[],
): (db: Kysely<Tables>, values: readonly Value[], input: In) => Promise<Out[]> {
  const compiled = new Map<number, CompiledQuery<Out>>()
  return async (db, values, input) => {
    const list = padded(values)
    const query = compiled.get(list.length) ?? build(db, list).compile()
    compiled.set(list.length, query)
    return run(db, query, bind(list, input))
  }
}

async function run<Out>(db: Kysely<Tables>, query: CompiledQuery<Out>, parameters: unknown[]): Promise<Out[]> {
  const result: QueryResult<Out> = await db.executeQuery({ ...fitting(query, parameters), parameters })
  return result.rows
}

function fitting<Out>(query: CompiledQuery<Out>, parameters: unknown[]): CompiledQuery<Out> {
  if (parameters.length !== query.parameters.length) throw new Error(`wrong number of values: ${query.sql}`)
  return query
}

/** Rows per statement on SQLite: few enough texts to keep all of them prepared. */
const SIZES = [128, 64, 32, 16, 8, 4, 2, 1] as const
/** On PostgreSQL, where the rows are one value: some megabytes of events. */
const AT_ONCE = 1_000

/**
 * The same for an insert of many rows. `columns` is the order of the values of one row. PostgreSQL gets them as one JSON value and one
 * text for any number of rows: hundreds of values cost this process more than everything else that it does for an event.
 * @param build gets as many sample rows as the statement shall take
 */
export function statementOfRows<Row extends object, Out>(
  columns: readonly (keyof Row & string)[],
  build: (db: Kysely<Tables>, rows: Row[]) => Compilable<Out>,
): (db: Kysely<Tables>, rows: readonly Row[]) => Promise<Out[]> {
  const compiled = new Map<number, CompiledQuery<Out>>()
  let recordset: CompiledQuery<Out> | undefined
  let bytes: (keyof Row & string) | undefined

  function textFor(db: Kysely<Tables>, rows: readonly Row[]): CompiledQuery<Out> {
    const known = compiled.get(rows.length)
    if (known) return known
    const inColumns = rows.map((row) => inOrder(row, columns))
    const query = build(db, inColumns).compile()
    compiled.set(rows.length, query)
    return query
  }

  return async (db, rows) => {
    const out: Out[] = []
    const [first] = rows
    if (!first) return out
    if (compiled.size === 0) {
      bytes = bytesColumn(first, columns)
      recordset = asRecordset(textFor(db, [first]), columns, bytes)
    }
    for (let from = 0; from < rows.length; ) {
      const left = rows.length - from
      const size = recordset ? Math.min(left, AT_ONCE) : (SIZES.find((candidate) => candidate <= left) ?? 1)
      const part = rows.slice(from, from + size)
      const values = recordset
        ? valuesOf(part, columns, bytes)
        : part.flatMap((row) => columns.map((column) => row[column]))
      out.push(...(await run(db, named(recordset ?? textFor(db, part)), values)))
      from += size
    }
    return out
  }
}

/**
 * The same for an update that gives each of many rows, found by their key, values of its own: on PostgreSQL one message for all of them. On
 * SQLite, which is in this process, there is no way to save. A server does not keep it prepared: a join that was planned while there were few
 * rows would read all of them, until PostgreSQL counts them again.
 * @param build updates one row with any values in it: these columns in this order, and then the key
 */
export function statementOfUpdates<Row extends object>(
  columns: readonly (keyof Row & string)[],
  key: keyof Row & string,
  build: (db: Kysely<Tables>) => Compilable<unknown>,
): (db: Kysely<Tables>, rows: readonly Row[]) => Promise<void> {
  const names = [...columns, key]
  let one: CompiledQuery<unknown> | undefined
  let recordset: CompiledQuery<unknown> | undefined
  return async (db, rows) => {
    if (rows.length === 0) return
    if (!one) {
      one = named(build(db).compile())
      recordset = updatesOfRecordset(one, columns, key)
    }
    if (recordset) return void (await run(db, recordset, [asJson(rows, names)]))
    for (const row of rows) {
      const values = names.map((name) => row[name])
      await run(db, one, values)
    }
  }
}

/** The query's text has a row's columns in the order of the sample's keys. One that is not named is one value too many. */
function inOrder<Row extends object>(row: Row, columns: readonly (keyof Row)[]): Row {
  return Object.assign(Object.fromEntries(columns.map((column) => [column, row[column]])), row)
}
