/**
 * The fields the stand-in knows, in Odoo 19's own names. A field that is not here is refused as unknown, so that a mapping
 * which works here works on a real Odoo.
 */
export interface FieldDef {
  string: string
  type: FieldType
  required?: boolean
  readonly?: boolean
  relation?: string
  /** The many2one on the other side of a one2many. */
  inverse?: string
  selection?: [string, string][]
  help?: string
}

export type FieldType =
  | 'char'
  | 'text'
  | 'html'
  | 'boolean'
  | 'integer'
  | 'float'
  | 'monetary'
  | 'date'
  | 'datetime'
  | 'selection'
  | 'many2one'
  | 'one2many'
  | 'many2many'
  | 'json'

export type Fields = Record<string, FieldDef>

export function fieldsOf(model: string): Fields | undefined {
  return Object.hasOwn(models, model) ? models[model] : undefined
}

const char = (string: string, more: Partial<FieldDef> = {}): FieldDef => ({ string, type: 'char', ...more })
const text = (string: string): FieldDef => ({ string, type: 'text' })
const bool = (string: string, more: Partial<FieldDef> = {}): FieldDef => ({ string, type: 'boolean', ...more })
const float = (string: string, more: Partial<FieldDef> = {}): FieldDef => ({ string, type: 'float', ...more })
const money = (string: string): FieldDef => ({ string, type: 'monetary', readonly: true })
const moment = (string: string, more: Partial<FieldDef> = {}): FieldDef => ({ string, type: 'datetime', ...more })
const one = (string: string, relation: string, more: Partial<FieldDef> = {}): FieldDef => ({
  string,
  type: 'many2one',
  relation,
  ...more,
})
const many = (string: string, relation: string): FieldDef => ({ string, type: 'many2many', relation })
const lines = (string: string, relation: string, inverse: string, more: Partial<FieldDef> = {}): FieldDef => ({
  string,
  type: 'one2many',
  relation,
  inverse,
  ...more,
})
const choice = (string: string, values: Record<string, string>, more: Partial<FieldDef> = {}): FieldDef => ({
  string,
  type: 'selection',
  selection: Object.entries(values),
  ...more,
})

const name = char('Name', { required: true })
const active = bool('Active')
const required = { required: true }
const readonly = { readonly: true }
const company_id = one('Company', 'res.company')
const saleState = { draft: 'Quotation', sent: 'Quotation Sent', sale: 'Sales Order', cancel: 'Cancelled' }
const stockState = {
  draft: 'Draft',
  waiting: 'Waiting Another Operation',
  confirmed: 'Waiting',
  assigned: 'Ready',
  done: 'Done',
  cancel: 'Cancelled',
}

const paymentStates = {
  pending: 'Pending',
  authorized: 'Authorised',
  captured: 'Captured',
  failed: 'Failed',
  voided: 'Voided',
  refunded: 'Refunded',
}
const returnStates = {
  requested: 'Requested',
  approved: 'Approved',
  received: 'Received',
  refunded: 'Refunded',
  rejected: 'Rejected',
}

