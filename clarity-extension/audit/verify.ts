import type { Kysely } from 'kysely'
import type { Tables } from '../store/schema.ts'
import { BEGINNING, hashOf } from './chain.ts'

/** `head` is the newest hash: kept elsewhere, it also proves later that nothing was cut off the end. */
export type Verdict =
  | { ok: true; rows: number; head: string }
  | { ok: false; rows: number; brokenAt: number; reason: string }

const PAGE = 1_000

/** Reads the whole chain. @param known a hash that an earlier check gave: it must still be in the chain */
export async function verifyChain(db: Kysely<Tables>, known?: string): Promise<Verdict> {
  let previous = BEGINNING
  let rows = 0
  let last = 0
  let seen = known === undefined || known === BEGINNING
  for (;;) {
    const page = await db.selectFrom('audit').selectAll().where('id', '>', last).orderBy('id').limit(PAGE).execute()
    for (const row of page) {
      rows += 1
      last = row.id
      if (row.previous !== previous)
        return { ok: false, rows, brokenAt: row.id, reason: 'a row before this one was removed, inserted or changed' }
      if (row.hash !== hashOf(row)) return { ok: false, rows, brokenAt: row.id, reason: 'this row was changed' }
      previous = row.hash
      seen ||= previous === known
    }
    if (page.length < PAGE) break
  }
  if (!seen)
    return {
      ok: false,
      rows,
      brokenAt: last,
      reason: 'the hash that was kept is no longer in the chain: rows were cut off',
    }
  return { ok: true, rows, head: previous }
}
