import { type Kysely, sql } from 'kysely'
import type { RuleSet } from '../mapping/rules.ts'
import { begin, deliver, type History, type Moved } from '../mapping/versions.ts'
import type { Tables } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { liveCache } from './live.ts'
import { instant, readHistories, writeHistory } from './rows.ts'
import { countWrites, readTouched } from './touched.ts'
import type { Rulebook } from './types.ts'

export type { LiveRules, Rulebook } from './types.ts'

/** Any number; the same for every replica that starts at the same time. */
const DELIVERY_LOCK = 7_201_911

export interface RuleChange {
  who: string
  action: `mapping.${string}`
  entity: string
  before: unknown
  after: unknown
}

/**
 * @param delivered the rule sets as this version of the bridge brings them
 * @param record writes the audit, in the transaction of the change itself
 */
export function createRulebook(
  store: Store,
  delivered: readonly RuleSet[],
  record: (change: RuleChange, trx: Kysely<Tables>) => Promise<void>,
  now: () => number = Date.now,
): Rulebook {
  const { db, dialect } = store
  const live = liveCache(store, now)

  return {
    live: live.read,

    async deliver() {
      await db.transaction().execute(async (trx) => {
        if (dialect === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(DELIVERY_LOCK)})`.execute(trx)
        const known = new Map((await readHistories(trx)).map((history) => [history.name, history]))
        for (const rules of delivered) {
          const who = { by: 'bridge', at: instant(now()) }
          const before = known.get(rules.name)
          const moved: Moved = before ? deliver(before, rules, who) : { ok: true, history: begin(rules, who) }
          if (moved.ok) await save(trx, before, moved.history, { by: who.by, note: 'Delivered with the bridge.' })
        }
      })
      live.forget()
    },

    histories: () => readHistories(db),
    history: async (name) => (await readHistories(db, [name]))[0],

    async move(name, note, by, change) {
      const moved = await db.transaction().execute(async (trx) => {
        await trx
          .selectFrom('rule_sets')
          .select('name')
          .where('name', '=', name)
          .$if(dialect === 'postgres', (query) => query.forUpdate())
          .execute()
        const [before] = await readHistories(trx, [name])
        if (!before) return undefined
        const result = change(before, { by, at: instant(now()) })
        if (result.ok) await save(trx, before, result.history, { by, note })
        return result
      })
      live.forget()
      return moved
    },

    touched: (name, version, page) => readTouched(db, name, version, page),
    counts: (name) => countWrites(db, name),
  }

  async function save(
    trx: Kysely<Tables>,
    before: History | undefined,
    after: History,
    { by, note }: { by: string; note: string },
  ): Promise<void> {
    await writeHistory(trx, before, after)
    if (before) await record(changeOf(before, after, by, note), trx)
  }
}

/** What moved, in the words of the audit. Rules stand in their version; the audit names it. */
function changeOf(before: History, after: History, who: string, note: string): RuleChange {
  const entity = `mapping:${after.name}`
  const [from, to] = [{ version: before.live }, { version: after.live, ...(note && { why: note }) }]
  if (before.live !== after.live) {
    const earlier = before.versions.some(({ number }) => number === after.live)
    return { who, action: earlier ? 'mapping.rollback' : 'mapping.activate', entity, before: from, after: to }
  }
  const drafts = [before, after].map(({ draft }) => draft && { draft: draft.revision, from: draft.base })
  const action = after.draft ? 'mapping.draft' : before.draft ? 'mapping.discard' : 'mapping.deliver'
  return { who, action, entity, before: drafts[0], after: drafts[1] }
}
