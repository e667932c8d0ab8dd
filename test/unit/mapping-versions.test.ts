import { describe, expect, it } from 'vitest'
import { orderToOdoo } from '../../clarity-extension/mapping/defaults/order-to-odoo.ts'
import { diff } from '../../clarity-extension/mapping/diff.ts'
import { defaultRuleSets } from '../../clarity-extension/mapping/order.ts'
import { preview, rehearsedOrder } from '../../clarity-extension/mapping/preview.ts'
import type { Rule, RuleSet } from '../../clarity-extension/mapping/rules.ts'
import {
  activate,
  begin,
  deliver,
  discardDraft,
  type History,
  liveRules,
  type Merge,
  type Moved,
  rollBack,
  saveDraft,
} from '../../clarity-extension/mapping/versions.ts'
import { mapFixture, operationsOf, usd } from './mapping-support.ts'

const ann = { by: 'Ann', at: '2026-11-20T10:00:00Z' }
const bob = { by: 'Bob', at: '2026-11-20T11:00:00Z' }
const rule = (to: string, value: string): Rule => ({ to, const: value })
const base: RuleSet = { ...orderToOdoo, rules: [rule('a', '1'), rule('b', '1')] }
const withRules = (...rules: Rule[]): RuleSet => ({ ...base, rules })

function ok(moved: Moved): History {
  if (!moved.ok) throw new Error(moved.message)
  return moved.history
}

const partsOf = (moved: Moved): Merge['parts'] => (!moved.ok && moved.code === 'conflict' ? moved.merge.parts : [])

describe('rules that a newer bridge delivers', () => {
  const newer: RuleSet = { ...base, rules: [rule('a', '1'), rule('b', '2')] }

  it('go live where the delivered ones were', () => {
    const upgraded = ok(deliver(begin(base, ann), newer, bob))
    expect(upgraded).toMatchObject({ live: 2, versions: [{ number: 1 }, { number: 2, delivered: true, by: 'Bob' }] })
    expect(deliver(upgraded, newer, bob)).toMatchObject({ ok: false, code: 'unchanged' })
    expect(deliver(upgraded, base, bob), 'nor an older bridge that starts beside it').toMatchObject({ ok: false })
  })

  it("stand beside a merchant's own", () => {
    const own = ok(activate(ok(saveDraft(begin(base, ann), withRules(rule('a', '9')), 0, ann)), 2, '', ann))
    expect(ok(deliver(own, newer, bob))).toMatchObject({ live: 2, versions: [{}, { number: 2 }, { number: 3 }] })
  })
})

describe('versions of a rule set', () => {
  it('a draft maps nothing until it is activated; an earlier version comes back unchanged', () => {
    const first = begin(base, ann)
    const drafted = ok(saveDraft(first, withRules(rule('a', '2')), 0, bob))
    expect(liveRules(drafted)).toEqual({ ...base, version: 1 })
    const second = ok(activate(drafted, 2, 'Two is right', bob))
    expect(second).toMatchObject({
      live: 2,
      versions: [
        { number: 1, by: 'Ann' },
        { number: 2, by: 'Bob', note: 'Two is right' },
      ],
    })
    expect(second).not.toHaveProperty('draft')
    const back = ok(rollBack(second, 1))
    expect(liveRules(back)).toEqual({ ...base, version: 1 })
    expect(back.versions).toEqual(second.versions)
    const third = ok(activate(ok(saveDraft(back, withRules(rule('a', '3')), 0, ann)), 5, '', ann))
    expect(third.live).toBe(3)
    expect(third.revision).toBe(6)
  })

  it("refuses a save over somebody else's, and shows what both changed", () => {
    const drafted = ok(saveDraft(begin(base, ann), withRules(rule('a', '2'), rule('b', '1')), 0, ann))
    const refused = saveDraft(drafted, withRules(rule('a', '3'), rule('b', '1'), rule('c', '1')), 0, bob)
    expect(refused).toMatchObject({
      ok: false,
      code: 'conflict',
      message: expect.stringContaining('Ann'),
      merge: { conflicts: 1, parts: expect.any(Array) },
    })
    expect(partsOf(refused).filter(({ state }) => state !== 'same')).toEqual([
      { key: 'rules/a 1', base: rule('a', '1'), theirs: rule('a', '2'), yours: rule('a', '3'), state: 'conflict' },
      { key: 'rules/c 1', yours: rule('c', '1'), state: 'yours' },
    ])
  })

  it('tells a rule that was taken out, one that both made alike, and keeps the order of both', () => {
    const theirs = ok(saveDraft(begin(base, ann), withRules(rule('n', '1'), rule('b', '1'), rule('z', '1')), 0, ann))
    const parts = partsOf(
      saveDraft(theirs, withRules(rule('a', '1'), rule('x', '1'), rule('b', '1'), rule('z', '1')), 0, bob),
    )
    expect(parts.filter(({ key }) => key.startsWith('rules/')).map(({ key, state }) => `${key} ${state}`)).toEqual([
      'rules/n 1 theirs',
      'rules/a 1 theirs',
      'rules/x 1 yours',
      'rules/b 1 same',
      'rules/z 1 both',
    ])
  })

  it('never takes a draft for a later one that stands in its place', () => {
    const first = ok(saveDraft(begin(base, ann), withRules(rule('a', '2')), 0, ann))
    const again = ok(saveDraft(ok(discardDraft(first)), withRules(rule('a', '7')), 0, bob))
    expect(saveDraft(again, withRules(rule('a', '3')), first.draft?.revision ?? 0, ann)).toMatchObject({
      code: 'conflict',
    })
  })

  it('lets a merged draft go live over the version that came between', () => {
    const second = ok(activate(ok(saveDraft(begin(base, ann), withRules(rule('b', '9')), 0, ann)), 2, '', ann))
    const stale = ok(saveDraft(ok(rollBack(second, 1)), withRules(rule('a', '5')), 0, bob))
    const live = ok(rollBack(stale, 2))
    const merged = ok(saveDraft(live, withRules(rule('a', '5'), rule('b', '9')), live.draft?.revision ?? 0, bob, 2))
    expect(ok(activate(merged, merged.draft?.revision ?? 0, '', bob)).live).toBe(3)
  })

  it('refuses to activate over a version that went live meanwhile', () => {
    const drafted = ok(saveDraft(begin(base, ann), withRules(rule('b', '9')), 0, ann))
    const second = ok(activate(drafted, 2, '', ann))
    const stale = ok(saveDraft(ok(rollBack(second, 1)), withRules(rule('a', '5')), 0, bob))
    const refused = activate(ok(rollBack(stale, 2)), stale.draft?.revision ?? 0, '', bob)
    expect(refused).toMatchObject({ ok: false, code: 'conflict' })
    expect(partsOf(refused).map(({ key, state }) => `${key} ${state}`)).toEqual(
      expect.arrayContaining(['rules/a 1 conflict', 'rules/b 1 conflict']),
    )
  })

  it.each<[string, (history: History) => Moved, string]>([
    ['activate nothing', (history) => activate(history, 0, '', ann), 'no_draft'],
    ['activate what is live', (history) => activate(ok(saveDraft(history, base, 0, ann)), 2, '', ann), 'unchanged'],
    ['roll back to nowhere', (history) => rollBack(history, 7), 'no_such_version'],
    ['roll back to now', (history) => rollBack(history, 1), 'already_live'],
    ['throw no draft away', (history) => discardDraft(history), 'no_draft'],
  ])('refuses to %s', (_, move, code) => {
    expect(move(begin(base, ann))).toMatchObject({ ok: false, code })
  })

  it('throws a draft away', () => {
    const drafted = ok(saveDraft(begin(base, ann), withRules(rule('a', '2')), 0, ann))
    expect(ok(discardDraft(drafted))).not.toHaveProperty('draft')
  })
})

