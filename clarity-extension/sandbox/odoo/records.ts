import type { Database, Statement } from 'better-sqlite3'
import { beyondStandIn } from './error.ts'
import { fieldsOf } from './models.ts'

/** A value as it is stored: decimals as text, a many2one as an id, a many2many as ids. */
export type Stored = string | number | boolean | null | number[]
export type Values = Record<string, Stored>
export type Row = Values & { id: number }

export type Records = ReturnType<typeof openRecords>

/** Odoo's records, all models in one table. Synchronous: SQLite runs in this process. @param now milliseconds */
export function openRecords(db: Database, now: () => number = Date.now) {
  db.exec(`
    CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, last INTEGER NOT NULL);
    ${hasColumn(db, 'written') ? '' : 'ALTER TABLE record ADD COLUMN written INTEGER NOT NULL DEFAULT 0;'}
    CREATE INDEX IF NOT EXISTS record_written ON record (model, written, id);
    ${INDEXED.map((field) => `CREATE INDEX IF NOT EXISTS record_${field} ON record (model, body ->> '$.${field}');`).join('\n')}`)
  const select = db.prepare<[string, number], { body: string }>('SELECT body FROM record WHERE model = ? AND id = ?')
  const insert = db.prepare('INSERT INTO record (model, id, body, written) VALUES (?, ?, ?, ?)')
  const change = db.prepare('UPDATE record SET body = ?, written = ? WHERE model = ? AND id = ?')
  const changed = db.prepare<unknown[], { id: number; written: number }>(
    `SELECT id, written FROM record WHERE model = ? AND (written > ? OR (written = ? AND id > ?))
     ORDER BY written, id LIMIT ?`,
  )
  const ids = db.prepare<unknown[], { id: number }>(
    'SELECT id FROM record WHERE model = ? AND id > ? ORDER BY id LIMIT ?',
  )
  const drop = db.prepare('DELETE FROM record WHERE model = ? AND id = ?')
  const count = db.prepare<[string], { last: number }>(
    'INSERT INTO counter (name, last) VALUES (?, 1) ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last',
  )

  const found = new Map<string, Statement<unknown[], { id: number; body: string }>>()
  const finding = (text: string) => {
    const statement = found.get(text) ?? db.prepare<unknown[], { id: number; body: string }>(text)
    found.set(text, statement)
    return statement
  }

  const records = {
    /** The next number of a sequence, from 1. */
    next(sequence: string): number {
      return count.get(sequence)?.last ?? 1
    },
    get(model: string, id: number): Row | undefined {
      const found = select.get(model, id)
      return found && rowOf(id, found.body)
    },
    create(model: string, values: Values): Row {
      const id = records.next(model)
      insert.run(model, id, JSON.stringify(values), now())
      return { ...values, id }
    },
    update(model: string, id: number, values: Values): void {
      const { id: _, ...before } = records.get(model, id) ?? { id }
      change.run(JSON.stringify({ ...before, ...values }), now(), model, id)
    },
    /** Ids by the time of their last change, after a position. */
    changed(model: string, since: number, after: number, limit: number): { id: number; written: number }[] {
      return changed.all(model, since, since, after, limit)
    },
    /** Ids after one, ascending. */
    idsAfter: (model: string, after: number, limit: number): number[] =>
      ids.all(model, after, limit).map(({ id }) => id),
    remove(model: string, id: number): void {
      drop.run(model, id)
    },
    /** Rows whose fields equal `by`, oldest first; a dotted path follows many2ones. Archived ones only when asked for. */
    find(model: string, by: Values, { archived = false } = {}): Row[] {
      const { direct, dotted } = pathsOf(model, by, archived)
      const { where, bound } = whereOf(model, direct)
      const rows = finding(`SELECT id, body FROM record ${where} ORDER BY id`)
        .all(...bound)
        .map(({ id, body }) => rowOf(id, body))
      return rows.filter((row) => dotted.every(([path, value]) => follow(model, row, path.split('.')) === value))
    },
    /** How many `find` would give. */
    count(model: string, by: Values): number {
      const { direct, dotted } = pathsOf(model, by, false)
      if (dotted.length > 0) return records.find(model, by).length
      const { where, bound } = whereOf(model, direct)
      return finding(`SELECT count(*) AS id, '' AS body FROM record ${where}`).get(...bound)?.id ?? 0
    },
  }

  function follow(model: string, row: Row, [field = '', ...rest]: string[]): Stored | undefined {
    const value = row[known(model, field)]
    if (rest.length === 0) return value
    const relation = fieldsOf(model)?.[field]?.relation
    const next = relation && typeof value === 'number' ? records.get(relation, value) : undefined
    return next && relation ? follow(relation, next, rest) : undefined
  }

  return records
}

type Conditions = [path: string, value: Stored][]

/** Those of the record itself, and those of what it points to. */
function pathsOf(model: string, by: Values, archived: boolean): { direct: Conditions; dotted: Conditions } {
  const all = Object.entries(by)
  const dotted = all.filter(([path]) => path.includes('.'))
  const direct = all.filter(([path]) => !path.includes('.'))
  if (fieldsOf(model)?.active && !archived) direct.push(['active', true])
  return { direct, dotted }
}

function whereOf(model: string, direct: Conditions) {
  const conditions = direct.map(([field, value]) => `AND ${column(model, field)} ${value === null ? 'IS NULL' : '= ?'}`)
  const bound = direct.flatMap(([, value]) => (value === null ? [] : [boundOf(value)]))
  const index = INDEXED.find((field) => direct.some(([path, value]) => path === field && value !== null))
  return {
    where: `${index ? `INDEXED BY record_${index}` : ''} WHERE model = ? ${conditions.join(' ')}`,
    bound: [model, ...bound],
  }
}

/** The most telling first. SQLite, who has not counted, would rather read all records of the model: it is told which index to take. */
const INDEXED = [
  'client_order_ref',
  'default_code',
  'email',
  'email_normalized',
  'code',
  'order_id',
  'picking_id',
  'sale_id',
  'parent_id',
  'partner_id',
  'product_id',
]

const column = (model: string, field: string) => (field === 'id' ? 'id' : `body ->> '$.${known(model, field)}'`)

/** Only names of known fields reach SQL. */
function known(model: string, field: string): string {
  if (!Object.hasOwn(fieldsOf(model) ?? {}, field)) throw beyondStandIn(`has no field ${model}.${field}`)
  return field
}

function boundOf(value: Stored): string | number | null {
  if (typeof value === 'boolean') return Number(value)
  return Array.isArray(value) ? JSON.stringify(value) : value
}

function rowOf(id: number, body: string): Row {
  const values: Values = JSON.parse(body)
  return { ...values, id }
}

/** A sandbox that was made by an older version keeps its data. */
function hasColumn(db: Database, name: string): boolean {
  db.exec(`CREATE TABLE IF NOT EXISTS record (model TEXT NOT NULL, id INTEGER NOT NULL, body TEXT NOT NULL,
    written INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (model, id)) WITHOUT ROWID`)
  return db
    .prepare<[], { name: string }>('PRAGMA table_info(record)')
    .all()
    .some((column) => column.name === name)
}
