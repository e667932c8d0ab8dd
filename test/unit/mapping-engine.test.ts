import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { map } from '../../clarity-extension/mapping/engine.ts'
import { canonical } from '../../clarity-extension/mapping/json.ts'
import { lookUp, mergeTables } from '../../clarity-extension/mapping/lookups.ts'
import { defaultRuleSets } from '../../clarity-extension/mapping/order.ts'
import { ruleSet } from '../../clarity-extension/mapping/rule-shape.ts'
import type { Condition, Rule, RuleSet } from '../../clarity-extension/mapping/rules.ts'
import { usd } from './mapping-support.ts'

const set = (...rules: Rule[]): RuleSet => ({
  name: 'test',
  description: 'A test.',
  entity: 'order',
  direction: 'toOdoo',
  version: 1,
  model: 'sale.order',
  rules,
})

const valuesOf = (source: unknown, ...rules: Rule[]) => {
  const mapped = map(set(...rules), source, usd)
  return mapped.ok ? mapped.values : mapped.problems
}

describe('a rule', () => {
  it('takes a field, a constant, a default, the first of several, or all of them', () => {
    const source = { a: ' x ', b: '', deep: { er: [1, 2] } }
    const rules: Rule[] = [
      { to: 'one', from: 'a', convert: ['trim'] },
      { to: 'two', const: false },
      { to: 'three', from: 'b', default: 'none' },
      { to: 'four', from: ['b', 'a'] },
      { to: 'five', from: ['a', 'b', 'deep.er.1'], join: '-' },
      { to: 'attributes.x_studio_six', from: '/deep/er/0' },
      { to: 'gone', from: 'nowhere' },
    ]
    expect(valuesOf(source, ...rules)).toEqual({
      one: 'x',
      two: false,
      three: 'none',
      four: ' x ',
      five: 'x-2',
      attributes: { x_studio_six: 1 },
    })
  })

  it('writes one source to many targets, and a part of a split one', () => {
    const parts = [0, 1, -1, 9].map((take) => ({ to: `part${take + 1}`, from: 'path', split: { by: '/', take } }))
    expect(valuesOf({ path: 'a / b / c' }, ...parts)).toEqual({ part1: 'a', part2: 'b', part0: 'c' })
  })

  it('stands before the next one with the same target', () => {
    const rules: Rule[] = [
      { to: 'x', when: { path: 'vip', equals: true }, const: 'vip' },
      { to: 'x', from: 'kind', lookup: { table: 'payment_method', missing: 'next' } },
      { to: 'x', const: 'other' },
    ]
    const context = { ...usd, lookups: { payment_method: { title: '', about: '', entries: { card: 'BNK1' } } } }
    const xOf = (source: unknown) => {
      const mapped = map(set(...rules), source, context)
      return mapped.ok && mapped.values.x
    }
    expect([xOf({ vip: true, kind: 'card' }), xOf({ kind: 'card' }), xOf({ kind: 'cash' })]).toEqual([
      'vip',
      'BNK1',
      'other',
    ])
  })

  it('maps every line, of several lists one after another', () => {
    const rule: Rule = {
      to: 'lines',
      lines: {
        key: 'ref',
        each: [
          {
            in: 'items',
            when: { path: 'skip', exists: false },
            rules: [
              { to: 'ref', from: 'id' },
              { to: 'n', from: '$index' },
              { to: 'c', from: '/currency' },
            ],
          },
          { in: 'fees', at: 'source', rules: [{ to: 'ref', from: 'id' }] },
        ],
      },
    }
    const source = {
      currency: 'EUR',
      items: [{ id: 'a' }, { id: 'b', skip: 1 }, { id: 'c' }],
      fees: [{ id: 'f', source: '/total' }],
    }
    const mapped = map(set(rule), source, usd)
    expect(mapped).toMatchObject({
      values: {
        lines: {
          $lines: { key: 'ref', items: [{ ref: 'a', n: 1, c: 'EUR' }, { ref: 'c', n: 3, c: 'EUR' }, { ref: 'f' }] },
        },
      },
      origins: { '/lines/$lines/items/1': '/items/2', '/lines/$lines/items/2/ref': '/total/id' },
    })
  })

  it('turns names into records and leaves ids and markers', () => {
    const entries = { text: 'BNK1', id: 7, marker: { $xmlid: 'a.b' }, many: ['A', 3] }
    const context = { ...usd, lookups: { t: { title: '', about: '', entries } } }
    const recordOf = (key: string) => {
      const rule: Rule = {
        to: 'x',
        const: key,
        lookup: { table: 't', missing: 'problem' },
        record: { model: 'm', field: 'code' },
      }
      const mapped = map(set(rule), {}, context)
      return mapped.ok && mapped.values.x
    }
    expect(recordOf('text')).toEqual({ $find: { model: 'm', by: { code: 'BNK1' } } })
    expect(recordOf('id')).toBe(7)
    expect(recordOf('marker')).toEqual({ $xmlid: 'a.b' })
    expect(recordOf('many')).toEqual([{ $find: { model: 'm', by: { code: 'A' } } }, 3])
  })
})

