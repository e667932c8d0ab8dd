import { describe, expect, it } from 'vitest'
import { type Described, type Field, validate } from '../../clarity-extension/mapping/validate.ts'
import { fieldsOf } from '../../clarity-extension/sandbox/odoo/models.ts'
import { mapFixture } from './mapping-support.ts'

const field = (type: string, more: Partial<Field> = {}): Field => ({
  string: `The ${type}`,
  type,
  required: false,
  readonly: false,
  ...more,
})

const described: Described = {
  m: {
    name: field('char', { required: true, size: 5 }),
    note: field('html'),
    count: field('integer'),
    price: field('monetary'),
    active: field('boolean'),
    state: field('selection', {
      selection: [
        ['a', 'First'],
        ['b', 'Second'],
      ],
    }),
    day: field('date'),
    at: field('datetime'),
    partner: field('many2one', { relation: 'res.partner' }),
    tags: field('many2many', { relation: 'm.tag' }),
    lines: field('one2many', { relation: 'm.line' }),
    total: field('float', { readonly: true }),
  },
  'm.line': { ref: field('char', { readonly: true }), qty: field('float') },
  'res.partner': { email: field('char') },
}

const codesOf = (values: Record<string, unknown>) =>
  validate({ model: 'm', values }, described).map(({ code, target }) => `${code} ${target}`)

describe("values against Odoo's own fields", () => {
  it.each<[Record<string, unknown>]>([
    [{ name: '👍👍👍👍👍', note: 'x', count: '3', price: '12.50', active: false, state: 'b' }],
    [{ day: '2026-03-01', at: '2026-03-01 10:00:00', partner: 5, tags: { $set: [1, { $xmlid: 'a.b' }] } }],
    [{ partner: { $find: { model: 'res.partner', by: { email: 'a', id: 3 } } }, note: { $html: '<p>x</p>' } }],
    [
      {
        partner: { $find: { model: 'delivery.carrier', by: { name: 'x' }, take: 'partner' } },
        price: false,
        day: null,
      },
    ],
    [{ lines: { $lines: { key: 'ref', items: [{ ref: 'L1', qty: '1.5' }] } } }],
  ])('that fit are let through: %j', (values) => {
    expect(codesOf(values)).toEqual([])
  })

  it('that do not fit are all named, down to the line', () => {
    const values = {
      name: 'too long',
      nowhere: 1,
      count: '1.5',
      price: 'cheap',
      active: 'yes',
      state: 'c',
      day: '2026-03-01 10:00:00',
      at: '2026-03-01T10:00:00Z',
      partner: { $find: { model: 'm.tag', by: { x: 1 } } },
      tags: { $set: [{ $find: { model: 'res.partner', by: { email: 'x' } } }] },
      lines: { $lines: { key: 'ref', items: [{ ref: 'L1' }, { ref: 7, qty: 'many' }] } },
      total: '1',
    }
    expect(codesOf(values)).toEqual([
      'too_long /name',
      'unknown_field /nowhere',
      'wrong_type /count',
      'wrong_type /price',
      'wrong_type /active',
      'not_a_choice /state',
      'wrong_type /day',
      'wrong_type /at',
      'wrong_model /partner',
      'wrong_model /tags',
      'wrong_type /lines/$lines/items/1/ref',
      'wrong_type /lines/$lines/items/1/qty',
      'readonly /total',
    ])
    expect(codesOf({ name: false })).toEqual(['empty_required /name'])
    expect(codesOf({ partner: { $find: { model: 'res.partner', by: { mail: 'x' } } } })).toEqual([
      'unknown_field /partner',
    ])
  })

  it("name the storefront's field and what to do", () => {
    const [problem] = validate({ model: 'm', values: { state: 'c' } }, described, { '/state': '/status' })
    expect(problem).toEqual({
      code: 'not_a_choice',
      field: '/status',
      target: '/state',
      value: 'c',
      message: '“c” is not a choice of “The selection”; there are: a (First), b (Second).',
      remedy: 'Map the value to one of the choices, by a table or a conversion.',
    })
  })

  it('let every shape of order through as it is mapped by default', () => {
    const models = [
      'sale.order',
      'sale.order.line',
      'res.partner',
      'account.payment',
      'account.tax',
      'delivery.carrier',
    ]
    const known: Described = Object.fromEntries(
      models.map((model) => {
        const fields = Object.entries(fieldsOf(model) ?? {})
        return [model, Object.fromEntries(fields.map(([name, one]) => [name, field(one.type, one)]))]
      }),
    )
    for (const name of ['registered', 'company', 'discounts', 'tax-included', 'carrier', 'names', 'region-us']) {
      const mapped = mapFixture(name)
      const written = mapped.ok ? mapped.operations.flatMap((one) => [one, ...(one.ensure ?? [])]) : []
      expect(written.length).toBeGreaterThan(1)
      expect(written.flatMap((one) => validate(one, known))).toEqual([])
    }
  })
})
