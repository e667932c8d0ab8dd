import { z } from 'zod'
import type { Json } from '../mapping/json.ts'
import type { EntryChange } from './entries.ts'

export type FileFormat = 'json' | 'csv'
export type ReadFile = { ok: true; entries: EntryChange[] } | { ok: false; line: number; message: string }

/** Entries as a file that another installation takes, or a person edits in a spreadsheet. */
export function writeEntriesFile(entries: readonly EntryChange[], format: FileFormat): string {
  if (format === 'csv') {
    const rows = entries.map(({ table, key, result, shown }) => [table, key, cellOf(result), shown ?? ''])
    return `${[HEAD, ...rows].map((row) => row.map(quoted).join(',')).join('\r\n')}\r\n`
  }
  const byTable = Map.groupBy(
    entries.filter(({ result }) => result !== undefined),
    ({ table }) => table,
  )
  const tables = Object.fromEntries(
    [...byTable].map(([table, own]) => [
      table,
      Object.fromEntries(own.map(({ key, result, shown }) => [key, { result, ...(shown && { shown }) }])),
    ]),
  )
  return `${JSON.stringify({ clarityLookups: 1, tables }, null, 2)}\n`
}

export function readEntries(text: string, format: FileFormat): ReadFile {
  return format === 'csv' ? readCsv(text) : readJson(text)
}

const HEAD = ['table', 'value', 'result', 'shown']

const fileShape = z.strictObject({
  clarityLookups: z.literal(1),
  tables: z.record(
    z.string(),
    z.record(z.string(), z.strictObject({ result: z.json(), shown: z.string().optional() })),
  ),
})

function readJson(text: string): ReadFile {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch (error) {
    return { ok: false, line: 1, message: error instanceof Error ? error.message : 'is no JSON' }
  }
  const parsed = fileShape.safeParse(raw)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return { ok: false, line: 1, message: `${issue?.path.join(' › ') || 'the file'}: ${issue?.message}` }
  }
  const entries = Object.entries(parsed.data.tables).flatMap(([table, values]) =>
    Object.entries(values).map(([key, { result, shown }]) => ({ table, key, result, shown: shown ?? null })),
  )
  return { ok: true, entries }
}

function readCsv(text: string): ReadFile {
  const rows = cells(text.replace(/^\uFEFF/, ''))
  if (rows === undefined) return { ok: false, line: 1, message: 'a quote is opened and never closed' }
  const [head, ...lines] = rows
  if (head?.slice(0, 3).join() !== HEAD.slice(0, 3).join())
    return { ok: false, line: 1, message: `the first line is ${HEAD.join(',')}` }
  const entries: EntryChange[] = []
  for (const [index, [table = '', key = '', result = '', shown = '']] of lines.entries()) {
    const value = resultOf(result)
    if (table === '' || key === '') return { ok: false, line: index + 2, message: 'table and value are needed' }
    if (value === undefined) return { ok: false, line: index + 2, message: `“${result}” is no result` }
    entries.push({ table: bare(table), key: bare(key), result: value, shown: bare(shown) || null })
  }
  return { ok: true, entries }
}

/** RFC 4180: quoted cells may hold commas, quotes and line breaks. undefined: a quote is never closed. */
function cells(text: string): string[][] | undefined {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let inQuotes = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (inQuotes) {
      if (char !== '"') cell += char
      else if (text[at + 1] === '"') cell += text[++at]
      else inQuotes = false
    } else if (char === '"' && cell === '') inQuotes = true
    else if (char === ',') {
      row.push(cell)
      cell = ''
    } else if (char === '\n' || char === '\r') {
      if (char === '\r' && text[at + 1] === '\n') at++
      row.push(cell)
      if (row.length > 1 || cell !== '') rows.push(row)
      row = []
      cell = ''
    } else cell += char
  }
  if (inQuotes) return undefined
  row.push(cell)
  if (row.length > 1 || cell !== '') rows.push(row)
  return rows
}

/** A text stays a text; anything else is JSON behind a colon, e.g. `:42` is the record with the id 42. */
function cellOf(result: Json | undefined): string {
  if (typeof result === 'string' && !result.startsWith(':')) return result
  return `:${JSON.stringify(result ?? null)}`
}

function resultOf(cell: string): Json | undefined {
  const text = bare(cell)
  if (!text.startsWith(':')) return text === '' ? undefined : text
  try {
    return z.json().parse(JSON.parse(text.slice(1)))
  } catch {
    return undefined
  }
}

/** A spreadsheet runs what begins like this; an apostrophe keeps it a text. https://owasp.org/www-community/attacks/CSV_Injection */
const ACTIVE = /^'*[=+\-@\t]/
const quoted = (cell: string): string => {
  const safe = ACTIVE.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
const bare = (cell: string): string => (cell.startsWith("'") && ACTIVE.test(cell.slice(1)) ? cell.slice(1) : cell)
