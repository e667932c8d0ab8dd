import type { RuleSet } from '../rules.ts'
import { taxRules } from './tax-rules.ts'

/**
 * `written.*`, `adjustments`, `parties.*`, `carrierMethod`, `exchange.*` and `foreignCurrency` are not the storefront's: order/ derives them, exact to the cent.
 */
export const orderToOdoo: RuleSet = {
  name: 'order-to-odoo',
  description: 'A storefront order becomes a sale order with its customer, addresses, lines, shipping and discounts.',
  entity: 'order',
  direction: 'toOdoo',
  version: 1,
  model: 'sale.order',
  rules: [
    {
      to: 'partner_id',
      about: 'Who ordered for a company is a contact of it.',
      from: 'parties.contact',
      ref: 'contact',
    },
    { to: 'partner_id', from: 'parties.customer', ref: 'customer', required: true },
    { to: 'partner_invoice_id', from: 'parties.billing', ref: 'address', required: true },
    { to: 'partner_shipping_id', from: 'parties.shipping', ref: 'address', required: true },
    {
      to: 'company_id',
      about: 'Only where the table names one: else it is the company of the service user.',
      from: 'storeId',
      lookup: { table: 'company', missing: 'next' },
      record: { model: 'res.company', field: 'name' },
    },
    { to: 'origin', from: 'number', convert: ['clean', 'trim'], required: true },
    {
      to: 'client_order_ref',
      about: "The customer's own purchase order number, or ours where there is none.",
      from: ['purchaseOrderNumber', 'number'],
      convert: ['clean', 'trim'],
    },
    { to: 'date_order', from: 'placedAt', convert: ['odooDatetime'], required: true },
    {
      to: 'note',
      about: 'The addon turns text into HTML that shows it as text.',
      from: 'note',
      convert: ['clean', 'trim'],
    },
    {
      to: 'pricelist_id',
      about: "Another currency than the company's is kept through a pricelist in it.",
      when: { path: 'foreignCurrency', equals: true },
      from: 'currency',
      lookup: { table: 'currency', missing: 'next' },
      record: { model: 'product.pricelist', field: 'name' },
    },
    {
      to: 'pricelist_id',
      about: 'Without an entry in the table it is the one pricelist in that currency.',
      when: { path: 'foreignCurrency', equals: true },
      find: { model: 'product.pricelist', by: { 'currency_id.name': { from: 'currency' } } },
    },
    {
      to: 'pricelist_id',
      from: '$company.currency',
      lookup: { table: 'currency', missing: 'next' },
      record: { model: 'product.pricelist', field: 'name' },
    },
    { to: 'pricelist_id', about: "Never the customer's own: it may be in another currency.", const: false },
    {
      to: 'clarity_currency_id',
      about: "Where the currency is not the company's: what the customer pays, and the rate of that moment.",
      when: { path: 'exchange', exists: true },
      find: { model: 'res.currency', by: { name: { from: 'currency' } } },
    },
    { to: 'clarity_total', from: 'exchange.total' },
    { to: 'clarity_rate', from: 'exchange.rate' },
    { to: 'clarity_rate_date', from: 'exchange.date' },
    { to: 'clarity_company_total', from: 'exchange.companyTotal' },
    {
      to: 'carrier_id',
      from: 'carrierMethod',
      lookup: { table: 'carrier', missing: 'pass' },
      record: { model: 'delivery.carrier', field: 'name' },
    },
    {
      to: 'clarity_payment_ids',
      about: 'What the storefront says of its payments, shown on the order. Money is booked by payment-to-odoo.',
      lines: {
        key: 'clarity_ref',
        each: [
          {
            in: 'payments',
            rules: [
              { to: 'clarity_ref', from: 'id', required: true },
              { to: 'method', from: 'method', convert: ['clean', 'trim'], required: true },
              { to: 'transaction', from: 'transactionId', convert: ['clean', 'trim'] },
              { to: 'amount', from: 'amount', required: true },
              {
                to: 'currency_id',
                required: true,
                find: { model: 'res.currency', by: { name: { from: 'currency' } } },
              },
              { to: 'state', from: 'state', required: true },
              { to: 'date', from: 'at', convert: ['odooDatetime'] },
              {
                to: 'journal_id',
                from: 'method',
                lookup: { table: 'payment_method', missing: 'next' },
                record: { model: 'account.journal', field: 'code' },
              },
            ],
          },
        ],
      },
    },
    {
      to: 'order_line',
      lines: {
        key: 'clarity_ref',
        each: [
          {
            in: 'items',
            when: { path: 'written.ours', equals: true },
            rules: [
              { to: 'clarity_ref', from: 'lineId', required: true },
              {
                to: 'product_id',
                required: true,
                find: { model: 'product.product', by: { default_code: { from: 'sku' } } },
              },
              { to: 'name', from: 'name', convert: ['clean', 'trim'], required: true },
              { to: 'product_uom_qty', from: 'quantity', required: true },
              {
                to: 'route_ids',
                about: 'Odoo buys it from the vendor, who sends it to the customer (app stock_dropshipping).',
                when: { path: 'fulfilledBy', equals: 'dropship' },
                set: [{ find: { model: 'stock.route', by: { name: { const: 'Dropship' } } } }],
              },
              { to: 'price_unit', from: 'written.unitPrice', required: true },
              { to: 'discount', about: 'Zero takes an older one away.', from: 'written.percent', default: '0' },
              ...taxRules,
            ],
          },
          {
            in: 'shippingLines',
            rules: [
              { to: 'clarity_ref', from: 'written.ref', required: true },
              {
                to: 'product_id',
                about: 'A fee that the storefront charges as shipping.',
                from: 'method',
                lookup: { table: 'fee', missing: 'next' },
                record: { model: 'product.product', field: 'default_code' },
              },
              {
                to: 'product_id',
                required: true,
                from: 'method',
                lookup: { table: 'carrier', missing: 'pass' },
                record: { model: 'delivery.carrier', field: 'name', take: 'product_id' },
              },
              { to: 'name', from: 'method', convert: ['clean', 'trim'], required: true },
              { to: 'product_uom_qty', const: '1' },
              { to: 'price_unit', from: 'written.unitPrice', required: true },
              { to: 'discount', const: '0' },
              { to: 'is_delivery', about: 'A fee is none.', from: 'written.delivery' },
              ...taxRules,
            ],
          },
          {
            in: 'adjustments',
            at: 'source',
            rules: [
              { to: 'clarity_ref', from: 'ref', required: true },
              {
                to: 'product_id',
                when: { path: 'kind', equals: 'rounding' },
                const: { $xmlid: 'clarity_bridge.product_rounding' },
              },
              {
                to: 'product_id',
                about: 'Money given, with an account of its own.',
                when: { path: 'kind', equals: 'giftCard' },
                const: { $xmlid: 'clarity_bridge.product_gift_card' },
              },
              { to: 'product_id', const: { $xmlid: 'clarity_bridge.product_discount' } },
              { to: 'name', from: 'name', convert: ['clean', 'trim'], required: true },
              { to: 'product_uom_qty', const: '1' },
              { to: 'price_unit', from: 'amount', required: true },
              { to: 'discount', const: '0' },
              ...taxRules,
            ],
          },
        ],
      },
    },
  ],
  review: [
    {
      when: { path: 'customer.onHold', equals: true },
      reason: 'The customer is on hold in the storefront.',
    },
  ],
  checks: [
    { check: 'not_for_sale' },
    { check: 'customer_warning' },
    {
      check: 'customer_on_hold',
      when: {
        and: [{ path: 'paid', equals: false }, { not: { path: 'customer.onHold', equals: true } }],
      },
    },
    { check: 'duplicate_reference', when: { path: 'purchaseOrderNumber', exists: true } },
    { check: 'credit_limit', when: { path: 'paid', equals: false } },
    { check: 'minimum_quantity' },
  ],
  follow: [
    {
      do: 'confirm',
      when: {
        path: 'status',
        in: ['pending', 'confirmed', 'processing', 'partiallyShipped', 'shipped', 'completed'],
      },
    },
    { do: 'cancel', when: { path: 'status', equals: 'cancelled' } },
    { do: 'refund', when: { some: { in: 'payments', where: { path: 'state', equals: 'refunded' } } } },
  ],
}