describe('problems', () => {
  it('are all told at once, with both sides and a remedy', () => {
    const rules: Rule[] = [
      { to: 'name', from: 'name', required: true },
      { to: 'qty', from: 'quantity', convert: ['integer'] },
      { to: 'journal', from: 'method', lookup: { table: 'missing_table', missing: 'problem' } },
      { to: 'broken', from: 'method', convert: ['nonsense'] },
      { to: 'lines', list: [{ in: 'items', rules: [{ to: 'sku', from: 'sku', required: true }] }] },
    ]
    const problems = valuesOf({ quantity: '1.5', method: 'cash', items: [{ sku: 'A' }, {}] }, ...rules)
    expect(problems).toMatchObject([
      { code: 'not_whole', field: '/quantity', target: '/qty', value: '1.5' },
      { code: 'unmapped_missing_table', field: '/method', target: '/journal', value: 'cash' },
      { code: 'bad_rule', target: '/broken' },
      {
        code: 'required',
        field: '/items/1/sku',
        target: '/lines/1/sku',
        message: expect.stringContaining('items 2 › sku'),
      },
      { code: 'required', field: '/name', target: '/name' },
    ])
    for (const problem of Array.isArray(problems) ? problems : [])
      expect(problem).toHaveProperty('remedy', expect.stringMatching(/\w.*\.$/))
  })

  it('an expression that was not run is one', () => {
    expect(valuesOf({}, { to: 'x', jsonata: '1' })).toMatchObject([{ code: 'expression_not_run' }])
  })
})

describe('conditions', () => {
  it.each<[Condition, boolean]>([
    [{ path: 'n', equals: '5' }, true],
    [{ path: 'n', equals: 5 }, true],
    [{ path: 'none', equals: null }, true],
    [{ path: 'n', in: [4, 5] }, true],
    [{ path: 'none', exists: true }, false],
    [{ path: 'money', greater: '100000000000000000.01' }, true],
    [{ path: 'money', greater: '100000000000000000.02' }, false],
    [{ path: 'money', less: '1' }, false],
    [{ path: 'text', less: '1' }, false],
    [{ path: 'text', contains: 'ELL' }, true],
    [{ path: 'tags', contains: 'b2b' }, true],
    [{ not: { path: 'n', equals: 5 } }, false],
    [
      {
        and: [
          { path: 'n', equals: 5 },
          { path: 'text', exists: true },
        ],
      },
      true,
    ],
    [
      {
        or: [
          { path: 'n', equals: 6 },
          { path: 'none', exists: true },
        ],
      },
      false,
    ],
    [{ path: '$company.currency', equals: 'USD' }, true],
    [{ some: { in: 'lines', where: { path: 'kind', equals: 'big' } } }, true],
    [{ some: { in: 'lines', where: { path: 'kind', equals: 'huge' } } }, false],
    [{ some: { in: 'nowhere', where: { path: 'kind', exists: true } } }, false],
  ])('%j is %s', (when, expected) => {
    const source = {
      n: 5,
      money: '100000000000000000.02',
      text: 'hello',
      tags: ['b2b'],
      lines: [{ kind: 'small' }, { kind: 'big' }],
    }
    expect(valuesOf(source, { to: 'x', when, const: 1 })).toEqual(expected ? { x: 1 } : {})
  })
})

