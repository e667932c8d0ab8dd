import type { Rule, RuleSet } from '../rules.ts'

const once = true

/**
 * An address in Odoo's fields. `regionCode` and `regionText` are derived (order/addresses.ts): one of them at most.
 * Written once: an order that was placed with an address keeps it.
 * @param at path of the address
 */
const addressFields = (at = ''): Rule[] => [
  { to: 'street', once, from: `${at}line1`, convert: ['clean', 'collapse'] },
  {
    to: 'street2',
    once,
    about: 'A region that Odoo has no record for is kept as text.',
    from: [`${at}line2`, `${at}regionText`],
    join: ', ',
    convert: ['clean', 'collapse'],
  },
  { to: 'city', once, from: `${at}city`, convert: ['clean', 'collapse'] },
  { to: 'zip', once, from: `${at}postalCode`, convert: ['clean', 'collapse'] },
  {
    to: 'country_id',
    once,
    find: { model: 'res.country', by: { code: { from: `${at}country`, convert: ['country'] } } },
  },
  {
    to: 'state_id',
    once,
    about: 'A region is looked up within its country: MI is Michigan in the US and Milano in Italy.',
    find: {
      model: 'res.country.state',
      by: { code: { from: `${at}regionCode` }, 'country_id.code': { from: `${at}country`, convert: ['country'] } },
      optional: true,
    },
  },
]

/**
 * What a new customer is given by value tables: a table without entries switches its rule off. An existing customer keeps what
 * Odoo has, however often it orders.
 */
const profile: Rule[] = [
  {
    to: 'lang',
    once,
    about: 'The language that Odoo writes in; it must be installed there.',
    from: 'place.country',
    lookup: { table: 'language', missing: 'next' },
  },
  {
    to: 'user_id',
    once,
    about: 'The salesperson of the region, or else of the country.',
    from: 'place.region',
    lookup: { table: 'salesperson', missing: 'next' },
    record: { model: 'res.users', field: 'login' },
  },
  {
    to: 'user_id',
    once,
    from: 'place.country',
    lookup: { table: 'salesperson', missing: 'next' },
    record: { model: 'res.users', field: 'login' },
  },
  {
    to: 'property_account_position_id',
    once,
    from: 'place.country',
    lookup: { table: 'fiscal_position', missing: 'next' },
    record: { model: 'account.fiscal.position', field: 'name' },
  },
  {
    to: 'category_id',
    once,
    about: 'A tag for the customer’s price list, or else for what it is.',
    set: [
      {
        from: 'place.priceList',
        lookup: { table: 'customer_tag', missing: 'next' },
        record: { model: 'res.partner.category', field: 'name' },
      },
    ],
  },
  {
    to: 'category_id',
    once,
    set: [
      {
        from: 'place.segment',
        lookup: { table: 'customer_tag', missing: 'next' },
        record: { model: 'res.partner.category', field: 'name' },
      },
    ],
  },
]

/**
 * A person or company, with the invoice address of its first order (or of its profile) as its own. An order only makes it, its
 * profile changes it; what the storefront leaves empty stays as Odoo has it.
 */
