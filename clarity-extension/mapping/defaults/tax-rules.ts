import type { Rule } from '../rules.ts'

/**
 * The taxes of a line. A line without tax gets none, or else Odoo would add the product's own. `exempt` and `taxed` are derived
 * (order/lines.ts): a line with a rate and no tax is exempt.
 */
export const taxRules: Rule[] = [
  {
    to: 'tax_ids',
    about: 'An exempt line takes the tax that the table names for it.',
    when: { path: 'written.exempt', equals: true },
    set: [{ const: 'exempt', lookup: { table: 'tax', missing: 'next' }, record: salesTax() }],
  },
  {
    to: 'tax_ids',
    about: "The merchant's own choice for a tax code comes first, also for a rate of zero.",
    when: { path: 'written.exempt', equals: false },
    set: [{ from: 'taxCode', lookup: { table: 'tax', missing: 'next' }, record: salesTax() }],
  },
  { to: 'tax_ids', when: { path: 'written.taxed', equals: false }, const: { $set: [] } },
  {
    to: 'tax_ids',
    about: 'Otherwise the one sales tax in percent with this rate that is, like the price, included or not.',
    required: true,
    set: [
      {
        find: {
          model: 'account.tax',
          by: {
            type_tax_use: { const: 'sale' },
            amount_type: { const: 'percent' },
            amount: { from: 'written.taxRate', convert: ['number'] },
            price_include: { from: '/pricesIncludeTax' },
          },
        },
      },
    ],
  },
]

function salesTax() {
  return { model: 'account.tax', field: 'name', by: { type_tax_use: 'sale' } }
}