describe('safety', () => {
  it('no path reaches a prototype, no target writes one', () => {
    const paths = ['__proto__.polluted', 'constructor.name', 'items.constructor', 'toString', '/__proto__/x']
    for (const from of paths) expect(valuesOf({ items: [] }, { to: 'x', from })).toEqual({})
    for (const to of ['__proto__.x', 'a.constructor.b', 'prototype']) {
      expect(ruleSet.safeParse(set({ to, const: 1 })).success, to).toBe(false)
    }
    expect(valuesOf({}, { to: 'toString', const: 1 })).toEqual({ toString: 1 })
    expect(lookUp({ t: { title: '', about: '', entries: {} } }, 't', 'constructor')).toBeUndefined()
  })
})

describe('rule sets as data', () => {
  // A key `__proto__` is dropped at the door: no record has one.
  const json = fc
    .jsonValue()
    .map((value) => JSON.stringify(value))
    .filter((text) => !text.includes('__proto__'))
    .map((text) => JSON.parse(text))
  const name = fc.stringMatching(/^[a-z_]{1,12}$/).filter((text) => !/^(constructor|prototype|__proto__)$/.test(text))
  const condition = fc.letrec<{ one: Condition }>((tie) => ({
    one: fc.oneof(
      { depthSize: 'small' },
      fc.record({ path: name, equals: json }),
      fc.record({ path: name, exists: fc.boolean() }),
      fc.record({ not: tie('one') }),
      fc.record({ and: fc.array(tie('one'), { minLength: 1, maxLength: 3 }) }),
    ),
  })).one
  const source = fc.oneof(
    fc.record({ from: fc.oneof(name, fc.array(name, { minLength: 1, maxLength: 3 })) }),
    fc.record({ const: json }),
    fc.record({
      find: fc.record({ model: name, by: fc.dictionary(name, fc.record({ from: name }), { noNullPrototype: true }) }),
    }),
    fc.record({ jsonata: fc.string({ minLength: 1 }) }),
  )
  const rule = fc
    .tuple(
      source,
      fc.record({ to: name }),
      fc.record({ when: condition, required: fc.boolean(), default: json, join: fc.string() }, { requiredKeys: [] }),
    )
    .map(([one, target, more]) => ({ ...one, ...target, ...more }))

  const around = fc.record(
    {
      match: fc.array(fc.record({ by: fc.dictionary(name, fc.record({ from: name })) }), { maxLength: 2 }),
      follow: fc.array(fc.record({ do: fc.constantFrom('confirm', 'cancel', 'post'), when: condition }), {
        maxLength: 2,
      }),
      review: fc.array(fc.record({ when: condition, reason: fc.string({ minLength: 1 }) }), { maxLength: 2 }),
    },
    { requiredKeys: [] },
  )

  it('survive export and import unchanged', () => {
    fc.assert(
      fc.property(fc.array(rule, { minLength: 1, maxLength: 8 }), around, (rules, more) => {
        const given: RuleSet = { ...set(...rules), ...more }
        const back = ruleSet.parse(JSON.parse(JSON.stringify(given)))
        expect(canonical(back)).toBe(canonical(given))
      }),
    )
    for (const given of Object.values(defaultRuleSets)) {
      expect(ruleSet.parse(JSON.parse(JSON.stringify(given)))).toEqual(given)
    }
  })

  it('are refused with two sources, none, or a field nobody knows', () => {
    const refused = [{ to: 'x' }, { to: 'x', from: 'a', const: 1 }, { to: 'x', from: 'a', form: 'b' }]
    for (const one of refused) expect(ruleSet.safeParse({ ...set(), rules: [one] }).success).toBe(false)
  })
})

