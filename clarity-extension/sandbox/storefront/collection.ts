import { createHash, randomBytes } from 'node:crypto'
import type Database from 'better-sqlite3'
import type { z } from 'zod'
import { canonical } from './canonical.ts'
import type { Db } from './database.ts'
import { HttpProblem, invalid, invalidBy } from './problem.ts'

export interface Identified {
  id: string
  externalKey?: string | null | undefined
  updatedAt: string
}

/** A record and the version that its ETag shows. */
export interface Stored<T> {
  record: T
  version: number
}

export interface ListQuery {
  pageSize: number
  pageIndex: number
  updatedAtMin?: string | undefined
  /** `parent`, or a field of the record. */
  where?: Record<string, string | undefined>
}

export interface PageOf<T> {
  results: T[]
  totalCount: number
  pageIndex: number
  pageSize: number
}

export type Collection<T extends Identified> = ReturnType<typeof createCollection<T>>

/** All records of one kind. Writes belong inside a transaction of the caller. */
export function createCollection<T extends Identified>(db: Db, kind: string, shape: z.ZodType<T>, clock: () => number) {
  const byId = db.prepare<[string, string], Row>('SELECT body, version FROM records WHERE kind = ? AND id = ?')
  const byExternalKey = db.prepare<[string, string], Row>(
    'SELECT body, version FROM records WHERE kind = ? AND external_key = ?',
  )
  const add = db.prepare(
    'INSERT INTO records (kind, id, parent, external_key, updated_at, version, body) VALUES (?, ?, ?, ?, ?, 1, ?)',
  )
  const change = db.prepare(
    'UPDATE records SET external_key = ?, updated_at = ?, version = version + 1, body = ? WHERE kind = ? AND id = ?',
  )
  const remove = db.prepare('DELETE FROM records WHERE kind = ? AND id = ?')
  const byParent = db.prepare<[string, string], Row>(
    // Without statistics SQLite would walk the whole kind; and its ORDER BY costs ten times the look-up.
    'SELECT body, version FROM records INDEXED BY records_parent WHERE kind = ? AND parent = ?',
  )
  const statements = new Map<string, Statement>()
  const all = db.prepare<[string], Row>('SELECT body, version FROM records WHERE kind = ? ORDER BY id')

  return {
    kind,
    get: (id: string): Stored<T> | undefined => stored(byId.get(kind, id)),
    byKey: (key: string): Stored<T> | undefined => stored(byExternalKey.get(kind, key)),

    /** The records of one parent, oldest first. */
    under: (parent: string): T[] =>
      byParent
        .all(kind, parent)
        .map((row) => read(row).record)
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
    /** Any one of them. */
    anyUnder: (parent: string): Stored<T> | undefined => stored(byParent.get(kind, parent)),

    /** What the shape does not allow is refused by field. @param parent what `where.parent` finds it by */
    insert(record: Record<string, unknown>, parent?: string): Stored<T> {
      const complete = parse({ ...record, updatedAt: new Date(clock()).toISOString() })
      const { id, externalKey = null, updatedAt } = complete
      guardKey(id, externalKey)
      add.run(kind, id, parent ?? null, externalKey, updatedAt, JSON.stringify(complete))
      return { record: complete, version: 1 }
    },

    /** Writes the record if it differs from what is stored. */
    save(before: Stored<T>, wanted: T): Stored<T> & { changed: boolean } {
      const complete = later(before, wanted)
      if (sameContent(complete, before.record)) return { ...before, changed: false }
      return { ...overwrite(before, complete), changed: true }
    },

    /** As `save`, of what stands in a request: what the shape does not allow is refused by field. */
    merge(before: Stored<T>, changes: Record<string, unknown>): Stored<T> & { changed: boolean } {
      return this.save(before, parse({ ...before.record, ...changes, id: before.record.id }))
    },

    /** A new version of the same content: something that belongs to the record has changed. */
    touch: (before: Stored<T>): Stored<T> => overwrite(before, later(before, before.record)),

    remove: (id: string): boolean => remove.run(kind, id).changes > 0,

    list({ pageSize, pageIndex, updatedAtMin, where = {} }: ListQuery): PageOf<T> {
      const { sql, values } = condition(kind, updatedAtMin, where)
      const { count, page } = statement(sql)
      const rows = page.all(...values, pageSize, pageIndex * pageSize)
      return {
        results: rows.map((row) => read(row).record),
        totalCount: count.get(...values)?.n ?? 0,
        pageIndex,
        pageSize,
      }
    },

    digest: (): { id: string; externalKey: string | null; hash: string }[] =>
      all.all(kind).map((row) => {
        const { record } = read(row)
        return { id: record.id, externalKey: record.externalKey ?? null, hash: hashOf(record) }
      }),
  }

  /** The conditions are few: each is prepared once. */
  function statement(where: string): Statement {
    const known = statements.get(where)
    if (known) return known
    const made = {
      count: db.prepare<unknown[], { n: number }>(`SELECT count(*) AS n FROM records ${where}`),
      page: db.prepare<unknown[], Row>(
        `SELECT body, version FROM records ${where} ORDER BY updated_at, id LIMIT ? OFFSET ?`,
      ),
    }
    statements.set(where, made)
    return made
  }

  /** updatedAt always moves forward, also within a millisecond. */
  function later(before: Stored<T>, wanted: T): T {
    const now = Math.max(clock(), Date.parse(before.record.updatedAt) + 1)
    return parse({ ...wanted, id: before.record.id, updatedAt: new Date(now).toISOString() })
  }

  function overwrite({ version }: Stored<T>, record: T): Stored<T> {
    const { id, externalKey = null, updatedAt } = record
    guardKey(id, externalKey)
    change.run(externalKey, updatedAt, JSON.stringify(record), kind, id)
    return { record, version: version + 1 }
  }

  function guardKey(id: string, externalKey: string | null): void {
    const owner = externalKey === null ? undefined : stored(byExternalKey.get(kind, externalKey))
    if (owner && owner.record.id !== id) {
      throw invalid({ field: '/externalKey', code: 'duplicate_key', message: `The key belongs to ${owner.record.id}.` })
    }
  }

  function parse(record: unknown): T {
    const result = shape.safeParse(record)
    if (!result.success) throw invalidBy(result.error)
    return result.data
  }

  function stored(row: Row | undefined): Stored<T> | undefined {
    return row && read(row)
  }

  function read(row: Row): Stored<T> {
    return { record: shape.parse(JSON.parse(row.body)), version: row.version }
  }
}

