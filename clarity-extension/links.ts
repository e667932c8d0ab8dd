import type { MappedBy } from './mapping/rule-sets.ts'
import { saveLinks } from './rulebook/save-links.ts'
import type { RuleWrite } from './rulebook/writes.ts'
import { group } from './store/group.ts'
import { padded } from './store/padded.ts'
import type { LinksTable } from './store/schema.ts'
import type { Store } from './store/store.ts'

/** Which Clarity record is which Odoo record, and what was last seen of each. */
export interface Link {
  /** e.g. `order`, `customer`, `picking`. */
  kind: string
  clarityId: string
  odooModel: string
  odooId: number
  odooName: string | null
  /** The storefront's updatedAt that was last applied to Odoo. */
  clarityVersion: string | null
  /** Of the mapped content that was last applied to Odoo. */
  hash: string | null
  /** Of what was last written to the storefront. */
  clarityHash: string | null
}

/** What is left out stays as it was. */
export type LinkChange = Pick<Link, 'kind' | 'clarityId' | 'odooModel' | 'odooId'> &
  Partial<Link> & {
    /** The rules that wrote the record, and the event that brought it. */
    wroteBy?: { by: MappedBy; eventId: number }
  }

export interface Links {
  /** All that are asked for in one event-loop turn are one question. */
  get(kind: string, clarityId: string): Promise<Link | undefined>
  /** By Clarity id; those without a link are missing. */
  getMany(kind: string, clarityIds: readonly string[]): Promise<Map<string, Link>>
  byOdoo(odooModel: string, odooId: number): Promise<Link | undefined>
  /** Every link of these records. */
  manyByOdoo(odooModel: string, odooIds: readonly number[]): Promise<Link[]>
  /** How many of each kind there are. */
  counts(): Promise<Map<string, number>>
  /** The next write makes it anew. */
  forget(kind: string, clarityId: string): Promise<void>
  /** All saves of one event-loop turn are one commit. */
  save(...changes: LinkChange[]): Promise<void>
}

/** The next is on its way before the answer to the last has been read. */
const QUESTIONS_UNDER_WAY = 2

export function createLinks(store: Pick<Store, 'db' | 'run'>, now: () => number = Date.now): Links {
  const { db } = store
  const saves = group(async (batch: LinkChange[][]): Promise<undefined[]> => {
    const changes = batch.flat()
    await store.run(saveLinks, {
      rows: changes.map((change) => rowOf(change, now())),
      writes: changes.flatMap(ruleWrites),
      now: now(),
    })
    return batch.map(() => undefined)
  })

  const getMany: Links['getMany'] = async (kind, clarityIds) => {
    if (clarityIds.length === 0) return new Map()
    const rows = await db
      .selectFrom('links')
      .selectAll()
      .where('kind', '=', kind)
      .where('clarity_id', 'in', padded([...new Set(clarityIds)]))
      .execute()
    return new Map(rows.map((row) => [row.clarity_id, linkOf(row)]))
  }

  const gets = group(async (asked: { kind: string; clarityId: string }[]) => {
    const found = new Map<string, Map<string, Link>>()
    for (const [kind, some] of Map.groupBy(asked, ({ kind }) => kind)) {
      const ids = some.map(({ clarityId }) => clarityId)
      found.set(kind, await getMany(kind, ids))
    }
    return asked.map(({ kind, clarityId }) => found.get(kind)?.get(clarityId))
  }, QUESTIONS_UNDER_WAY)

  return {
    getMany,
    get: (kind, clarityId) => gets.add({ kind, clarityId }),
    async byOdoo(odooModel, odooId) {
      const row = await db
        .selectFrom('links')
        .selectAll()
        .where('odoo_model', '=', odooModel)
        .where('odoo_id', '=', odooId)
        .orderBy('updated_at', 'desc')
        .executeTakeFirst()
      return row && linkOf(row)
    },
    async manyByOdoo(odooModel, odooIds) {
      if (odooIds.length === 0) return []
      const rows = await db
        .selectFrom('links')
        .selectAll()
        .where('odoo_model', '=', odooModel)
        .where('odoo_id', 'in', [...new Set(odooIds)])
        .orderBy('updated_at')
        .execute()
      return rows.map(linkOf)
    },
    async forget(kind, clarityId) {
      await db.deleteFrom('links').where('kind', '=', kind).where('clarity_id', '=', clarityId).execute()
    },
    async counts() {
      const rows = await db
        .selectFrom('links')
        .select(({ fn }) => ['kind', fn.countAll<number>().as('count')])
        .groupBy('kind')
        .execute()
      return new Map(rows.map(({ kind, count }) => [kind, Number(count)]))
    },
    async save(...changes) {
      if (changes.length > 0) await saves.add(changes)
    },
  }
}

const ruleWrites = ({ kind, clarityId, wroteBy }: LinkChange): RuleWrite[] =>
  wroteBy ? [{ kind, clarityId, ...wroteBy }] : []

const rowOf = (change: LinkChange, now: number): LinksTable => ({
  kind: change.kind,
  clarity_id: change.clarityId,
  odoo_model: change.odooModel,
  odoo_id: change.odooId,
  // Of a person it would be the name.
  odoo_name: change.odooModel === 'res.partner' ? null : (change.odooName ?? null),
  clarity_version: change.clarityVersion ?? null,
  hash: change.hash ?? null,
  clarity_hash: change.clarityHash ?? null,
  updated_at: now,
})

const linkOf = (row: LinksTable): Link => ({
  kind: row.kind,
  clarityId: row.clarity_id,
  odooModel: row.odoo_model,
  odooId: row.odoo_id,
  odooName: row.odoo_name,
  clarityVersion: row.clarity_version,
  hash: row.hash,
  clarityHash: row.clarity_hash,
})
