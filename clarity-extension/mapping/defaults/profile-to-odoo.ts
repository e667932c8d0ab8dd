import type { Rule, RuleSet, Value } from '../rules.ts'

const others: Value = { from: 'history.otherTags', default: [] }
const level = (kind: 'orders' | 'value'): Value => ({
  from: `levels.${kind}`,
  lookup: { table: 'customer_level', missing: 'next' },
  record: { model: 'res.partner.category', field: 'name' },
})
const tags = (about: string, ...set: Value[]): Rule => ({ to: 'category_id', about, set: [others, ...set] })

/** What an order adds to its customer. Empty tables switch it off: then Odoo is not asked for earlier orders either. */
export const profileToOdoo: RuleSet = {
  name: 'profile-to-odoo',
  description:
    'What an order makes of its customer, who may be there already: tags by how many orders there are, this one included, and by what they are worth.',
  entity: 'customer',
  direction: 'toOdoo',
  version: 1,
  model: 'res.partner',
  rules: [
    tags('Tags that are none of the table’s stay.', level('orders'), level('value')),
    tags('Only the number of orders reaches an entry.', level('orders')),
    tags('Only their value does.', level('value')),
  ],
}