describe('what a change of rules would change', () => {
  it('is told line by line, and one more line moves no other', () => {
    const [before] = operationsOf('guest')
    const [after] = operationsOf('guest', {
      note: 'new',
      items: [
        {
          lineId: 'L9',
          sku: 'NEW',
          name: 'New',
          quantity: '1',
          unitPrice: '24.00',
          taxAmount: '3.60',
          taxRate: '15',
          total: '24.00',
        },
        {
          lineId: 'L1',
          sku: 'TEE-RED-M',
          name: 'Classic tee (Red, M)',
          quantity: '1',
          unitPrice: '24.00',
          taxAmount: '3.60',
          taxRate: '15',
          total: '24.00',
        },
        {
          lineId: 'L2',
          sku: 'MUG-WHT',
          name: 'Enamel mug (White)',
          quantity: '1',
          unitPrice: '12.40',
          taxAmount: '1.86',
          taxRate: '15',
          total: '12.40',
        },
      ],
    })
    expect(diff(before?.values, after?.values)).toMatchObject([
      { at: '/order_line/L1/product_uom_qty', kind: 'changed', before: '2', after: '1' },
      { at: '/order_line/L9', kind: 'added' },
      { at: '/note', kind: 'added', after: 'new' },
    ])
    expect(diff(before?.values, before?.values)).toEqual([])
  })

  it('takes a marker for one value', () => {
    const find = (code: string) => ({ journal_id: { $find: { model: 'account.journal', by: { code } } } })
    expect(diff(find('A'), find('B'))).toEqual([
      { at: '/journal_id', kind: 'changed', before: find('A').journal_id, after: find('B').journal_id },
    ])
  })
})

describe('case 39: a mistaken mapping was live', () => {
  it('is corrected as a draft, previewed on the real orders, activated, and shows only the orders it changes', () => {
    const wrong: RuleSet = {
      ...orderToOdoo,
      rules: orderToOdoo.rules.map((one) => (one.to === 'origin' ? { ...one, from: 'id' } : one)),
    }
    const live = begin(wrong, ann)
    const drafted = ok(saveDraft(live, orderToOdoo, 0, bob))
    const using = (rules: RuleSet) => ({ ...usd, exchange: null, ruleSets: { ...defaultRuleSets, order: rules } })
    const previews = ['guest', 'registered', 'foreign-currency'].map((name) =>
      preview(
        rehearsedOrder(mapFixture(name, {}, using(liveRules(drafted)))),
        rehearsedOrder(mapFixture(name, {}, using(drafted.draft?.rules ?? wrong))),
      ),
    )
    expect(previews).toEqual([
      {
        before: 'mapped',
        after: 'mapped',
        changes: [{ at: '/order:1001/values/origin', kind: 'changed', before: '1001', after: 'CL-1001' }],
      },
      {
        before: 'mapped',
        after: 'mapped',
        changes: [{ at: '/order:1002/values/origin', kind: 'changed', before: '1002', after: 'CL-1002' }],
      },
      { before: 'correct', after: 'correct', changes: [] },
    ])
    const mended = ok(activate(drafted, 2, 'The number, not the id', bob))
    expect(operationsOf('guest', {}, using(liveRules(mended)))[0]?.values.origin).toBe('CL-1001')
  })
})
