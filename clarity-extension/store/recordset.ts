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

/** PostgreSQL's text for updates of any number of rows, from its text for one; undefined where the text is not PostgreSQL's. */
export function updatesOfRecordset<Out>(
  query: CompiledQuery<Out>,
  columns: readonly string[],
  key: string,
): CompiledQuery<Out> | undefined {
  const table = /^update ("\w+") /.exec(query.sql)?.[1]
  const set = columns.map((column, index) => `"${column}" = $${index + 1}`).join(', ')
  if (query.sql !== `update ${table} set ${set} where "${key}" = $${columns.length + 1}`) return undefined
  const given = columns.map((column) => `"${column}" = given."${column}"`).join(', ')
  const text = `update ${table} set ${given} from json_populate_recordset(null::${table}, $1) as given where ${table}."${key}" = given."${key}"`
  return { ...query, sql: text, parameters: ['[]'] }
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

/** How bytes are written, e.g. sealed. */
export interface Writing {
  length(bytes: Uint8Array): number
  write(bytes: Uint8Array, out: Uint8Array, at: number): void
}

export const asTheyAre: Writing = { length: (bytes) => bytes.length, write: (bytes, out, at) => out.set(bytes, at) }

/**
 * A list of bytes as PostgreSQL reads an array in its binary form: dimensions, nulls, type, length, first index, then each with its length.
 * One buffer, and nothing is copied on the way: what is let go of is a good part of the work of a door.
 */
export function byteaArray(items: readonly unknown[], { length, write }: Writing = asTheyAre): Buffer {
  const parts = items.map(bytesOf)
  const lengths = parts.map(length)
  const head = [1, 0, BYTEA, items.length, 1]
  const array = Buffer.allocUnsafe(lengths.reduce((sum, own) => sum + 4 + own, head.length * 4))
  let at = 0
  for (const value of head) at = array.writeInt32BE(value, at)
  for (const [index, part] of parts.entries()) {
    const own = lengths[index] ?? 0
    at = array.writeInt32BE(own, at)
    write(part, array, at)
    at += own
  }
  return array
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw new Error('bytes in some rows and not in others')
}
