import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { defaultLookups } from '../../clarity-extension/mapping/defaults/lookups.ts'
import { expressionPool } from '../../clarity-extension/mapping/expressions/pool.ts'
import { preview } from '../../clarity-extension/mapping/preview.ts'
import { deliveredRules } from '../../clarity-extension/mapping/rule-sets.ts'
import type { RuleSet } from '../../clarity-extension/mapping/rules.ts'
import { orderMapper } from '../../clarity-extension/ports/order-mapper.ts'
import { rehearsals } from '../../clarity-extension/ports/rehearsal.ts'
import { returnMapper } from '../../clarity-extension/ports/return-mapper.ts'
import { retry } from '../../shared/outcome.ts'
import { ann, rule, shirt } from './master-states.ts'

const away = async () => ({ ok: false as const, outcome: retry('network', 'away') })
const expressions = expressionPool()
afterAll(() => expressions.close())
const live = new Map(deliveredRules.map(({ rules }) => [rules.name, rules]))
const liveRules = async () => ({ sets: live })
const context = async () => ({ ok: true as const, value: { lookups: defaultLookups, company: { currency: 'USD' } } })

const as_of = '2026-11-20T10:00:00.000Z'
const states = (kind: string) =>
  ({ ok: true, value: { as_of, [`${kind}s`]: { product: [shirt], price: [rule], partner: [ann] }[kind] } }) as never
const toStorefront = (name: string) => name.endsWith('-to-clarity')

const unchecked = { fields: { of: async () => ({}), renewed: async () => ({}) }, existing: async () => [] }

const parts: Parameters<typeof rehearsals>[0] = {
  mapOrder: orderMapper({
    context,
    liveRules,
    customer: away,
    products: away,
    existing: async () => [],
    history: away,
    rates: async () => ({ ok: true, value: null }),
    paymentsOn: async () => true,
    expressions,
    fields: { of: async () => ({}), renewed: async () => ({}) },
  }),
  mapReturn: returnMapper({ context, liveRules, check: unchecked, expressions }),
  readOrder: away,
  readReturn: away,
  readCustomer: away,
  readProduct: away,
  check: unchecked,
  expressions,
  context,
  liveRules,
  written: async () => new Set(['content', 'addresses', 'price'] as const),
  toClarity: {
    odoo: { readState: async (_shop, kind) => states(kind) },
    shop: 'default',
    links: { manyByOdoo: async () => [] },
    published: async () => new Set(['content', 'price', 'terms'] as const),
  },
}
const byType = rehearsals(parts)

const fixture = (type: string) => readFileSync(`test/fixtures/events/${type}.json`, 'utf8')
const sets: Record<string, string> = {
  order: 'order-to-odoo',
  customer: 'customer-to-odoo',
  product: 'product-to-odoo',
  return: 'return-to-odoo',
  'product.changed': 'product-to-clarity',
  'pricelist_item.changed': 'price-rules-to-clarity',
  'partner.changed': 'customer-to-clarity',
}

describe('an event that is tried without being written', () => {
  it.each(Object.entries(byType))(
    'tells what %s would write, and what other rules change about it',
    async (type, run) => {
      const before = await run(fixture(type))
      expect(before).toMatchObject({ ok: true, writes: expect.any(Object) })
      const name = sets[type] ?? sets[type.split('.')[0] ?? ''] ?? ''
      const set = live.get(name)
      if (!set) throw new Error(`there is no ${name}`)
      const other: RuleSet = {
        ...set,
        rules: [
          { to: toStorefront(name) ? 'attributes.x_studio_tried' : 'x_studio_tried', jsonata: '"y" & "es"' },
          ...set.rules,
        ],
      }
      const after = await run(fixture(type), new Map(live).set(name, other))
      const { changes } = preview(before, after)
      expect(changes.map(({ at, kind }) => `${kind} ${at}`).join()).toMatch(
        toStorefront(name) ? /added .*attributes/ : /added .*x_studio_tried/,
      )
      expect(preview(before, await run(fixture(type))).changes).toEqual([])
    },
  )

  it('can be tried for every event that a rule set maps', () => {
    const mapped = new Set(deliveredRules.flatMap(({ events }) => events))
    expect(Object.keys(byType).sort()).toEqual([...mapped].sort())
  })

  it('tells of a customer and a product, too, what Odoo’s fields would not take', async () => {
    const text = { type: 'char', required: false, readonly: true, string: 'Name' }
    const fields = { 'res.partner': { name: text }, 'product.product': { name: text } }
    const check = { fields: { of: async () => fields, renewed: async () => fields }, existing: async () => [] }
    const strict = rehearsals({ ...parts, check })
    for (const type of ['customer.updated', 'product.updated'] as const)
      expect(await strict[type]?.(fixture(type))).toMatchObject({
        outcome: { problems: expect.arrayContaining([expect.objectContaining({ code: 'readonly', target: '/name' })]) },
      })
  })

  it('tells of a product what cannot be mapped, and beside it what Odoo would not take of the rest', async () => {
    const fields = {
      'product.product': { barcode: { type: 'char', required: false, readonly: true, string: 'Barcode' } },
      'product.template': {},
    }
    const check = { fields: { of: async () => fields, renewed: async () => fields }, existing: async () => [] }
    const strict = rehearsals({ ...parts, check })
    const event = JSON.parse(fixture('product.updated'))
    Object.assign(event.data, { variantOf: null, options: { Size: 'M' }, name: ' ', barcode: '4006381333931' })
    const tried = await strict['product.updated']?.(JSON.stringify(event))
    const problems = tried?.ok === false && tried.outcome.kind === 'correct' ? tried.outcome.problems : []
    expect(problems.map(({ code, target }) => [code, target])).toEqual(
      expect.arrayContaining([
        ['required', '/product_tmpl_id'],
        ['required', '/name'],
        ['readonly', '/barcode'],
      ]),
    )
  })

  it('says what is wrong with what is no event, and that a record could not be read', async () => {
    const run = byType['order.created']
    expect(await run?.('{')).toMatchObject({ ok: false, outcome: { kind: 'correct' } })
    const part = JSON.parse(fixture('order.created'))
    delete part.data.items
    expect(await run?.(JSON.stringify(part))).toMatchObject({ ok: false, outcome: { kind: 'retry' } })
  })
})
