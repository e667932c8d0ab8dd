import type { Database } from 'better-sqlite3'
import type { components } from '../../../odoo-bridge/client/schema.d.ts'
import { newWebhookId } from '../../../shared/signature.ts'

export type Envelope = components['schemas']['Envelope']
export type Outbox = ReturnType<typeof openOutbox>

export interface Pending {
  /** The thing that changed; one row per thing, so that a burst is one event. */
  thing: string
  webhook_id: string
  body: string
  attempts: number
}

/** Events that the receiver has not acknowledged yet, written in the same transaction as what they tell of. */
export function openOutbox(db: Database, now: () => number) {
  db.exec(`
    CREATE TABLE IF NOT EXISTS event (thing TEXT PRIMARY KEY, webhook_id TEXT NOT NULL UNIQUE, body TEXT NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0, seen INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL, created_at INTEGER NOT NULL);
    CREATE INDEX IF NOT EXISTS event_due ON event (due_at);
    CREATE TABLE IF NOT EXISTS delivery (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, webhook_id TEXT NOT NULL, thing TEXT NOT NULL,
      answer TEXT NOT NULL, ms INTEGER NOT NULL);`)
  // Once somebody may have seen an id, a later change needs a new one: the receiver would take the old one for a repeat.
  const upsert = db.prepare(`
    INSERT INTO event (thing, webhook_id, body, due_at, created_at) VALUES (@thing, @webhook_id, @body, @at, @at)
    ON CONFLICT (thing) DO UPDATE SET body = excluded.body,
      webhook_id = CASE WHEN seen THEN excluded.webhook_id ELSE webhook_id END,
      attempts = CASE WHEN seen THEN 0 ELSE attempts END,
      due_at = min(due_at, excluded.due_at), seen = 0`)
  const due = db.prepare<[number, number], Pending>(
    'SELECT thing, webhook_id, body, attempts FROM event WHERE due_at <= ? ORDER BY created_at, rowid LIMIT ?',
  )
  const oldest = db.prepare<[number], Pending>(
    'SELECT thing, webhook_id, body, attempts FROM event ORDER BY created_at, rowid LIMIT ?',
  )
  const markSeen = db.prepare('UPDATE event SET seen = 1 WHERE webhook_id = ?')
  const settle = db.prepare('DELETE FROM event WHERE webhook_id = ?')
  const postpone = db.prepare('UPDATE event SET attempts = attempts + 1, due_at = ? WHERE webhook_id = ?')
  const log = db.prepare('INSERT INTO delivery (at, webhook_id, thing, answer, ms) VALUES (?, ?, ?, ?, ?)')
  const trim = db.prepare('DELETE FROM delivery WHERE id <= (SELECT max(id) FROM delivery) - 500')
  const listeners = new Set<() => void>()

  return {
    put(thing: string, envelope: (timestamp: string) => Envelope) {
      const at = now()
      const body = JSON.stringify(envelope(new Date(at).toISOString()))
      upsert.run({ thing, webhook_id: newWebhookId(), body, at })
      for (const wake of listeners) wake()
    },
    onChange(wake: () => void) {
      listeners.add(wake)
    },
    due: (limit: number): Pending[] => due.all(now(), limit),
    /** Hands out what a receiver that was away has missed. */
    pull: db.transaction((limit: number): Pending[] => {
      const rows = oldest.all(limit)
      for (const row of rows) markSeen.run(row.webhook_id)
      return rows
    }),
    seen: (webhookId: string) => markSeen.run(webhookId),
    /** @returns how many of the ids were waiting; one that was replaced meanwhile is left alone */
    ack: db.transaction((webhookIds: readonly string[]) => {
      let acknowledged = 0
      for (const id of webhookIds) acknowledged += settle.run(id).changes
      return acknowledged
    }),
    postpone: (webhookId: string, dueAt: number) => postpone.run(dueAt, webhookId),
    /** Everything again, now. */
    dueNow: () => db.prepare('UPDATE event SET due_at = 0').run(),
    nextDueAt: () =>
      db.prepare<[], { at: number | null }>('SELECT min(due_at) AS at FROM event').get()?.at ?? undefined,
    record(attempt: { webhookId: string; thing: string; answer: string; ms: number }) {
      log.run(now(), attempt.webhookId, attempt.thing, attempt.answer, attempt.ms)
      trim.run()
    },
    recent: (limit: number) =>
      db
        .prepare<[number], { at: number; webhook_id: string; thing: string; answer: string; ms: number }>(
          'SELECT at, webhook_id, thing, answer, ms FROM delivery ORDER BY id DESC LIMIT ?',
        )
        .all(limit),
    summary() {
      const found = db
        .prepare<[], { pending: number; oldest: number | null }>(
          'SELECT count(*) AS pending, min(created_at) AS oldest FROM event',
        )
        .get()
      const oldest_at = found?.oldest ? new Date(found.oldest).toISOString() : null
      return { pending: found?.pending ?? 0, oldest_at }
    },
  }
}
