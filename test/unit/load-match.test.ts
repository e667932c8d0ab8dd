import { describe, expect, it } from 'vitest'
import { type Candidate, type MatchRules, match } from '../../clarity-extension/load/match.ts'
import { cleanKey, customerRules, productRules } from '../../clarity-extension/ports/load/keys.ts'

const record = (id: string, keys: Candidate['keys'], more: Partial<Candidate> = {}): Candidate => ({
  ...{ id, label: id, active: true, keys },
  ...more,
})
const none = new Map<string, string>()
const of = (sources: Candidate[], targets: Candidate[], rules: MatchRules = productRules(true), links = none) =>
  match(sources, targets, links, rules).verdicts

describe('matching before a first load', () => {
  it('links by the first key that finds exactly one', () => {
    const targets = [record('o1', { sku: 'MUG' }), record('o2', { barcode: '400' })]
    expect(of([record('c1', { sku: ' MUG' }), record('c2', { barcode: '400' })], targets)).toEqual([
      { verdict: 'linked', target: 'o1', by: 'sku' },
      { verdict: 'linked', target: 'o2', by: 'barcode' },
    ])
  })

  it('is new where no key finds any, skipped where there is no key or it is not for sale', () => {
    const sources = [
      record('c1', { sku: 'MUG' }),
      record('c2', { sku: ' ' }),
      record('c3', { sku: 'X' }, { active: false }),
    ]
    expect(of(sources, [])).toEqual([
      { verdict: 'new' },
      { verdict: 'skipped', why: 'no_key' },
      { verdict: 'skipped', why: 'inactive' },
    ])
    expect(of([record('c1', { sku: 'MUG' })], [], productRules(false))).toEqual([
      { verdict: 'skipped', why: 'not_there' },
    ])
  })

  it('CASES 27: asks where several have the value, on either side', () => {
    const twins = [record('o1', { sku: 'MUG' }), record('o2', { sku: 'MUG' })]
    expect(of([record('c1', { sku: 'MUG' })], twins)).toEqual([
      { verdict: 'conflict', why: 'several_there', by: 'sku', targets: ['o1', 'o2'] },
    ])
    const here = [record('c1', { sku: 'MUG' }), record('c2', { sku: 'MUG' })]
    expect(of(here, [record('o1', { sku: 'MUG' })])).toMatchObject([{ why: 'several_here' }, { why: 'several_here' }])
    // Two records would become two of one SKU.
    expect(of(here, [])).toMatchObject([
      { why: 'several_here', targets: [] },
      { why: 'several_here', targets: [] },
    ])
  })

  it('asks where keys say different things', () => {
    const targets = [record('o1', { sku: 'MUG' }), record('o2', { barcode: '400' })]
    expect(of([record('c1', { sku: 'MUG', barcode: '400' })], targets)).toEqual([
      { verdict: 'conflict', why: 'contradiction', by: 'barcode', targets: ['o1', 'o2'] },
    ])
    expect(of([record('c1', { sku: 'MUG', barcode: '1' })], [record('o1', { sku: 'MUG', barcode: '2' })])).toEqual([
      { verdict: 'conflict', why: 'differs', by: 'barcode', targets: ['o1'] },
    ])
  })

  it('believes the more trusted key where it is one of those that another finds', () => {
    const targets = [
      record('o1', { vat: 'DE1', email: 'a@b.c', name: 'A' }),
      record('o2', { email: 'a@b.c', name: 'B' }),
    ]
    expect(of([record('c1', { vat: 'DE 1', email: 'A@b.c', name: 'a' })], targets, customerRules(true))).toEqual([
      { verdict: 'linked', target: 'o1', by: 'vat' },
    ])
  })

  it('gives one record to nobody when two claim it, and takes none that is taken, archived or under a foreign key', () => {
    const target = record('o1', { sku: 'MUG', barcode: '400' })
    expect(of([record('c1', { sku: 'MUG' }), record('c2', { barcode: '400' })], [target])).toMatchObject([
      { why: 'taken' },
      { why: 'taken' },
    ])
    const links = new Map([['c9', 'o1']])
    const both = of([record('c1', { sku: 'MUG' }), record('c9', {})], [target], productRules(true), links)
    expect(both).toMatchObject([{ why: 'taken' }, { verdict: 'linked', by: 'link' }])
    expect(of([record('c1', { sku: 'MUG' })], [{ ...target, active: false }])).toMatchObject([{ why: 'archived' }])
    expect(of([record('c1', { sku: 'MUG' })], [{ ...target, foreignKey: 'ERP-1' }])).toMatchObject([
      { why: 'other_key' },
    ])
    // An archived one stands aside where an active one has the same SKU.
    const pair = [record('o0', { sku: 'MUG' }, { active: false }), record('o2', { sku: 'MUG' })]
    expect(of([record('c1', { sku: 'MUG' })], pair)).toMatchObject([{ verdict: 'linked', target: 'o2' }])
  })

  it('names what only the other side has', () => {
    const targets = [
      record('o1', { sku: 'MUG' }),
      record('o2', { sku: 'TEE' }),
      record('o3', { sku: 'OLD' }, { active: false }),
    ]
    expect(match([record('c1', { sku: 'MUG' })], targets, none, productRules(true)).left.map(({ id }) => id)).toEqual([
      'o2',
    ])
  })

  it('knows two spellings of one value', () => {
    expect([cleanKey('email', ' Ann@Example.com'), cleanKey('vat', 'de 123.456')]).toEqual([
      'ann@example.com',
      'DE123456',
    ])
    expect([cleanKey('name', 'Ann  LEE '), cleanKey('sku', ' Mug-1')]).toEqual(['ann lee', 'Mug-1'])
  })
})