export const customerToOdoo: RuleSet = {
  name: 'customer-to-odoo',
  description: 'Whoever buys: a guest, a registered person or a company. An order makes it, its profile changes it.',
  entity: 'customer',
  direction: 'toOdoo',
  version: 1,
  model: 'res.partner',
  rules: [
    { to: 'name', group: 'content', from: 'name', convert: ['clean', 'collapse'], required: true },
    { to: 'is_company', group: 'content', from: 'isCompany' },
    { to: 'email', group: 'content', from: 'email', convert: ['clean', 'trim'] },
    { to: 'phone', group: 'content', from: 'phone', convert: ['clean', 'collapse'] },
    { to: 'vat', group: 'content', from: 'vatNumber', convert: ['clean', 'collapse'] },
    { to: 'active', group: 'content', about: "A profile's.", from: 'active' },
    {
      to: 'property_product_pricelist',
      group: 'terms',
      about: "A profile's, where the storefront is the record of terms.",
      from: 'priceList',
      lookup: { table: 'price_list', missing: 'pass' },
      record: { model: 'product.pricelist', field: 'name' },
    },
    { to: 'credit_limit', group: 'terms', about: 'Needs the rights of an accountant in Odoo.', from: 'creditLimit' },
    { to: 'clarity_on_hold', group: 'terms', from: 'onHold' },
    ...addressFields('address.'),
    ...profile,
  ],
  match: [
    {
      when: {
        and: [
          { path: 'isCompany', equals: true },
          { path: 'vatNumber', exists: true },
        ],
      },
      by: {
        vat: { from: 'vatNumber', convert: ['clean', 'collapse'] },
        name: { from: 'name', convert: ['clean', 'collapse'] },
        is_company: { const: true },
      },
    },
    {
      when: { path: 'isCompany', equals: true },
      by: {
        email_normalized: { from: 'email', convert: ['email'] },
        name: { from: 'name', convert: ['clean', 'collapse'] },
        is_company: { const: true },
      },
    },
    {
      by: {
        email_normalized: { from: 'email', convert: ['email'] },
        name: { from: 'name', convert: ['clean', 'collapse'] },
        parent_id: { const: false },
      },
    },
  ],
}

/** Who ordered for a company. */
export const contactToOdoo: RuleSet = {
  name: 'contact-to-odoo',
  description: 'The person who ordered for a company becomes its contact.',
  entity: 'contact',
  direction: 'toOdoo',
  version: 1,
  model: 'res.partner',
  rules: [
    { to: 'name', from: 'name', convert: ['clean', 'collapse'], required: true },
    { to: 'parent_id', from: 'customer', ref: 'customer', required: true },
    { to: 'type', const: 'contact' },
    { to: 'email', from: 'email', convert: ['clean', 'trim'] },
    { to: 'phone', from: 'phone', convert: ['clean', 'collapse'] },
  ],
  match: [
    {
      by: {
        email_normalized: { from: 'email', convert: ['email'] },
        name: { from: 'name', convert: ['clean', 'collapse'] },
        parent_id: { from: 'customer', ref: 'customer' },
      },
    },
  ],
}

/**
 * An address of an order. It is told apart by its content and never changed, so an old order keeps the address it was placed
 * with. Where the customer's own address says the same, that one is used.
 */
export const addressToOdoo: RuleSet = {
  name: 'address-to-odoo',
  description: "An order's invoice or delivery address becomes an address of the customer, once per content.",
  entity: 'address',
  direction: 'toOdoo',
  version: 1,
  model: 'res.partner',
  rules: [
    {
      to: 'name',
      from: ['companyLine', 'recipient'],
      join: ', ',
      convert: ['clean', 'collapse'],
      required: true,
    },
    { to: 'parent_id', from: 'customer', ref: 'customer', required: true },
    { to: 'type', from: 'use', required: true },
    { to: 'phone', from: 'phone', convert: ['clean', 'collapse'] },
    { to: 'email', from: 'ownEmail', convert: ['clean', 'trim'] },
    ...addressFields(),
  ],
  match: [
    {
      when: { path: 'phone', exists: true },
      by: { ...sameAddress(), phone: { from: 'phone', convert: ['clean', 'collapse'] } },
    },
    { by: sameAddress() },
  ],
}

/** `false` is Odoo's empty field. */
function sameAddress(): NonNullable<RuleSet['match']>[number]['by'] {
  return {
    id: { from: 'customer', ref: 'customer' },
    name: { from: ['companyLine', 'recipient'], join: ', ', convert: ['clean', 'collapse'] },
    street: { from: 'line1', convert: ['clean', 'collapse'], default: false },
    street2: { from: ['line2', 'regionText'], join: ', ', convert: ['clean', 'collapse'], default: false },
    city: { from: 'city', convert: ['clean', 'collapse'], default: false },
    zip: { from: 'postalCode', convert: ['clean', 'collapse'], default: false },
    'country_id.code': { from: 'country', convert: ['country'] },
  }
}
