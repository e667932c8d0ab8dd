import type { RuleSet } from '../rules.ts'

/** `key` and `mayReadCredit` are derived (mapping/customer-to-clarity.ts). */
export const customerToClarity: RuleSet = {
  name: 'customer-to-clarity',
  description:
    'What Odoo knows better of a registered customer: its terms, and its contact data where Odoo is their record.',
  entity: 'customer',
  direction: 'toClarity',
  version: 1,
  rules: [
    { to: 'externalKey', from: 'key', required: true },
    {
      to: 'companyName',
      group: 'content',
      about: "A company's own name; its account keeps the name of who registered it.",
      when: { path: 'company', equals: true },
      from: 'name',
    },
    { to: 'name', group: 'content', when: { path: 'company', equals: false }, from: 'name' },
    { to: 'email', group: 'content', from: 'email' },
    { to: 'phone', group: 'content', from: 'phone', default: null },
    { to: 'vatNumber', group: 'content', from: 'vat', default: null },
    { to: 'active', group: 'content', from: 'active' },
    {
      to: 'priceList',
      group: 'terms',
      from: 'price_list',
      default: null,
      lookup: { table: 'price_list_to_clarity', missing: 'pass' },
    },
    {
      to: 'creditLimit',
      group: 'terms',
      about: 'None in Odoo is none in the storefront.',
      when: { path: 'mayReadCredit', equals: true },
      from: 'credit_limit',
      default: null,
    },
    { to: 'onHold', group: 'terms', from: 'on_hold' },
  ],
}
