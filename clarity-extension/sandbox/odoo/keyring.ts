import { createHash, randomBytes } from 'node:crypto'
import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { isSecret } from '../../../shared/signature.ts'
import { OdooError } from './error.ts'

/** The service user's API keys, by their hashes, and the secrets that events are signed with, the newest first. */
export interface Keyring {
  isKey(given: string): boolean
  makeKey(): { key: string; ends_at: string }
  /** @returns how many were revoked */
  retire(keep: string, retire: string): number
  secrets(): string[]
  setSecret(secret: string): void
  /** Every key is revoked but this one. */
  replaceAll(key: string): void
}

const rows = z.array(z.object({ hash: z.string(), head: z.string(), rotated: z.int() }))
const secretRow = z.object({ current: z.string(), previous: z.string().nullable() })
const YEAR_MS = 365 * 24 * 60 * 60_000

/** @param given what was configured: the first key, and secrets until others are set */
export function openKeyring(
  db: Database,
  now: () => number,
  given: { apiKey: string; secrets: readonly string[] },
): Keyring {
  db.exec(`
    create table if not exists api_keys (hash text primary key, head text not null, rotated integer not null);
    create table if not exists signing (one integer primary key check (one = 1), current text not null, previous text);
  `)
  const all = () => rows.parse(db.prepare('select hash, head, rotated from api_keys').all())
  const add = (key: string, rotated: number) =>
    void db.prepare('insert or ignore into api_keys values (?, ?, ?)').run(hashOf(key), key.slice(0, HEAD), rotated)
  if (all().length === 0) add(given.apiKey, 0)

  const stored = () => secretRow.safeParse(db.prepare('select current, previous from signing').get()).data
  const secrets = () => {
    const row = stored()
    return row ? [row.current, ...(row.previous === null ? [] : [row.previous])] : [...given.secrets]
  }

  return {
    isKey: (key) => all().some(({ hash }) => hash === hashOf(key)),
    makeKey() {
      const key = randomBytes(20).toString('hex')
      add(key, 1)
      return { key, ends_at: new Date(now() + YEAR_MS).toISOString() }
    },
    retire(keep, retire) {
      if (keep === retire || !all().some(({ head }) => head === keep))
        throw new OdooError('odoo.exceptions.UserError', 'The key to keep is another one, and one of this user.')
      const { changes } = db
        .prepare('delete from api_keys where head = @retire or (rotated = 1 and head <> @keep)')
        .run({ keep, retire })
      return changes
    },
    secrets,
    setSecret(secret) {
      if (!isSecret(secret))
        throw new OdooError('odoo.exceptions.UserError', 'secret is whsec_ followed by base64 of 24 to 64 bytes.')
      const [current = null] = secrets()
      if (current !== secret)
        db.prepare('insert or replace into signing (one, current, previous) values (1, ?, ?)').run(secret, current)
    },
    replaceAll(key) {
      db.prepare('delete from api_keys').run()
      add(key, 0)
    },
  }
}

const HEAD = 8
/** Looked up by their hashes, so that no time tells how much of a key was right. */
const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex')
