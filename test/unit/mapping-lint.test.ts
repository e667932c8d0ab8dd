import { describe, expect, it } from 'vitest'
import { defaultLookups } from '../../clarity-extension/mapping/defaults/lookups.ts'
import { orderToOdoo } from '../../clarity-extension/mapping/defaults/order-to-odoo.ts'
import { lint } from '../../clarity-extension/mapping/lint.ts'
import { deliveredRules } from '../../clarity-extension/mapping/rule-sets.ts'
import type { Rule } from '../../clarity-extension/mapping/rules.ts'
import { sourceFields } from '../../clarity-extension/mapping/sources.ts'
import type { Described } from '../../clarity-extension/mapping/validate.ts'

const char = { string: 'Text', type: 'char', required: false, readonly: false }
const described: Described = {
  'sale.order': {
    origin: char,
    state: { ...char, string: 'Status', readonly: true },
    x_must: { ...char, string: 'Cost centre', required: true },
    order_line: { ...char, type: 'one2many', relation: 'sale.order.line' },
  },
  'sale.order.line': { name: char },
}
const faultsOf = (...rules: Rule[]) => lint({ ...orderToOdoo, rules }, described, defaultLookups)
const must: Rule = { to: 'x_must', const: '1' }

describe('what can be seen of rules without a record', () => {
  it.each(deliveredRules)('is nothing wrong in $rules.name', ({ rules }) => {
    expect(lint(rules, {}, defaultLookups)).toEqual([])
    expect(sourceFields(rules.name).length).toBeGreaterThan(0)
  })

  it.each<[string, Rule, object[]]>([
    [
      'a conversion',
      { to: 'origin', from: 'a', convert: ['trim', 'uper'] },
      [{ at: '/rules/0/convert/1', level: 'error' }],
    ],
    ['its arguments', { to: 'origin', from: 'a', convert: [{ do: 'truncate' }] }, [{ level: 'error' }]],
    ['an expression', { to: 'origin', jsonata: 'a[' }, [{ at: '/rules/0/jsonata', level: 'error' }]],
    ['a field', { to: 'orign', from: 'a' }, [{ at: '/rules/0/to', level: 'warning' }]],
    ['one that Odoo sets', { to: 'state', from: 'a' }, [{ at: '/rules/0/to', level: 'warning' }]],
    [
      'a table',
      { to: 'origin', from: 'a', lookup: { table: 'x', missing: 'pass' } },
      [{ at: '/rules/0/lookup/table' }],
    ],
    [
      'a part',
      { to: 'origin', find: { model: 'm', by: { a: { from: 'b', convert: ['no'] } } } },
      [{ at: '/rules/0/find/by/a/convert/0' }],
    ],
    [
      'a line',
      { to: 'order_line', lines: { key: 'name', each: [{ in: 'items', rules: [{ to: 'nme', from: 'name' }] }] } },
      [{ at: '/rules/0/lines/each/0/rules/0/to', message: 'sale.order.line has no field “nme”.' }],
    ],
  ])('names %s that is wrong, where it stands', (_, rule, faults) => {
    expect(faultsOf(rule, must)).toMatchObject(faults)
  })

  it('names a custom field that Odoo requires and nothing writes', () => {
    expect(faultsOf({ to: 'origin', from: 'a' })).toMatchObject([
      { at: '/rules', message: expect.stringContaining('Cost centre') },
    ])
  })
})