/** What an ETag looks like. */
export const etagOf = (version: number): string => `"v${version}"`

/** Throws 412 when the caller read another version. */
export function matchVersion(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return
  const wanted = ifMatch.split(',').map((tag) => tag.trim())
  if (wanted.includes(etagOf(version))) return
  throw new HttpProblem(412, 'stale_version', 'The record has changed since it was read. Read it again.', {
    headers: { ETag: etagOf(version) },
  })
}

/** Ids sort by time and never meet those of another sandbox, so that a fresh shop beside an old Odoo cannot confuse it. */
export const newId = (prefix: string, now: number): string =>
  `${prefix}_${now.toString(36)}${randomBytes(5).toString('hex')}`

interface Statement {
  count: Database.Statement<unknown[], { n: number }>
  page: Database.Statement<unknown[], Row>
}

interface Row {
  body: string
  version: number
}

function condition(kind: string, updatedAtMin: string | undefined, where: Record<string, string | undefined>) {
  const parts = ['kind = ?']
  const values: unknown[] = [kind]
  if (updatedAtMin !== undefined) {
    parts.push('updated_at >= ?')
    values.push(new Date(updatedAtMin).toISOString())
  }
  for (const [field, value] of Object.entries(where)) {
    if (value === undefined) continue
    parts.push(field === 'parent' ? 'parent = ?' : `json_extract(body, '$.${field}') = ?`)
    values.push(value)
  }
  return { sql: `WHERE ${parts.join(' AND ')}`, values }
}

/** Both came through the same shape, so equal content is equal text. */
function sameContent(a: Identified, b: Identified): boolean {
  return JSON.stringify({ ...a, updatedAt: '' }) === JSON.stringify({ ...b, updatedAt: '' })
}

/** The contract's digest: SHA-256 of the record's JSON without updatedAt, keys sorted at every level. */
function hashOf(record: Identified): string {
  const { updatedAt: _, ...rest } = record
  return createHash('sha256').update(canonical(rest)).digest('hex')
}