describe('a rule with stars', () => {
  it('writes every custom field to the one of its name, and leaves those that have a rule of their own', () => {
    const source = { attributes: { giftWrap: true, 'Gift note': 'Hi', channel: 'eBay', none: '', 'a.b/c': 1 } }
    const rules: Rule[] = [
      { to: 'x_studio_channel', const: 'web' },
      { to: 'x_studio_*', from: 'attributes.*', convert: ['text'] },
    ]
    expect(valuesOf(source, ...rules)).toEqual({
      x_studio_channel: 'web',
      x_studio_gift_wrap: 'true',
      x_studio_gift_note: 'Hi',
      x_studio_a_b_c: '1',
    })
  })

  it('writes them back, in a line too', () => {
    const source = { name: 'S1', x_studio_color: 'red', x_studio_size: 2, lines: [{ x_studio_color: 'blue' }] }
    const back: Rule = { to: 'attributes.*', from: 'x_studio_*' }
    const lines: Rule = { to: 'items', list: [{ in: 'lines', rules: [back] }] }
    expect(valuesOf(source, back, lines)).toEqual({
      attributes: { color: 'red', size: 2 },
      items: [{ attributes: { color: 'blue' } }],
    })
  })

  it('tells where each value came from', () => {
    const mapped = map(set({ to: 'x_studio_*', from: 'attributes.*' }), { attributes: { 'a.b': 1, c: 2 } }, usd)
    expect(mapped.ok && mapped.origins).toEqual({ '/x_studio_a_b': '/attributes/a.b', '/x_studio_c': '/attributes/c' })
  })

  it('never reaches into the program', () => {
    const source = { attributes: JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2, "fine": 3}') }
    const values = valuesOf(source, { to: 'attributes.*', from: 'attributes.*' })
    expect(JSON.stringify(values)).toBe('{"attributes":{"fine":3}}')
    expect({}).not.toHaveProperty('polluted')
  })

  it.each([
    { to: 'x_*', from: 'a' },
    { to: 'x', from: 'a.*' },
    { to: 'x_*_y', from: 'a.*' },
    { to: 'x_*', const: 1 },
  ])('that makes no sense is refused: %j', (rule) => {
    expect(ruleSet.safeParse({ ...set(), rules: [rule] }).success).toBe(false)
  })
})

describe('split and join', () => {
  const part = fc.stringMatching(/^[^\s|]{1,12}( [^\s|]{1,8})?$/u)

  it('are inverse: what one rule puts together, rules take apart again', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
        const from = parts.map((_, index) => `part${index}`)
        const source = Object.fromEntries(parts.map((one, index) => [`part${index}`, one]))
        const joined = valuesOf(source, { to: 'whole', from, join: '|' })
        const back = from.map((to, take): Rule => ({ to, from: 'whole', split: { by: '|', take } }))
        expect(valuesOf(joined, ...back)).toEqual(source)
        expect(valuesOf(joined, { to: 'list', from: 'whole', split: { by: '|' } })).toEqual({ list: parts })
      }),
    )
  })

  it('leave no gap where a part is absent, and options become attributes and back', () => {
    expect(valuesOf({ a: 'x', c: 'z' }, { to: 'whole', from: ['a', 'b', 'c'], join: ', ' })).toEqual({ whole: 'x, z' })
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[A-Za-z]{1,8}$/), part, { maxKeys: 5, minKeys: 1 }), (options) => {
        const rules: Rule[] = [{ to: 'options', from: 'options', convert: ['entries', 'fromEntries'] }]
        expect(valuesOf({ options }, ...rules)).toEqual({ options: { ...options } })
      }),
    )
  })
})

describe('value tables', () => {
  it('merge, take away and fall back', () => {
    const tables = mergeTables(
      { t: { title: 'T', about: '', entries: { a: 1, b: 2 } } },
      { t: { entries: { a: null, c: 3, '*': 0 } }, own: { entries: { x: 'y' } } },
    )
    expect(tables.t?.entries).toEqual({ b: 2, c: 3, '*': 0 })
    expect(lookUp(tables, 't', 'zzz')).toEqual({ result: 0, used: { table: 't', key: 'zzz', entry: '*' } })
    expect(lookUp(tables, 'own', 'x')?.result).toBe('y')
  })
})
