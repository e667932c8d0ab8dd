import { describe, expect, it } from 'vitest'
import { invariantsOf, type Tried } from '../../clarity-extension/assist/proof.ts'
import { orderToOdoo } from '../../clarity-extension/mapping/defaults/order-to-odoo.ts'
import type { Rule } from '../../clarity-extension/mapping/rules.ts'
import { described } from '../bench/mapping-suggest/gold.ts'

const good: Rule = { to: 'commitment_date', from: 'attributes.requested_delivery', convert: ['odooDatetime'] }
const tried = (fields: string[], change: Partial<Tried> = {}): Tried => ({
  tried: 20,
  broken: 0,
  untried: 0,
  fields: fields.map((field) => ({ field })),
  ...change,
})
const broken = (given: Tried, rule: Rule = good) =>
  invariantsOf(
    { live: orderToOdoo, set: { ...orderToOdoo, rules: [...orderToOdoo.rules, rule] }, added: [rule], tried: given },
    described,
    {},
  )
    .filter(({ holds }) => holds !== true)
    .map(({ code, holds, seen }) => [code, holds, ...seen])

describe('what must stay true under a suggested rule', () => {
  it('all of it does where only its own field changes', () => {
    expect(broken(tried(['order · commitment_date']))).toEqual([])
  })

  it.each<[string, Tried, unknown[]]>([
    ['an event that went through fails', tried([], { broken: 3 }), [['nothing_fails', false, '3']]],
    ['another field changes', tried(['order · note']), [['only_target', false, 'order · note']]],
    [
      'a price changes',
      tried(['order · order_line · price_unit']),
      [
        ['only_target', false, 'order · order_line · price_unit'],
        ['amounts_same', false, 'order · order_line · price_unit'],
      ],
    ],
    [
      'something else is done with the record',
      tried(['order · follow']),
      [
        ['only_target', false, 'order · follow'],
        ['records_same', false, 'order · follow'],
      ],
    ],
  ])('not where %s', (_what, given, expected) => {
    expect(broken(given)).toEqual(expected)
  })

  it('a rule for a price is seen for what it is', () => {
    const rule: Rule = { to: 'amount', from: 'total' }
    expect(broken(tried(['payment · amount']), rule).map(([code]) => code)).toContain('amounts_same')
  })

  it('not where Odoo has no such field, or sets it itself', () => {
    expect(broken(tried([]), { to: 'x_moon', from: 'attributes.moon' })).toEqual([
      ['rules_fit', false, 'sale.order has no field “x_moon”.'],
    ])
    expect(broken(tried([]), { to: 'amount_total', from: 'total' })).toEqual([
      ['rules_fit', false, 'Odoo sets “Total” (amount_total) itself.'],
    ])
  })

  it('nothing is proven where nothing could be tried', () => {
    const open = broken(tried([], { tried: 4, untried: 4 }))
    expect(open.map(([code, holds]) => [code, holds])).toEqual([
      ['nothing_fails', null],
      ['only_target', null],
      ['amounts_same', null],
      ['records_same', null],
    ])
  })
})
