import { describe, expect, it } from 'vitest'
import { answerOf } from '../../clarity-extension/delivery/result.ts'
import { defaultLookups } from '../../clarity-extension/mapping/defaults/lookups.ts'
import { orderToOdoo } from '../../clarity-extension/mapping/defaults/order-to-odoo.ts'
import { expressionPool } from '../../clarity-extension/mapping/expressions/pool.ts'
import type { Rule } from '../../clarity-extension/mapping/rules.ts'
import { wantedRecords } from '../../clarity-extension/mapping/validate/wanted.ts'
import type { Described, Field } from '../../clarity-extension/mapping/validate.ts'
import { orderMapper } from '../../clarity-extension/ports/order-mapper.ts'
import { orderFixture } from '../unit/mapping-support.ts'

const char: Field = { string: 'Reference', type: 'char', required: false, readonly: false }
const known: Described = { 'sale.order': { note: { ...char, string: 'Terms', size: 3 }, origin: char } }

async function mapped(
  rules: Rule[],
  described: Described = {},
  renewed = described,
  change: Record<string, unknown> = {},
  approvals: string[] = [],
) {
  const asked: string[] = []
  const looked: string[] = []
  const expressions = expressionPool()
  const mapOrder = orderMapper({
    context: async () => ({ ok: true, value: { lookups: defaultLookups, company: { currency: 'USD' } } }),
    paymentsOn: async () => true,
    liveRules: async () => ({ sets: new Map([['order-to-odoo', { ...orderToOdoo, version: 4, rules }]]) }),
    customer: async () => {
      throw new Error('a guest has no customer')
    },
    rates: async ({ currency }) => ({
      ok: true,
      value: currency === 'EUR' ? { rate: '0.8', date: '2026-01-01' } : null,
    }),
    products: async () => {
      throw new Error('no rule looks at products')
    },
    async existing(parts) {
      const wanted = parts.flatMap(wantedRecords)
      looked.push(...wanted.map(({ model, field, value, target }) => `${model} ${field} ${value} at ${target}`))
      return []
    },
    history: async () => {
      throw new Error('no rule looks at earlier orders')
    },
    expressions,
    fields: {
      of: async () => described,
      async renewed() {
        asked.push('renewed')
        return renewed
      },
    },
  })
  const answer = await mapOrder(orderFixture('guest', { note: 'too long', ...change }).order, undefined, approvals)
  await expressions.close()
  if (!answer.ok) throw new Error('it has all it needs')
  return { asked, looked, mapped: answer.value }
}

const rules: Rule[] = [
  { to: 'origin', jsonata: '"WEB-" & number' },
  { to: 'note', from: 'note' },
]

describe('an order under the live rules', () => {
  it('CASES 23: in another currency takes the rate of its day with it, and waits for one', async () => {
    const plain = orderToOdoo.rules
    const { mapped: euros } = await mapped(plain, {}, {}, { currency: 'EUR' })
    expect(euros).toMatchObject({ ok: true, operations: [{ values: { clarity_rate: '0.8' } }] })
    const { mapped: pounds } = await mapped(plain, {}, {}, { currency: 'GBP' })
    expect(pounds).toMatchObject({ ok: false, outcome: { kind: 'correct', problems: [{ code: 'no_rate' }] } })
  })

  it('is no longer held to what a person approved, and still to the rest; Odoo says all that it holds it for at once', async () => {
    const { mapped: order } = await mapped(orderToOdoo.rules, {}, {}, {}, ['credit_limit', 'customer_warning'])
    if (!order.ok) throw new Error(JSON.stringify(order.outcome))
    const [operation] = order.operations
    expect(operation.checks).toEqual(['not_for_sale', 'customer_on_hold'])
    const problem = { message: 'no', field: '/partner_id' }
    const codes = ['credit_limit', 'customer_warning'] as const
    const problems = codes.map((code) => ({ ...problem, code }))
    expect(answerOf(operation, { id: operation.id, status: 'review', problems })).toMatchObject({
      outcome: { kind: 'review', cause: 'credit_limit', facts: { reasons: codes.map((cause) => ({ cause })) } },
    })
  })

  it('is mapped with its expressions, and says by which versions', async () => {
    const { mapped: order } = await mapped(rules)
    expect(order).toMatchObject({
      ok: true,
      operations: [{ values: { origin: 'WEB-CL-1001', note: 'too long' } }],
      by: [
        { name: 'address-to-odoo', version: 1 },
        { name: 'customer-to-odoo', version: 1 },
        { name: 'order-to-odoo', version: 4 },
      ],
    })
  })

  it('is held up by what Odoo would not take, every field of it at once, on both sides', async () => {
    const { mapped: order } = await mapped([...rules, { to: 'x_nowhere', const: '1' }], known)
    expect(order).toMatchObject({
      ok: false,
      outcome: {
        kind: 'correct',
        problems: [
          { code: 'too_long', field: '/note', target: '/note', value: 'too long' },
          { code: 'unknown_field', target: '/x_nowhere' },
        ],
      },
    })
  })

  it('tells with what cannot be mapped what Odoo would not take and does not have, once per place', async () => {
    const more: Rule[] = [
      { to: 'reference', from: 'attributes.nothing', required: true },
      { to: 'team_id', const: 'Nobody', record: { model: 'crm.team', field: 'name' } },
    ]
    const { mapped: order, looked } = await mapped([...rules, ...more, { to: 'x_nowhere', const: '1' }], known)
    expect(order).toMatchObject({
      ok: false,
      outcome: {
        problems: [
          { code: 'required', target: '/reference' },
          { code: 'too_long', field: '/note', target: '/note' },
          { code: 'unknown_field', target: '/team_id' },
          { code: 'unknown_field', target: '/x_nowhere' },
        ],
      },
    })
    expect(looked).toContain('crm.team name Nobody at /team_id')
  })

  it('is not held up by what Odoo takes by now', async () => {
    const { mapped: order, asked } = await mapped(rules, known, { 'sale.order': { note: char, origin: char } })
    expect(order.ok).toBe(true)
    expect(asked).toEqual(['renewed'])
  })

  it('is not checked against fields that nobody knows', async () => {
    const { mapped: order, asked } = await mapped(rules, {})
    expect(order.ok).toBe(true)
    expect(asked).toEqual([])
  })
})
