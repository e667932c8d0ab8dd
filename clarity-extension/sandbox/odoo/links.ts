import type { Database } from 'better-sqlite3'

/** `clarity.link`: which Clarity record is which record here, and what was applied last. */
export interface Link {
  store: string
  kind: string
  ref: string
  model: string
  res_id: number
  version: string
  hash: string | null
  traceparent: string | null
}

export type Links = ReturnType<typeof openLinks>

export function openLinks(db: Database) {
  db.exec(`
    CREATE TABLE IF NOT EXISTS link (store TEXT NOT NULL, kind TEXT NOT NULL, ref TEXT NOT NULL, model TEXT NOT NULL,
      res_id INTEGER NOT NULL, version TEXT NOT NULL, hash TEXT, traceparent TEXT, PRIMARY KEY (store, kind, ref)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS link_record ON link (model, res_id);`)
  const get = db.prepare<[string, string, string], Link>('SELECT * FROM link WHERE store = ? AND kind = ? AND ref = ?')
  const of = db.prepare<[string, number], Link>('SELECT * FROM link WHERE model = ? AND res_id = ?')
  const writers = db.prepare<[string, string, string, number], Link>(
    'SELECT * FROM link WHERE store = ? AND kind = ? AND model = ? AND res_id = ? AND hash IS NOT NULL',
  )
  const refs = db.prepare<[string, string, string, number], { ref: string }>(
    `SELECT ref FROM link WHERE store = ? AND kind = ? AND model = ? AND res_id = ? AND ref NOT LIKE 'guest:%'`,
  )
  const save = db.prepare<[Link]>(`
    INSERT INTO link (store, kind, ref, model, res_id, version, hash, traceparent)
    VALUES (@store, @kind, @ref, @model, @res_id, @version, @hash, @traceparent)
    ON CONFLICT DO UPDATE SET version = excluded.version, hash = excluded.hash,
      traceparent = coalesce(excluded.traceparent, traceparent)`)
  return {
    get: (store: string, kind: string, ref: string): Link | undefined => get.get(store, kind, ref),
    /** Those that write the record; what was only needed does not. */
    writers: ({ store, kind, model, res_id }: Pick<Link, 'store' | 'kind' | 'model' | 'res_id'>): Link[] =>
      writers.all(store, kind, model, res_id),
    /** What the storefront calls the record; a guest is nobody there. */
    refOf: ({ store, kind, model, res_id }: Pick<Link, 'store' | 'kind' | 'model' | 'res_id'>): string | null =>
      refs.get(store, kind, model, res_id)?.ref ?? null,
    of: (model: string, id: number): Link | undefined => of.get(model, id),
    save: (link: Link) => void save.run(link),
  }
}
