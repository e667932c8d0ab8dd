import { type Kysely, sql } from 'kysely'
import type { Touched, TouchedPage } from '../mapping/touched.ts'
import type { Tables } from '../store/schema.ts'

const LIMIT = { default: 50, most: 500 }

/** A record stands once, by its last write under this version; whether another version of the set wrote it since is said. */
export async function readTouched(
  db: Kysely<Tables>,
  name: string,
  version: number,
  { before, limit = LIMIT.default }: TouchedPage = {},
): Promise<Touched[]> {
  const page = db
    .selectFrom('rule_stamps')
    .innerJoin('rule_writes', 'rule_writes.stamp', 'rule_stamps.stamp')
    .where('rule_stamps.name', '=', name)
    .where('rule_stamps.version', '=', version)
    .select(['rule_writes.kind', 'rule_writes.clarity_id'])
    .select(({ fn }) => fn.max<number>('rule_writes.written_at').as('written_at'))
    .select(({ fn }) => fn.max<number>('rule_writes.event_id').as('event_id'))
    .groupBy(['rule_writes.kind', 'rule_writes.clarity_id'])
    .$if(before !== undefined, (query) =>
      query.having(
        sql<boolean>`(max(rule_writes.written_at), rule_writes.clarity_id) < (${before?.writtenAt}, ${before?.record})`,
      ),
    )
    .orderBy('written_at', 'desc')
    .orderBy('rule_writes.clarity_id', 'desc')
    .limit(Math.min(Math.max(1, limit), LIMIT.most))
  const rows = await db
    .selectFrom(page.as('page'))
    .leftJoin('events', 'events.id', 'page.event_id')
    .leftJoin('links', (join) =>
      join.onRef('links.kind', '=', 'page.kind').onRef('links.clarity_id', '=', 'page.clarity_id'),
    )
    .select(['page.kind', 'page.clarity_id', 'page.written_at', 'events.id', 'events.subject'])
    .select(['links.odoo_model', 'links.odoo_id', 'links.odoo_name'])
    .select(({ selectFrom }) =>
      selectFrom('rule_writes as last')
        .innerJoin('rule_stamps as by', 'by.stamp', 'last.stamp')
        .select(({ fn }) => fn.max<number>('last.written_at').as('at'))
        .whereRef('last.kind', '=', 'page.kind')
        .whereRef('last.clarity_id', '=', 'page.clarity_id')
        // What other rules wrote of it, e.g. the other way, says nothing about these.
        .where('by.name', '=', name)
        .as('last_at'),
    )
    .orderBy('page.written_at', 'desc')
    .orderBy('page.clarity_id', 'desc')
    .execute()
  return rows.map((row) => ({
    kind: row.kind,
    clarityId: row.clarity_id,
    eventId: row.id,
    subject: row.subject,
    odooModel: row.odoo_model,
    odooId: row.odoo_id,
    odooName: row.odoo_name,
    writtenAt: Number(row.written_at),
    superseded: Number(row.last_at) > Number(row.written_at),
  }))
}

/** By version. */
export async function countWrites(db: Kysely<Tables>, name: string): Promise<Map<number, number>> {
  const rows = await db
    .selectFrom('rule_stamps')
    .innerJoin('rule_writes', 'rule_writes.stamp', 'rule_stamps.stamp')
    .where('rule_stamps.name', '=', name)
    .select(['rule_stamps.version', sql<number>`count(distinct rule_writes.clarity_id)`.as('count')])
    .groupBy('rule_stamps.version')
    .execute()
  return new Map(rows.map(({ version, count }) => [version, Number(count)]))
}
