import { describe, expect, it } from 'vitest'
import { bestAssignment } from '../../clarity-extension/assist/assign.ts'
import { correctSku, correctValue } from '../../clarity-extension/assist/corrections.ts'
import { learnedFrom } from '../../clarity-extension/assist/learning.ts'
import { fieldsOfRecords, fieldsOfSchema, type SourceField } from '../../clarity-extension/assist/schema.ts'
import { type Suggestion, suggest } from '../../clarity-extension/assist/suggest.ts'
import { suggestValues } from '../../clarity-extension/assist/values.ts'
import { map } from '../../clarity-extension/mapping/engine.ts'
import { ruleSet } from '../../clarity-extension/mapping/rule-shape.ts'
import { type Described, validate } from '../../clarity-extension/mapping/validate.ts'
import { clarity, described, others } from '../bench/mapping-suggest/gold.ts'
import { judged, measured, measuredValues } from '../bench/mapping-suggest.ts'

const partner: Described = { 'res.partner': described['res.partner'] ?? {} }
const product: Described = { 'product.product': described['product.product'] ?? {} }

describe('mapping suggestions on the gold set', () => {
  const known = judged(clarity(), suggest)
  const sets = {
    tuned: known.filter(({ gold }) => gold.tuned),
    unseen: known.filter(({ gold }) => !gold.tuned),
    'other storefronts': judged(others(), suggest),
  }

  it.each(Object.entries(sets))('reach their bars: %s', (_name, judgements) => {
    const { top1, top3, precision, abstain } = measured(judgements)
    expect(top1).toBeGreaterThanOrEqual(0.8)
    expect(top3).toBeGreaterThanOrEqual(0.92)
    expect(precision).toBeGreaterThanOrEqual(0.95)
    expect(abstain).toBeGreaterThanOrEqual(0.8)
  })

  it('are finished: every rule parses, and writes nothing of a wrong type', () => {
    for (const { task } of [...clarity(), ...others()]) {
      for (const { best, path } of suggest(task)) {
        if (!best?.rule) continue
        const set = ruleSet.parse({
          name: 'trial',
          description: path,
          entity: task.entity,
          direction: 'toOdoo',
          version: 1,
          rules: [best.rule],
        })
        const samples = task.fields.find((field) => field.path === path)?.samples ?? []
        for (const sample of samples.filter((value) => value !== null && value !== '')) {
          const at = best.within === undefined ? path : path.slice(best.within.length + 1)
          const tables = best.table ? { [best.table.name]: best.table } : {}
          const mapped = map(set, nested(at, sample), { lookups: tables, company: { currency: 'USD' } })
          if (!mapped.ok) continue
          const problems = validate({ model: best.model, values: mapped.values }, task.described)
          expect(
            problems.filter(({ code }) => code !== 'not_a_choice').map(({ message }) => `${path}: ${message}`),
          ).toEqual([])
        }
      }
    }
  })

  it('say why, each time', () => {
    for (const { suggestion } of known) {
      expect(suggestion.reasons.length).toBeGreaterThan(0)
      for (const { text } of suggestion.reasons) expect(text).not.toMatch(/\{\{|undefined/)
    }
  })
})

describe('value suggestions on the gold set', () => {
  it.each([
    ['tuned', true],
    ['unseen', false],
  ])('reach their bars: %s', (_name, tuned) => {
    const { top1, precision, abstain } = measuredValues(tuned)
    expect(top1).toBeGreaterThanOrEqual(0.8)
    expect(precision).toBeGreaterThanOrEqual(0.95)
    expect(abstain).toBeGreaterThanOrEqual(0.8)
  })

  it('let the number decide between taxes, and the words between those with the same number', () => {
    const records = [
      { name: '19% USt', number: '19' },
      { name: '19% USt inkl.', number: '19' },
      { name: '7% USt', number: '7' },
    ]
    const made = suggestValues({ kind: 'tax', values: ['MwSt 19 incl', 'rate 0.07', '16'], records })
    expect(made.map(({ best }) => best?.name)).toEqual(['19% USt inkl.', '7% USt', undefined])
  })

  it('remember what a person chose and what they refused', () => {
    const records = [{ name: 'Express' }, { name: 'DHL Express' }]
    const before = suggestValues({ kind: 'carrier', values: ['express'], records })
    expect(before[0]?.best?.name).toBe('Express')
    const learned = { accepted: { express: 'DHL Express' }, rejected: { express: ['Express'] } }
    expect(suggestValues({ kind: 'carrier', values: ['express'], records, learned })[0]).toMatchObject({
      best: { name: 'DHL Express' },
      certain: true,
    })
  })
})

describe('a suggestion', () => {
  it('joins first and last name into one', () => {
    const made = suggestFor([text('first_name', 'Lea'), text('last_name', 'Berg')], partner, 'customer')
    expect(made.map(({ best }) => best?.rule)).toEqual([
      { to: 'name', from: ['first_name', 'last_name'], join: ' ', convert: ['clean', 'trim'] },
      { to: 'name', from: ['first_name', 'last_name'], join: ' ', convert: ['clean', 'trim'] },
    ])
  })

  it('brings a measure to the unit of Odoo', () => {
    const [made] = suggestFor([{ path: 'weight_g', type: 'integer', samples: [180] }], product, 'product')
    expect(made?.best).toMatchObject({ field: 'weight', rule: { convert: [{ do: 'unit', from: 'g', to: 'kg' }] } })
  })

  it('brings a table along for a choice', () => {
    const [made] = suggestFor(
      [{ path: 'customer_type', type: 'text', choices: ['person', 'company'], samples: [] }],
      partner,
      'customer',
    )
    expect(made?.best).toMatchObject({
      field: 'company_type',
      table: { entries: { person: 'person', company: 'company' } },
    })
  })

  it('looks a region up within the country that stands beside it, whatever that is called', () => {
    const made = suggestFor([text('province', 'Bayern'), text('country_iso', 'DE')], partner, 'customer')
    expect(made[0]?.best?.rule?.find?.by['country_id.code']).toEqual({ from: 'country_iso', convert: ['country'] })
  })

  it('reads what Odoo computes instead of writing it', () => {
    const [made] = suggestFor([{ path: 'orders_count', type: 'integer', samples: [3] }], partner, 'customer')
    expect(made?.best).toMatchObject({
      field: 'sale_order_count',
      back: { to: 'orders_count', from: 'sale_order_count' },
    })
    expect(made?.best?.rule).toBeUndefined()
  })

  it('is none for a name that only sounds like a field', () => {
    const fields: SourceField[] = [
      { path: 'zip_closure', type: 'boolean', samples: [true] },
      text('street_style', 'skater'),
      text('email_signature_colour', 'red'),
    ]
    expect(suggestFor(fields, partner, 'customer').map(({ best }) => best?.field)).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('does not take the name alone: an e-mail field without e-mail addresses is doubted', () => {
    const [sure] = suggestFor([text('mail', 'a@b.example')], partner, 'customer')
    const [doubted] = suggestFor([text('mail', 'twice a week')], partner, 'customer')
    expect(sure?.certain).toBe(true)
    expect(doubted?.confidence ?? 1).toBeLessThan(sure?.confidence ?? 0)
  })

  it('learns what this shop accepted and rejected', () => {
    const field = text('attributes.lbl', 'X')
    const [before] = suggestFor([field], partner, 'customer')
    const ref = { path: field.path, model: 'res.partner', field: 'ref' }
    const task = { entity: 'customer', model: 'res.partner', described: partner, fields: [field] }
    const [after] = suggest({ ...task, learned: learnedFrom([{ ...ref, accepted: true }]) })
    expect(before?.best?.field).not.toBe('ref')
    expect(after?.best?.field).toBe('ref')
    const email = text('email', 'a@b.example')
    const [refused] = suggest({
      ...task,
      fields: [email],
      learned: learnedFrom([{ path: 'email', model: 'res.partner', field: 'email', accepted: false }]),
    })
    expect(refused?.best?.field).not.toBe('email')
  })
})

describe('fields', () => {
  it('are read from a schema through references, lists and allOf', () => {
    const document = {
      components: {
        schemas: {
          Base: { properties: { id: { type: 'string' } } },
          Order: {
            allOf: [{ $ref: '#/components/schemas/Base' }],
            properties: {
              total: { $ref: '#/components/schemas/Money' },
              lines: { type: 'array', items: { properties: { sku: { type: 'string', description: 'Article.' } } } },
            },
          },
          Money: { type: 'string', pattern: '^-?\\d+(\\.\\d+)?$' },
        },
      },
    }
    expect(fieldsOfSchema(document, 'Order').map(({ path, type }) => [path, type])).toEqual([
      ['id', 'text'],
      ['total', 'decimal'],
      ['lines', 'records'],
      ['lines.sku', 'text'],
    ])
  })

  it('are read from records where there is no schema', () => {
    const fields = fieldsOfRecords([{ a: { b: '2026-01-01' }, c: [{ d: 1 }] }, { a: { b: '2026-01-02' } }])
    expect(fields.map(({ path, type }) => [path, type])).toEqual([
      ['a', 'object'],
      ['a.b', 'date'],
      ['c', 'records'],
      ['c.d', 'integer'],
    ])
  })
})

describe('the assignment', () => {
  it('is the best of all, not the best for the first', () => {
    expect(
      bestAssignment([
        [0.9, 0.8],
        [0.85, 0],
      ]),
    ).toEqual([1, 0])
  })

  it('leaves out what fits nothing', () => {
    expect(bestAssignment([[0], [0.5]])).toEqual([undefined, 0])
    expect(bestAssignment([[], []])).toEqual([undefined, undefined])
  })
})

describe('a dead letter', () => {
  const products = [
    { sku: 'TS-1-BLK', name: 'T-shirt, black' },
    { sku: 'TS-1-WHT', name: 'T-shirt, white' },
    { sku: 'MUG-100', name: 'Mug' },
  ]
  const unknown = (value: string) => ({ code: 'unknown_sku', field: '/items/0/sku', value, message: '', remedy: '' })

  it.each([
    ['ts1blk', 'skuSeparators'],
    ['TS-I-BLK', 'skuLookalike'],
    ['TS-1-BKL', 'skuSwapped'],
    ['TS-1-BLKK', 'skuSpelling'],
  ])('with %s meant TS-1-BLK', (value, why) => {
    const [best] = correctSku(unknown(value), products, 'T-shirt, black')
    expect(best).toMatchObject({ replacement: 'TS-1-BLK', how: { kind: 'value', field: '/items/0/sku' } })
    expect(best?.reasons[0]?.code).toBe(why)
    expect(best?.confidence).toBeGreaterThan(0.8)
  })

  it('is not corrected to another article of a series, or to nothing alike', () => {
    expect(correctSku(unknown('MUG-200'), products, 'Vase').filter(({ confidence }) => confidence > 0.6)).toEqual([])
    expect(correctSku(unknown('ZZZ-9'), products)).toEqual([])
  })

  it('with a moved category or a renamed tax gets the entry that mends it', () => {
    const moved = correctValue({ ...unknown('Clothing / Shirts'), field: '/categoryPath' }, 'category', 'category', [
      { name: 'All / Fashion / Shirts' },
      { name: 'All / Toys' },
    ])
    expect(moved[0]).toMatchObject({ replacement: 'All / Fashion / Shirts', how: { kind: 'entry', table: 'category' } })
    const renamed = correctValue({ ...unknown('Sales tax 8.25%'), field: '/items/0/taxCode' }, 'tax', 'tax', [
      { name: 'CA 8.25 % S', number: '8.25' },
      { name: 'TX 6.25 % S', number: '6.25' },
    ])
    expect(renamed[0]).toMatchObject({ replacement: 'CA 8.25 % S' })
  })
})

const text = (path: string, sample: string): SourceField => ({ path, type: 'text', samples: [sample] })

function suggestFor(fields: SourceField[], models: Described, entity: string): Suggestion[] {
  return suggest({ entity, fields, described: models, model: Object.keys(models)[0] ?? '' })
}

function nested(path: string, value: unknown): unknown {
  return path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value)
}
