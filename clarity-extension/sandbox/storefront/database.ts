import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'

export type Db = Database.Database

/**
 * The storefront's memory. Survives a kill; only a power cut may cost the last moments, which a sandbox can bear.
 * @param dataDir a folder, or `:memory:`
 */
export function openDatabase(dataDir: string): Db {
  if (dataDir !== ':memory:') mkdirSync(dataDir, { recursive: true })
  const db = new Database(dataDir === ':memory:' ? dataDir : join(dataDir, 'storefront.db'))
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = NORMAL')
  // Moving the log into the file is the only moment that waits for the disk: rarely, then.
  db.pragma('wal_autocheckpoint = 8000')
  db.pragma('foreign_keys = ON')
  db.exec(SCHEMA)
  return db
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS records (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  parent TEXT,
  external_key TEXT,
  updated_at TEXT NOT NULL,
  version INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS records_key ON records (kind, external_key) WHERE external_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS records_updated ON records (kind, updated_at, id);
CREATE INDEX IF NOT EXISTS records_parent ON records (kind, parent, id);

-- Where an order's goods were taken from, so that a cancellation puts them back.
CREATE TABLE IF NOT EXISTS taken (
  order_id TEXT NOT NULL,
  level_id TEXT NOT NULL,
  quantity TEXT NOT NULL,
  PRIMARY KEY (order_id, level_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS events_created ON events (created_at);

-- state: pending, sending, paused (its endpoint is off), done, failed.
CREATE TABLE IF NOT EXISTS deliveries (
  id INTEGER PRIMARY KEY,
  event_seq INTEGER NOT NULL REFERENCES events (seq) ON DELETE CASCADE,
  endpoint_id TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL,
  status INTEGER,
  error TEXT,
  settled_at INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (endpoint_id, state, due_at);
CREATE INDEX IF NOT EXISTS deliveries_event ON deliveries (event_seq);

CREATE TABLE IF NOT EXISTS secrets (
  endpoint_id TEXT NOT NULL,
  secret TEXT NOT NULL,
  -- null for the current one
  expires_at INTEGER,
  PRIMARY KEY (endpoint_id, secret)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS idempotency (
  key TEXT PRIMARY KEY,
  request TEXT NOT NULL,
  status INTEGER NOT NULL,
  etag TEXT,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS idempotency_created ON idempotency (created_at);

CREATE TABLE IF NOT EXISTS settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`
