import { join } from 'node:path'
import Database from 'better-sqlite3'
import { z } from 'zod'
import type { RuleSet } from '../../../clarity-extension/mapping/rules.ts'
import { panel, stage } from './standing.ts'

export const MAPPING = '/mappings/order-to-odoo'

const mapping = z.object({
  live: z.number(),
  rules: z.looseObject({ rules: z.array(z.unknown()), review: z.array(z.unknown()).optional() }),
  draft: z.object({ revision: z.number() }).nullable(),
})
/** The version that is right but for what a merchant's own rules do; set by ownRules(). */
export let ours = 0

/** A merchant's own rules; and what lies in the store of a bridge that was there before: orders, and a rule of a version of the bridge that had another conversion, as an upgrade would find it. */
export async function ownRules(): Promise<void> {
  const { rules } = mapping.parse(await panel('GET', MAPPING))
  const own: Pick<RuleSet, 'rules'> & { review: RuleSet['review'] } = {
    rules: [
      {
        ...{ to: 'client_order_ref', from: 'note', when: { path: 'purchaseOrderNumber', equals: 'too_long' } },
        convert: [{ do: 'truncate', length: 10 }],
      },
    ],
    review: [{ when: { path: 'note', equals: 'rule' }, reason: 'Somebody looks at these first.' }],
  }
  const ruled = {
    ...rules,
    rules: [...own.rules, ...rules.rules],
    review: [...(own.review ?? []), ...(rules.review ?? [])],
  }
  const { draft } = mapping.parse(await panel('PUT', `${MAPPING}/draft`, { seen: 0, rules: ruled }))
  await panel('POST', `${MAPPING}/activate`, { seen: draft?.revision, note: 'our own' })
  ours = mapping.parse(await panel('GET', MAPPING)).live

  await stage.bridge.stop()
  const bad = {
    to: 'client_order_ref',
    from: 'note',
    when: { path: 'note', equals: 'bad_rule' },
    convert: ['formerly'],
  }
  const store = new Database(join(stage.dataDir, 'bridge.db'))
  store
    .prepare(
      `insert into rule_versions (name, number, rules, made_by, made_at, note, delivered)
       values ('order-to-odoo', ?, ?, 'ada', ?, 'before the upgrade', 0)`,
    )
    .run(ours + 1, JSON.stringify({ ...ruled, rules: [bad, ...ruled.rules] }), Date.now())
  store.prepare(`update rule_sets set live = ? where name = 'order-to-odoo'`).run(ours + 1)
  // A shop of which four hundred orders are known, over a month: before that nothing is out of the ordinary.
  const remember = store.prepare('insert or replace into memories (key, value, updated_at) values (?, ?, ?)')
  const month = { orders: 400, since: Date.now() - 30 * 24 * 3_600_000 }
  remember.run('orders', JSON.stringify(month), Date.now())
  const quantities = Array.from({ length: month.orders }, (_, n) => 1 + (n % 3))
  remember.run('sku:*', JSON.stringify({ quantities }), Date.now())
  store.close()
  await stage.bridge.start()
}
