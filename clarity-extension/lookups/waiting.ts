import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import { UNMAPPED, unmappedTable } from '../mapping/lookups.ts'
import type { Tables } from '../store/schema.ts'

export type OpenText = (stored: string) => string

/** A dead letter that needs an entry. */
export interface Waiting {
  eventId: number
  table: string
  key: string
  /** e.g. the order number. */
  subject: string
  message: string
  /** Unix ms. */
  since: number
  settledAt: number
}

/**
 * Everything that waits for an entry, newest first: what a mapping could not look up, and what Odoo did not find under the name
 * that a table (or the storefront) gives. An event that misses two entries is there twice.
 * @param open what the store holds of a text, as it was
 */
export async function waiting(db: Kysely<Tables>, open: OpenText, table?: string): Promise<Waiting[]> {
  const rows = await db
    .selectFrom('events')
    .select(['id', 'subject', 'details', 'message', 'received_at', 'settled_at'])
    // The state as the partial index has it; the causes as a range of its second column.
    .where(sql<boolean>`state in ('dead', 'held')`)
    .where('state', '=', 'dead')
    .where('cause', '>=', UNMAPPED)
    .where('cause', '<', `${UNMAPPED}~`)
    .orderBy('id', 'desc')
    .execute()
  return rows.flatMap(({ id, subject, details, message, received_at, settled_at }) =>
    missing(details === null ? [] : JSON.parse(open(details)))
      .filter((one) => table === undefined || one.table === table)
      .map((one) => ({
        eventId: id,
        ...one,
        subject,
        message: message ?? '',
        since: received_at,
        settledAt: settled_at ?? received_at,
      })),
  )
}

const problems = z.array(z.looseObject({ code: z.string(), value: z.string().optional() }))

/** Table and key of every entry that an event's problems ask for, once each. */
function missing(details: unknown): { table: string; key: string }[] {
  const parsed = problems.safeParse(details)
  const asked = new Map<string, { table: string; key: string }>()
  for (const { code, value } of parsed.data ?? []) {
    const table = unmappedTable(code)
    if (table !== undefined && value !== undefined) asked.set(`${table}\n${value}`, { table, key: value })
  }
  return [...asked.values()]
}
