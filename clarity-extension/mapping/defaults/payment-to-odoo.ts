import type { RuleSet } from '../rules.ts'

/** Only captured payments: an authorised one is a promise, not money, and the others never came or went back. */
export const paymentToOdoo: RuleSet = {
  name: 'payment-to-odoo',
  description: 'A captured payment becomes a posted customer payment in the journal of its method.',
  entity: 'payment',
  direction: 'toOdoo',
  version: 2,
  model: 'account.payment',
  rules: [
    { to: 'payment_type', const: 'inbound' },
    { to: 'partner_type', const: 'customer' },
    {
      to: 'company_id',
      about: 'Only where the table names one: else it is the company of the service user.',
      from: 'storeId',
      lookup: { table: 'company', missing: 'next' },
      record: { model: 'res.company', field: 'name' },
    },
    { to: 'partner_id', from: 'customer', ref: 'customer', required: true },
    { to: 'amount', from: 'amount', required: true },
    {
      to: 'currency_id',
      when: { path: 'foreignCurrency', equals: true },
      find: { model: 'res.currency', by: { name: { from: 'currency' } } },
    },
    { to: 'date', from: 'at', convert: ['odooDate'], required: true },
    {
      to: 'journal_id',
      required: true,
      from: 'method',
      lookup: { table: 'payment_method', missing: 'problem' },
      record: { model: 'account.journal', field: 'code' },
    },
    { to: 'memo', from: ['orderNumber', 'transactionId'], join: ' ', convert: ['clean'] },
    { to: 'payment_reference', from: 'transactionId', convert: ['clean', 'trim'] },
    {
      to: 'clarity_fee',
      about: 'What the payment provider keeps, where the storefront says it.',
      when: { path: 'fee', greater: '0' },
      from: 'fee',
    },
    {
      to: 'clarity_fee_account_id',
      about: 'Without an entry of its method the fee is shown on the payment and not booked.',
      when: { path: 'fee', greater: '0' },
      from: 'method',
      lookup: { table: 'provider_fee', missing: 'next' },
      record: { model: 'account.account', field: 'code' },
    },
  ],
  follow: [{ do: 'post' }],
}
