import { ruleSet } from '../mapping/rule-shape.ts'
import type { Store } from '../store/store.ts'
import type { LiveRules } from './types.ts'

/** How long this process believes what it read, where another may change it. Milliseconds. */
const FRESH_MS = 1_000

/** The live rules, read again only when something changed. */
export function liveCache({ db, exclusive }: Store, now: () => number) {
  let known: { rules: LiveRules; key: string; at: number } | undefined
  let reading: Promise<LiveRules> | undefined
  let changes = 0

  return {
    async read(): Promise<LiveRules> {
      if (known && (exclusive || now() - known.at < FRESH_MS)) return known.rules
      reading ??= refresh().finally(() => {
        reading = undefined
      })
      return reading
    },
    /** To be called after every change made here. */
    forget() {
      changes += 1
      known = undefined
      reading = undefined
    },
  }

  async function refresh(): Promise<LiveRules> {
    const began = changes
    const at = now()
    const heads = await db.selectFrom('rule_sets').select(['name', 'live']).orderBy('name').execute()
    const key = heads.map(({ name, live }) => `${name}@${live}`).join(' ')
    const rules = known?.key === key ? known.rules : await load()
    // What was read before a change made here must not stand as the newest.
    if (began === changes) known = { rules, key, at }
    return rules
  }

  async function load(): Promise<LiveRules> {
    const rows = await db
      .selectFrom('rule_sets')
      .innerJoin('rule_versions', (join) =>
        join.onRef('rule_versions.name', '=', 'rule_sets.name').onRef('rule_versions.number', '=', 'rule_sets.live'),
      )
      .select(['rule_sets.name', 'rule_versions.rules'])
      .execute()
    return { sets: new Map(rows.map(({ name, rules }) => [name, ruleSet.parse(JSON.parse(rules))])) }
  }
}
