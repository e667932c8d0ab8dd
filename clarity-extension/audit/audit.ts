import type { Kysely } from 'kysely'
import type { Tables } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { type Change, recordChange } from './record.ts'
import { type Verdict, verifyChain } from './verify.ts'

export type { Change } from './record.ts'
export type { Verdict } from './verify.ts'

/** Who changed what, from what to what, and when. */
export interface Audit {
  /**
   * @param trx the transaction that makes the change: both happen or neither does. Without one the record is a transaction of its
   * own, for changes that are not in the store.
   */
  record(change: Change, trx?: Kysely<Tables>): Promise<void>
  list(query?: AuditQuery): Promise<AuditPage>
  /** Whether the chain of hashes is whole. @param known the head of an earlier check, which must still be in it */
  verify(known?: string): Promise<Verdict>
}

export interface AuditQuery {
  /** `next` of the page before. */
  cursor?: number | undefined
  /** 1 to 200, default 50. */
  limit?: number | undefined
  who?: string | undefined
  action?: string | undefined
  entity?: string | undefined
  /** Unix ms, inclusive and exclusive. */
  from?: number | undefined
  to?: number | undefined
}

export interface AuditPage {
  rows: AuditEntry[]
  next: number | null
  /** Every action and person that has a row: what can be filtered by. */
  actions: string[]
  people: string[]
}

export interface AuditEntry {
  id: number
  at: number
  who: string
  action: string
  entity: string
  before: unknown
  after: unknown
  hash: string
}

export function createAudit({ db, dialect }: Store, now: () => number = Date.now): Audit {
  return {
    record: (change, trx) =>
      trx
        ? recordChange(trx, dialect, change, now())
        : db.transaction().execute((own) => recordChange(own, dialect, change, now())),
    list: (query = {}) => list(db, query),
    verify: (known) => verifyChain(db, known),
  }
}

const LIMIT = { default: 50, most: 200 }

async function list(db: Kysely<Tables>, query: AuditQuery): Promise<AuditPage> {
  const size = Math.min(Math.max(1, Math.trunc(query.limit ?? LIMIT.default)), LIMIT.most)
  const { cursor, who, action, entity, from, to } = query
  const rows = await db
    .selectFrom('audit')
    .selectAll()
    .$if(cursor !== undefined, (audit) => audit.where('id', '<', cursor ?? 0))
    .$if(who !== undefined, (audit) => audit.where('who', '=', who ?? ''))
    .$if(action !== undefined, (audit) => audit.where('action', '=', action ?? ''))
    .$if(entity !== undefined, (audit) => audit.where('entity', '=', entity ?? ''))
    .$if(from !== undefined, (audit) => audit.where('at', '>=', from ?? 0))
    .$if(to !== undefined, (audit) => audit.where('at', '<', to ?? 0))
    .orderBy('id', 'desc')
    .limit(size + 1)
    .execute()
  const page = rows.slice(0, size).map(
    ({ before, after, previous: _, ...row }): AuditEntry => ({
      ...row,
      before: before === null ? null : JSON.parse(before),
      after: after === null ? null : JSON.parse(after),
    }),
  )
  return {
    rows: page,
    next: rows.length > size ? (page.at(-1)?.id ?? null) : null,
    actions: await distinct(db, 'action'),
    people: await distinct(db, 'who'),
  }
}

/** Steps from value to value through the index: as fast on a long history as on a short one. */
async function distinct(db: Kysely<Tables>, column: 'action' | 'who'): Promise<string[]> {
  const values: string[] = []
  for (;;) {
    const last = values.at(-1)
    const row = await db
      .selectFrom('audit')
      .select(column)
      .$if(last !== undefined, (audit) => audit.where(column, '>', last ?? ''))
      .orderBy(column)
      .limit(1)
      .executeTakeFirst()
    if (!row) return values
    values.push(row[column])
  }
}
