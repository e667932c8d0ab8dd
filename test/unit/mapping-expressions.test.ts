import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { map } from '../../clarity-extension/mapping/engine.ts'
import { expressionPool } from '../../clarity-extension/mapping/expressions/pool.ts'
import type { Rule, RuleSet } from '../../clarity-extension/mapping/rules.ts'
import { usd } from './mapping-support.ts'

const pool = expressionPool({ timeMs: 400 })
afterAll(() => pool.close())

const setOf = (...rules: Rule[]): RuleSet => ({
  name: 'test',
  description: 'A test.',
  entity: 'order',
  direction: 'toOdoo',
  version: 1,
  rules,
})

async function run(source: unknown, ...rules: Rule[]) {
  const set = setOf(...rules)
  const expressions = await pool.evaluate(set, source, usd)
  return map(set, source, { ...usd, expressions })
}

const one = (jsonata: string, source: unknown = {}) => run(source, { to: 'x', jsonata })
const order = {
  number: '7',
  items: [
    { sku: 'A', price: '0.10' },
    { sku: 'B', price: '0.20' },
  ],
}

describe('an expression', () => {
  it('sees the record, a line and its root, and is converted further like any value', async () => {
    expect(
      await run(
        order,
        { to: 'skus', jsonata: '$join(items.sku, "+")', convert: ['lower'] },
        { to: 'none', jsonata: 'nothing.here' },
        {
          to: 'lines',
          lines: {
            key: 'ref',
            each: [
              {
                in: 'items',
                rules: [{ to: 'ref', jsonata: '$root.number & "-" & sku & "-" & $index & $company.currency' }],
              },
            ],
          },
        },
      ),
    ).toMatchObject({
      ok: true,
      values: { skus: 'a+b', lines: { $lines: { items: [{ ref: '7-A-1USD' }, { ref: '7-B-2USD' }] } } },
    })
  })

  it('computes money exactly, and only so', async () => {
    expect(await one('$add(items[0].price, items[1].price)', order)).toMatchObject({ values: { x: '0.3' } })
    expect(await one('$roundTo($divide("10", "3", 6), 2)')).toMatchObject({ values: { x: '3.33' } })
    expect(await one('$number(items[0].price) + $number(items[1].price)', order)).toMatchObject({
      ok: false,
      problems: [{ code: 'expression_inexact' }],
    })
  })

  it('gives the same result every time: no clock, no chance, no code from text', async () => {
    for (const text of ['$now()', '$millis()', '$random()', '$shuffle([1,2])', '$eval("1")']) {
      expect(await one(text), text).toMatchObject({ ok: false, problems: [{ code: 'expression_failed' }] })
    }
  })

  it('that does not parse is a problem that names it', async () => {
    expect(await one('items[')).toMatchObject({ ok: false, problems: [{ code: 'expression_failed', value: 'items[' }] })
  })
})

describe('an expression cannot', () => {
  it.each([
    'process',
    'process.env',
    'globalThis',
    '$require("fs")',
    'require("fs").readFileSync("/etc/passwd")',
    'constructor',
    'constructor.constructor("return process")()',
    '__proto__',
    '$string.constructor',
    '$sum.constructor("return process")()',
    '$add.constructor',
    '"".constructor',
    '$$.__proto__.polluted',
    '$lookup({}, "constructor")',
    '$lookup({}, "__proto__")',
    '$root.constructor',
    'fetch("http://127.0.0.1")',
    '$fetch("http://127.0.0.1")',
    '$import("fs")',
  ])('reach out by %s', async (text) => {
    const result = await one(text, order)
    if (result.ok) expect(result.values).toEqual({})
    else expect(result.problems).toMatchObject([{ code: 'expression_failed' }])
  })

  it('change a prototype', async () => {
    await one('$ ~> | $ | {"__proto__": {"polluted": 1}} |', order)
    await one('$merge([{"__proto__": {"polluted": 1}}])', order)
    expect(await one('$lookup({}, "polluted")')).toMatchObject({ ok: true, values: {} })
    expect({}).not.toHaveProperty('polluted')
  })

  it.each([
    ['loop for ever', '($f := function($n) { $f($n + 1) }; $f(0))'],
    ['call itself without end', '($f := function($n) { 1 + $f($n + 1) }; $f(0))'],
    ['make a list without end', '[0..9999999]'],
    ['try a pattern for ever', '$match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /^(a+)+$/)'],
    ['fill the memory', '($f := function($s) { $f($s & $s) }; $f("0123456789"))'],
  ])('%s', async (_, text) => {
    const result = await run(
      order,
      { to: 'before', jsonata: 'number' },
      { to: 'x', jsonata: text },
      { to: 'after', jsonata: 'number & "!"' },
    )
    expect(result).toMatchObject({
      ok: false,
      problems: [{ target: '/x', code: expect.stringMatching(/^expression_/) }],
    })
    expect(await one('number', order)).toMatchObject({ ok: true, values: { x: '7' } })
  })

  it('hold up the thread that everything else runs on', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 5)
    await one('$match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /^(a+)+$/)')
    clearInterval(timer)
    expect(turns).toBeGreaterThan(5)
  })
})

describe('property', () => {
  const reach = [
    'process',
    'globalThis',
    'require',
    'constructor',
    '__proto__',
    'prototype',
    'env',
    'inbox',
    'take',
    'eval',
  ]
  const name = fc.constantFrom(
    ...reach,
    ...reach.map((one) => `$${one}`),
    '$',
    '$$',
    'items',
    '$string',
    '$add',
    '$keys',
  )
  const call = fc.constantFrom('', '()', '("fs")', '("return process")', '[0]', '.*', '.**', '.%')
  const text = fc
    .array(fc.tuple(name, call), { minLength: 1, maxLength: 5 })
    .map((parts) => parts.map(([one, with_]) => `${one}${with_}`).join('.'))
  const wrapped = fc.tuple(
    text,
    fc.constantFrom('X', '$string(X)', '$keys(X)', '$type(X)', '$spread(X)', '$map([1], function($v) { X })'),
  )

  it('no expression sees a file, the environment, the network or the program, and none outlives its limit', async () => {
    process.env.MAPPING_CANARY = 'canary-in-the-environment'
    await fc.assert(
      fc.asyncProperty(wrapped, async ([inner, around]) => {
        const result = await one(
          around.replace('X', () => inner),
          order,
        )
        const said = JSON.stringify(result)
        for (const leak of ['canary', 'node:', 'native code', '/usr/', 'execPath', 'SharedArrayBuffer']) {
          expect(said, inner).not.toContain(leak)
        }
        if (!result.ok) expect(result.problems[0]?.code).toMatch(/^expression_/)
      }),
      { numRuns: 150 },
    )
    expect({}).not.toHaveProperty('polluted')
    expect(await one('number', order)).toMatchObject({ ok: true, values: { x: '7' } })
  })

  it.each([
    ['$map([1..20000], function($v) { $map([1..20000], function($w) { $v * $w }) })'],
    ['($f := function($n) { $n > 0 ? [$f($n - 1), $f($n - 1)] : 0 }; $f(60))'],
    ['$reduce([1..20000], function($i, $j) { $i & $string($j) & $i }, "a")'],
    ['$replace("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /(a|aa)+$/, "b")'],
    ['$sort([1..20000], function($l, $r) { $count($filter([1..20000], function($x) { $x > $l })) > $r })'],
  ])('%s is ended at its limit', async (expression) => {
    expect(await one(expression, order)).toMatchObject({
      ok: false,
      problems: [{ code: expect.stringMatching(/^expression_(too_long|too_large|failed)$/) }],
    })
  })
})
