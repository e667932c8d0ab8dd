import type { Kysely } from 'kysely'
import { recordChange } from '../../audit/record.ts'
import type { Tables } from '../../store/schema.ts'
import type { Store } from '../../store/store.ts'
import type { SeriesKind } from './series.ts'

/** Everything that is watched. A record can be held for a person before anything is written; an hour cannot. */
export const seriesRules = {
  orders: 'count',
  value: 'sum',
  refunds: 'faults',
  stock: 'count',
  clarity: 'count',
  odoo: 'count',
  failures: 'faults',
  latency: 'measure',
} as const satisfies Record<string, SeriesKind>
export type SeriesRule = keyof typeof seriesRules
export const recordRules = ['quantity', 'price', 'discount', 'duplicate', 'tax', 'stockLevel'] as const
export type RecordRule = (typeof recordRules)[number]
export type WatchRule = SeriesRule | RecordRule

export const isSeriesRule = (rule: string): rule is SeriesRule => rule in seriesRules
export const seriesNames = Object.keys(seriesRules).filter(isSeriesRule)
export const isWatchRule = (rule: string): rule is WatchRule =>
  isSeriesRule(rule) || recordRules.some((one) => one === rule)
export const mayHold = (rule: WatchRule): boolean => !isSeriesRule(rule) && rule !== 'stockLevel'

export type Action = 'off' | 'notify' | 'hold'
export interface RuleSetting {
  rule: WatchRule
  action: Action
  /** 1 as delivered; above 1 it takes more. */
  tolerance: number
}

/** What people said of it moves how much it takes, by a quarter each time, and never far. */
const STEP = 1.25
const [LEAST, MOST] = [0.8, 3]

export interface WatchRules {
  all(): Promise<RuleSetting[]>
  of(rule: WatchRule): Promise<RuleSetting>
  change(rule: WatchRule, action: Action, by: string): Promise<RuleSetting>
  /** After “that is normal here” it takes more, after “good that you say so” a little less. */
  tune(trx: Kysely<Tables>, rule: WatchRule, verdict: 'useful' | 'normal'): Promise<void>
}

/** Another replica's click holds here after this long. Milliseconds. */
const BELIEVED_MS = 1_000

export function createWatchRules(store: Pick<Store, 'db' | 'dialect'>, now: () => number): WatchRules {
  const { db } = store
  let known: { settings: Promise<RuleSetting[]>; until: number } | undefined
  const all = (): Promise<RuleSetting[]> => {
    if (known && now() < known.until) return known.settings
    // Whoever asks while it is being read waits for the same answer.
    const asked = { settings: read(), until: now() + BELIEVED_MS }
    known = asked
    asked.settings.catch(() => {
      if (known === asked) known = undefined
    })
    return asked.settings
  }
  const read = async (): Promise<RuleSetting[]> => {
    const stored = new Map((await db.selectFrom('anomaly_rules').selectAll().execute()).map((row) => [row.rule, row]))
    return [...seriesNames, ...recordRules].map((rule): RuleSetting => {
      const row = stored.get(rule)
      return { rule, action: row?.action ?? 'notify', tolerance: row?.tolerance ?? 1 }
    })
  }
  const of = async (rule: WatchRule): Promise<RuleSetting> =>
    (await all()).find((one) => one.rule === rule) ?? { rule, action: 'notify', tolerance: 1 }
  const write = async (
    trx: Kysely<Tables>,
    rule: WatchRule,
    change: { action?: Action; tolerance?: number },
  ): Promise<void> => {
    await trx
      .insertInto('anomaly_rules')
      .values({ rule, action: change.action ?? null, tolerance: change.tolerance ?? 1 })
      .onConflict((conflict) => conflict.column('rule').doUpdateSet(change))
      .execute()
    known = undefined
  }
  return {
    all,
    of,
    async change(rule, action, by) {
      const before = await of(rule)
      await db.transaction().execute(async (trx) => {
        await write(trx, rule, { action })
        await recordChange(
          trx,
          store.dialect,
          { who: by, action: 'anomaly.rule', entity: `anomaly:${rule}`, before: before.action, after: action },
          now(),
        )
      })
      known = undefined
      return of(rule)
    },
    async tune(trx, rule, verdict) {
      const { tolerance } = await of(rule)
      const next = verdict === 'normal' ? tolerance * STEP : tolerance / STEP ** 0.5
      await write(trx, rule, { tolerance: Math.min(MOST, Math.max(LEAST, next)) })
    },
  }
}
