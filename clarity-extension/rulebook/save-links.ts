import { sql } from 'kysely'
import { procedure } from '../store/procedure.ts'
import type { LinksTable } from '../store/schema.ts'
import { statementOfRows } from '../store/statement.ts'
import { type RuleWrite, saveWrites } from './writes.ts'

interface Saved {
  rows: LinksTable[]
  writes: RuleWrite[]
  now: number
}

/** Links, and which rules wrote what they link, in one transaction. */
export const saveLinks = procedure(
  new URL('./save-links.ts', import.meta.url),
  'saveLinks',
  async (trx, { rows, writes, now }: Saved): Promise<void> => {
    await upsertLinks(trx, distinct(rows))
    await saveWrites(trx, writes, now)
  },
  { ahead: true },
)

const upsertLinks = statementOfRows<LinksTable, unknown>(
  ['kind', 'clarity_id', 'odoo_model', 'odoo_id', 'odoo_name', 'clarity_version', 'hash', 'clarity_hash', 'updated_at'],
  (db, rows) =>
    db
      .insertInto('links')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['kind', 'clarity_id']).doUpdateSet({
          odoo_model: sql`excluded.odoo_model`,
          odoo_id: sql`excluded.odoo_id`,
          odoo_name: sql`coalesce(excluded.odoo_name, links.odoo_name)`,
          clarity_version: sql`coalesce(excluded.clarity_version, links.clarity_version)`,
          hash: sql`coalesce(excluded.hash, links.hash)`,
          clarity_hash: sql`coalesce(excluded.clarity_hash, links.clarity_hash)`,
          updated_at: sql`excluded.updated_at`,
        }),
      ),
)

/** One row per link, as if the later had been written after the earlier; in one order, so that two replicas never wait for each other. */
function distinct(rows: readonly LinksTable[]): LinksTable[] {
  const links = new Map<string, LinksTable>()
  for (const row of rows) {
    const key = `${row.kind} ${row.clarity_id}`
    const before = links.get(key)
    links.set(key, {
      ...row,
      odoo_name: row.odoo_name ?? before?.odoo_name ?? null,
      clarity_version: row.clarity_version ?? before?.clarity_version ?? null,
      hash: row.hash ?? before?.hash ?? null,
      clarity_hash: row.clarity_hash ?? before?.clarity_hash ?? null,
    })
  }
  return [...links].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
}
