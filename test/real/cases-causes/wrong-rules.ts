import { z } from 'zod'
import { stage } from './standing.ts'

const MAPPING = '/mappings/order-to-odoo'

const mapping = z.object({
  live: z.number(),
  rules: z.looseObject({ rules: z.array(z.unknown()) }),
  draft: z.object({ revision: z.number() }).nullable(),
})
/** Rules that Odoo refuses, each for the order whose note names it. @returns mends them */
export async function wrongRules(): Promise<() => Promise<unknown>> {
  const before = mapping.parse(await stage.panel('GET', MAPPING))
  const faults = [
    { to: 'validity_date', const: '2026-02-31', when: { path: 'note', equals: 'invalid_value' } },
    { to: 'require_payment', const: true, when: { path: 'note', equals: 'business_rule' } },
    { to: 'prepayment_percent', const: 0, when: { path: 'note', equals: 'business_rule' } },
  ]
  const rules = { ...before.rules, rules: [...faults, ...before.rules.rules] }
  const { draft } = mapping.parse(await stage.panel('PUT', `${MAPPING}/draft`, { seen: 0, rules }))
  await stage.panel('POST', `${MAPPING}/activate`, { seen: draft?.revision, note: 'wrong' })
  let mended = false
  return async () => {
    if (mended) return
    mended = true
    await stage.panel('POST', `${MAPPING}/rollback`, { to: before.live, note: 'mended' })
  }
}
