import type { Insertable, Kysely, Selectable } from 'kysely'
import { ruleSet } from '../mapping/rule-shape.ts'
import type { RuleSet } from '../mapping/rules.ts'
import type { History, Version } from '../mapping/versions.ts'
import type { RuleSetsTable, RuleVersionsTable, Tables } from '../store/schema.ts'

/** Histories as rows. */
type Db = Kysely<Tables>

export async function readHistories(db: Db, names?: readonly string[]): Promise<History[]> {
  const wanted = names ?? []
  const heads = await db
    .selectFrom('rule_sets')
    .selectAll()
    .$if(names !== undefined, (query) => query.where('name', 'in', wanted))
    .orderBy('name')
    .execute()
  const versions = await db
    .selectFrom('rule_versions')
    .selectAll()
    .$if(names !== undefined, (query) => query.where('name', 'in', wanted))
    .orderBy('name')
    .orderBy('number')
    .execute()
  const byName = Map.groupBy(versions, ({ name }) => name)
  return heads.map((head) => historyOf(head, byName.get(head.name) ?? []))
}

/** @throws when the stored history is no longer the one that was read */
export async function writeHistory(trx: Db, before: History | undefined, after: History): Promise<void> {
  const head = headOf(after)
  if (!before) await trx.insertInto('rule_sets').values(head).execute()
  else {
    const { numUpdatedRows } = await trx
      .updateTable('rule_sets')
      .set(head)
      .where('name', '=', after.name)
      .where('revision', '=', before.revision)
      .executeTakeFirst()
    if (Number(numUpdatedRows) !== 1) throw new Error(`${after.name} was changed while it was being changed`)
  }
  const known = new Set(before?.versions.map(({ number }) => number))
  const fresh = after.versions.filter(({ number }) => !known.has(number))
  if (fresh.length > 0)
    await trx
      .insertInto('rule_versions')
      .values(fresh.map((one) => rowOf(after, one)))
      .execute()
}

function historyOf(head: Selectable<RuleSetsTable>, versions: Selectable<RuleVersionsTable>[]): History {
  const { name, revision, live, draft, draft_base, draft_revision, draft_by, draft_at } = head
  return {
    name,
    revision,
    live,
    versions: versions.map(
      (row): Version => ({
        number: row.number,
        rules: rulesOf(row.rules),
        by: row.made_by,
        at: instant(row.made_at),
        note: row.note,
        ...(row.delivered === 1 && { delivered: true }),
      }),
    ),
    ...(draft !== null && {
      draft: {
        base: draft_base ?? live,
        revision: draft_revision ?? revision,
        rules: rulesOf(draft),
        by: draft_by ?? '',
        at: instant(draft_at ?? 0),
      },
    }),
  }
}

const headOf = ({ name, revision, live, draft }: History): Insertable<RuleSetsTable> => ({
  name,
  revision,
  live,
  draft: draft ? JSON.stringify(draft.rules) : null,
  draft_base: draft?.base ?? null,
  draft_revision: draft?.revision ?? null,
  draft_by: draft?.by ?? null,
  draft_at: draft ? Date.parse(draft.at) : null,
})

const rowOf = (
  { name }: History,
  { number, rules, by, at, note, delivered }: Version,
): Insertable<RuleVersionsTable> => ({
  name,
  number,
  rules: JSON.stringify(rules),
  made_by: by,
  made_at: Date.parse(at),
  note,
  delivered: delivered ? 1 : 0,
})

const rulesOf = (text: string): RuleSet => ruleSet.parse(JSON.parse(text))

export const instant = (ms: number): string => new Date(ms).toISOString()
