import { describe, expect, it } from 'vitest'
import { type Described, type Field, validate } from '../../clarity-extension/mapping/validate.ts'

const field = (type: string, more: Partial<Field> = {}): Field => ({
  string: 'The field',
  type,
  required: false,
  readonly: false,
  ...more,
})
const many2one = field('many2one', { relation: 'res.partner' })
const described: Described = { 'res.partner': { name: field('char', { size: 5 }), email: field('char') } }
const faultsOf = (one: Field, value: unknown) =>
  validate({ model: 'sale.order', values: { it: value } }, { ...described, 'sale.order': { it: one } }).map(
    ({ code, target, remedy }) => ({ code, target, hasRemedy: remedy.length > 10 }),
  )

/** What a mistaken rule would write is found before it is sent, field by field. */
describe('a value that does not fit the field of Odoo', () => {
  it.each<[string, Field, unknown, string]>([
    ['a field that Odoo sets', field('char', { readonly: true }), 'x', 'readonly'],
    ['nothing where something must be', field('char', { required: true }), '', 'empty_required'],
    ['a text for a record', many2one, 'abc', 'wrong_type'],
    ['a record of another model', many2one, { $find: { model: 'product.product', by: { name: 'x' } } }, 'wrong_model'],
    ['a search by no field', many2one, { $find: { model: 'res.partner', by: { nope: 'x' } } }, 'unknown_field'],
    ['several for one record', many2one, { $set: [1, 2] }, 'wrong_type'],
    ['lines for a text', field('char'), { $lines: { key: 'ref', items: [] } }, 'wrong_type'],
    ['HTML for a plain text', field('char'), { $html: '<p>x</p>' }, 'wrong_type'],
    ['half a piece for a whole number', field('integer'), '1.5', 'wrong_type'],
    ['a word for an amount', field('monetary'), 'twelve', 'wrong_type'],
    ['a word for yes or no', field('boolean'), 'yes', 'wrong_type'],
    ['a day for a moment', field('datetime'), '2026-03-01', 'wrong_type'],
    ['a moment for a day', field('date'), '2026-03-01 10:00:00', 'wrong_type'],
    ['a number for a text', field('char'), 5, 'wrong_type'],
    ['an unknown choice', field('selection', { selection: [['a', 'A']] }), 'b', 'not_a_choice'],
    ['a text that is too long', field('char', { size: 3 }), 'four', 'too_long'],
  ])('%s', (_what, one, value, code) => {
    expect(faultsOf(one, value)).toEqual([{ code, target: '/it', hasRemedy: true }])
  })

  it.each<[string, Field, unknown]>([
    ['a record by its id', many2one, 7],
    ['a record that is looked for', many2one, { $find: { model: 'res.partner', by: { name: 'x' } } }],
    ['three characters that are six bytes', field('char', { size: 3 }), 'äöü'],
    ['a decimal as text', field('float'), '1.50'],
    ['false for nothing', field('char'), false],
  ])('but %s fits', (_what, one, value) => {
    expect(faultsOf(one, value)).toEqual([])
  })
})