const models: Record<string, Fields> = {
  'res.company': { name, currency_id: one('Currency', 'res.currency') },
  'res.currency': { name, symbol: char('Symbol'), active },
  'res.country': { name, code: char('Country Code') },
  'res.country.state': {
    name,
    code: char('State Code', required),
    country_id: one('Country', 'res.country', required),
  },
  'res.partner': {
    name: char('Name'),
    active,
    is_company: bool('Is a Company'),
    parent_id: one('Related Company', 'res.partner'),
    type: choice('Address Type', { contact: 'Contact', invoice: 'Invoice', delivery: 'Delivery', other: 'Other' }),
    company_name: char('Company Name'),
    email: char('Email'),
    email_normalized: char('Normalized Email', readonly),
    phone: char('Phone'),
    street: char('Street'),
    street2: char('Street2'),
    city: char('City'),
    zip: char('Zip'),
    state_id: one('State', 'res.country.state'),
    country_id: one('Country', 'res.country'),
    vat: char('Tax ID'),
    ref: char('Reference'),
    comment: { string: 'Notes', type: 'html' },
    lang: char('Language'),
    credit_limit: float('Credit Limit'),
    property_product_pricelist: one('Pricelist', 'product.pricelist'),
    clarity_on_hold: bool('Credit Hold'),
    company_id,
  },
  'product.product': {
    name,
    active,
    default_code: char('Internal Reference'),
    barcode: char('Barcode'),
    type: choice('Product Type', { consu: 'Goods', service: 'Service', combo: 'Combo' }),
    is_storable: bool('Track Inventory'),
    list_price: float('Sales Price'),
    categ_id: one('Product Category', 'product.category'),
    uom_id: one('Unit', 'uom.uom'),
    clarity_image_url: char('Storefront Image'),
    weight: float('Weight'),
    description_sale: text('Sales Description'),
    taxes_id: many('Sales Taxes', 'account.tax'),
    write_date: moment('Last Updated on', readonly),
  },
  'res.currency.rate': {
    name: { string: 'Date', type: 'date', required: true },
    currency_id: one('Currency', 'res.currency', required),
    rate: float('Technical Rate', required),
  },
  'product.category': { name, parent_id: one('Parent Category', 'product.category') },
  'uom.uom': { name, active },
  'product.pricelist': { name, active, currency_id: one('Currency', 'res.currency', required) },
  'account.tax': {
    name,
    active,
    amount: float('Amount', required),
    amount_type: choice('Tax Computation', { percent: 'Percentage' }),
    type_tax_use: choice('Tax Type', { sale: 'Sales', purchase: 'Purchases', none: 'None' }),
    price_include: bool('Included in Price'),
    price_include_override: choice('Included in Price', { tax_included: 'Tax Included', tax_excluded: 'Tax Excluded' }),
    company_id,
  },
  'account.journal': {
    name,
    code: char('Short Code', required),
    type: choice('Type', { sale: 'Sales', bank: 'Bank', cash: 'Cash', general: 'Miscellaneous' }),
    company_id,
  },
  'account.payment.method.line': {
    name: char('Name'),
    code: char('Code'),
    payment_type: choice('Payment Type', { inbound: 'Inbound', outbound: 'Outbound' }),
    journal_id: one('Journal', 'account.journal'),
  },
  'account.payment': {
    name: char('Number', readonly),
    state: choice(
      'State',
      { draft: 'Draft', in_process: 'In Process', paid: 'Paid', canceled: 'Canceled', rejected: 'Rejected' },
      readonly,
    ),
    payment_type: choice('Payment Type', { inbound: 'Receive', outbound: 'Send' }, required),
    partner_type: choice('Partner Type', { customer: 'Customer', supplier: 'Vendor' }),
    partner_id: one('Customer', 'res.partner'),
    amount: float('Amount'),
    currency_id: one('Currency', 'res.currency'),
    date: { string: 'Date', type: 'date' },
    journal_id: one('Journal', 'account.journal'),
    payment_method_line_id: one('Payment Method', 'account.payment.method.line'),
    clarity_order_id: one('Storefront Order', 'sale.order', readonly),
    memo: char('Memo'),
    payment_reference: char('Payment Reference'),
    // It keeps no accounts, so it shows the fee and books none.
    clarity_fee: float('Provider Fee'),
  },
  'delivery.carrier': { name, active, product_id: one('Delivery Product', 'product.product', required) },
  'stock.warehouse': { name, active, code: char('Short Name', required), company_id },
  'sale.order': {
    name: char('Order Reference'),
    state: choice('Status', saleState, readonly),
    locked: bool('Locked', readonly),
    partner_id: one('Customer', 'res.partner', required),
    partner_invoice_id: one('Invoice Address', 'res.partner'),
    partner_shipping_id: one('Delivery Address', 'res.partner'),
    client_order_ref: char('Customer Reference'),
    origin: char('Source Document'),
    reference: char('Payment Ref.'),
    note: { string: 'Terms and conditions', type: 'html' },
    date_order: moment('Order Date'),
    commitment_date: moment('Delivery Date'),
    pricelist_id: one('Pricelist', 'product.pricelist'),
    currency_id: one('Currency', 'res.currency', readonly),
    company_id,
    warehouse_id: one('Warehouse', 'stock.warehouse'),
    carrier_id: one('Delivery Method', 'delivery.carrier'),
    clarity_payment_ids: lines('Storefront Payments', 'clarity.payment', 'order_id'),
    order_line: lines('Order Lines', 'sale.order.line', 'order_id'),
    picking_ids: lines('Transfers', 'stock.picking', 'sale_id', readonly),
    clarity_currency_id: one('Storefront Currency', 'res.currency'),
    clarity_total: { string: 'Storefront Total', type: 'monetary' },
    clarity_rate: float('Storefront Rate'),
    clarity_rate_date: { string: 'Storefront Rate Date', type: 'date' },
    clarity_company_total: { string: 'Total in Company Currency', type: 'monetary' },
    amount_untaxed: money('Untaxed Amount'),
    amount_tax: money('Taxes'),
    amount_total: money('Total'),
    delivery_status: choice(
      'Delivery Status',
      { pending: 'Not Delivered', started: 'Started', partial: 'Partially Delivered', full: 'Fully Delivered' },
      readonly,
    ),
    invoice_status: choice('Invoice Status', { no: 'Nothing to Invoice', 'to invoice': 'To Invoice' }, readonly),
  },
  'clarity.payment': {
    order_id: one('Order', 'sale.order', required),
    clarity_ref: char('Storefront ID', required),
    method: char('Method', required),
    transaction: char('Transaction ID'),
    amount: { string: 'Amount', type: 'monetary', required: true },
    currency_id: one('Currency', 'res.currency', required),
    journal_id: one('Journal', 'account.journal'),
    date: moment('Date'),
    state: choice('State', paymentStates, required),
  },
  'clarity.return': {
    name: char('Name', readonly),
    order_id: one('Order', 'sale.order', required),
    clarity_ref: char('Storefront ID', required),
    status: choice('Status', returnStates, required),
    currency_id: one('Currency', 'res.currency', required),
    refund_amount: { string: 'Refund Amount', type: 'monetary' },
    restocking_fee: { string: 'Restocking Fee', type: 'monetary' },
    received: bool('Received', readonly),
    line_ids: lines('Lines', 'clarity.return.line', 'return_id'),
  },
  'clarity.return.line': {
    return_id: one('Return', 'clarity.return', required),
    clarity_ref: char('Position', required),
    line_ref: char('Storefront Line', required),
    quantity: float('Quantity'),
    restock: bool('Goods Come Back'),
    reason: char('Reason'),
  },
  'stock.route': { name, active },
  'sale.order.line': {
    order_id: one('Order Reference', 'sale.order'),
    clarity_ref: char('Clarity line'),
    sequence: { string: 'Sequence', type: 'integer' },
    product_id: one('Product', 'product.product'),
    name: text('Description'),
    product_uom_qty: float('Quantity'),
    price_unit: float('Unit Price'),
    discount: float('Discount (%)'),
    tax_ids: many('Taxes', 'account.tax'),
    extra_tax_data: { string: 'Extra Tax Data', type: 'json' },
    route_ids: many('Routes', 'stock.route'),
    is_delivery: bool('Is a Delivery'),
    price_subtotal: money('Subtotal'),
    price_tax: money('Total Tax'),
    price_total: money('Total'),
    qty_delivered: float('Delivery Quantity', readonly),
  },
  'stock.picking': {
    name: char('Reference', readonly),
    state: choice('Status', stockState, readonly),
    sale_id: one('Sales Order', 'sale.order', readonly),
    warehouse_id: one('Warehouse', 'stock.warehouse', readonly),
    carrier_id: one('Carrier', 'delivery.carrier'),
    carrier_tracking_ref: char('Tracking Reference'),
    backorder_id: one('Back Order of', 'stock.picking', readonly),
    date_done: moment('Date of Transfer', readonly),
    move_ids: lines('Stock Moves', 'stock.move', 'picking_id', readonly),
  },
  'stock.move': {
    picking_id: one('Transfer', 'stock.picking', readonly),
    product_id: one('Product', 'product.product', readonly),
    sale_line_id: one('Sale Line', 'sale.order.line', readonly),
    product_uom_qty: float('Demand', readonly),
    quantity: float('Quantity', readonly),
    state: choice('Status', stockState, readonly),
  },
  'stock.quant': {
    product_id: one('Product', 'product.product', readonly),
    warehouse_id: one('Warehouse', 'stock.warehouse', readonly),
    quantity: float('Quantity', readonly),
    reserved_quantity: float('Reserved Quantity', readonly),
  },
}
