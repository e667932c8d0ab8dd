import type { RuleSet } from '../rules.ts'

/** A requested return is only noted; `items.position` is derived: the same line may come back in two conditions. */
export const returnToOdoo: RuleSet = {
  name: 'return-to-odoo',
  description: 'A storefront return becomes a return delivery, a credit note for the invoice and a payment back.',
  entity: 'return',
  direction: 'toOdoo',
  version: 1,
  model: 'clarity.return',
  rules: [
    { to: 'order_id', from: 'orderId', ref: 'order', required: true },
    { to: 'clarity_ref', from: 'id', required: true },
    { to: 'status', from: 'status', required: true },
    { to: 'currency_id', required: true, find: { model: 'res.currency', by: { name: { from: 'currency' } } } },
    { to: 'refund_amount', from: 'refundAmount', required: true },
    { to: 'restocking_fee', from: 'restockingFee', default: '0' },
    {
      to: 'line_ids',
      lines: {
        key: 'clarity_ref',
        each: [
          {
            in: 'items',
            rules: [
              { to: 'clarity_ref', from: 'position', required: true },
              { to: 'line_ref', from: 'lineId', required: true },
              { to: 'quantity', from: 'quantity', required: true },
              { to: 'restock', from: 'restock', default: true },
              { to: 'reason', from: 'reason', convert: ['clean', 'trim'] },
            ],
          },
        ],
      },
    },
  ],
  follow: [
    { do: 'cancel', when: { path: 'status', equals: 'rejected' } },
    { do: 'receive', when: { path: 'status', in: ['approved', 'received', 'refunded'] } },
    { do: 'validate', when: { path: 'status', equals: 'received' } },
    { do: 'refund', when: { path: 'status', equals: 'refunded' } },
  ],
}
