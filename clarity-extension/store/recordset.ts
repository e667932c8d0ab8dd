import type { CompiledQuery } from 'kysely'

/** PostgreSQL's text for any number of rows, from its text for one; undefined where the text is not PostgreSQL's. */
export function asRecordset<Out>(
  query: CompiledQuery<Out>,
  columns: readonly string[],
  bytes: string | undefined,
): CompiledQuery<Out> | undefined {
  const values = `values (${columns.map((_, index) => `$${index + 1}`).join(', ')})`
  const table = /^insert into ("\w+") /.exec(query.sql)?.[1]
  if (table === undefined || !query.sql.includes(values)) return undefined
  const names = columns.map((column) => (column === bytes ? '"unnest"' : `"${column}"`)).join(', ')
  const recordset = `json_populate_recordset(null::${table}, $1)`
  const from = bytes === undefined ? recordset : `rows from (${recordset}, unnest($2::bytea[]))`
  const parameters = bytes === undefined ? ['[]'] : ['[]', '{}']
  return { ...query, sql: query.sql.replace(values, () => `select ${names} from ${from}`), parameters }
}

/** The column that has bytes: as they are, beside the JSON, where they would be twice as long. */
export function bytesColumn<Row extends object>(
  row: Row,
  columns: readonly (keyof Row & string)[],
): (keyof Row & string) | undefined {
  const [bytes, ...others] = columns.filter((column) => row[column] instanceof Uint8Array)
  if (others.length > 0) throw new Error(`only one column may have bytes: ${bytes}, ${others.join(', ')}`)
  return bytes
}

/** What the text of `asRecordset` takes. */
export function valuesOf<Row extends object>(
  rows: readonly Row[],
  columns: readonly (keyof Row & string)[],
  bytes: (keyof Row & string) | undefined,
): unknown[] {
  const json = asJson(
    rows,
    columns.filter((column) => column !== bytes),
  )
  return bytes === undefined ? [json] : [json, byteaArray(rows.map((row) => row[bytes]))]
}

/** These columns of these rows. Half a character is written as PostgreSQL's driver writes it; as JSON it would be refused. */
export function asJson<Row extends object>(rows: readonly Row[], columns: readonly (keyof Row & string)[]): string {
  const json = JSON.stringify(rows, [...columns])
  if (!json.includes('\\ud')) return json
  return json.replace(/\\(\\|ud[89a-f]..)/g, (found, what: string) => (what === '\\' ? found : '\ufffd'))
}

/** PostgreSQL's `bytea` among its types. */
const BYTEA = 17

/** A list of bytes as PostgreSQL reads an array in its binary form: dimensions, nulls, type, length, first index, then each with its length. */
export function byteaArray(items: readonly unknown[]): Buffer {
  const head = Buffer.alloc(20)
  for (const [index, value] of [1, 0, BYTEA, items.length, 1].entries()) head.writeInt32BE(value, index * 4)
  const parts = items.flatMap((item) => {
    if (!(item instanceof Uint8Array)) throw new Error('bytes in some rows and not in others')
    const length = Buffer.alloc(4)
    length.writeInt32BE(item.length)
    return [length, item]
  })
  return Buffer.concat([head, ...parts])
}
