import { z } from 'zod'
import { decimal } from '../../shared/entities.ts'
import { odooEnvelope } from '../../shared/events.ts'
import type { components } from './schema.d.ts'

/** The addon's answers, parsed at the door. `satisfies` holds them to the OpenAPI document at compile time. */
type Schemas = components['schemas']

export type Operation = Omit<Schemas['Operation'], 'accept_difference'> & { accept_difference?: boolean }
export type Result = z.infer<typeof result>
export type OrderState = z.infer<typeof orderState>
export type PickingState = z.infer<typeof pickingState>
export type StockState = z.infer<typeof stockState>
export type InvoiceState = z.infer<typeof invoiceState>
export type CreditState = z.infer<typeof creditState>
export type ReturnState = z.infer<typeof returnState>
export type ProductState = z.infer<typeof productState>
export type PartnerState = z.infer<typeof partnerState>
export type PriceState = z.infer<typeof priceState>
export type Ping = z.infer<typeof ping>
export type Field = z.infer<typeof field>
export type ChoiceRequest = Omit<Schemas['ChoiceRequest'], 'limit'> & { limit?: number }
export type Choice = z.infer<typeof choice>
export type Choices = z.infer<typeof chosen>['choices'][number]

const pickingStates = z.enum(['draft', 'waiting', 'confirmed', 'assigned', 'done', 'cancel'])
const maybe = z.string().nullish()

export const orderState = z.object({
  ref: z.string(),
  id: z.int(),
  name: z.string(),
  state: z.enum(['draft', 'sent', 'sale', 'cancel']),
  delivery_status: z.enum(['pending', 'started', 'partial', 'full']).nullable(),
  invoice_status: z.enum(['upselling', 'invoiced', 'to invoice', 'no']).optional(),
  amount_total: decimal,
  amount_tax: decimal,
  currency: z.string(),
  version: z.string(),
  storefront: z.object({ total: decimal, currency: z.string() }).nullish(),
  expected_date: z.iso.date().nullish(),
  pickings: z.array(z.object({ id: z.int(), name: z.string(), state: pickingStates })),
}) satisfies z.ZodType<Schemas['OrderState']>

export const pickingState = z.object({
  id: z.int(),
  name: z.string(),
  state: pickingStates,
  order: z.object({ id: z.int(), ref: z.string() }),
  warehouse: z.string(),
  carrier: maybe,
  tracking: maybe,
  tracking_url: maybe,
  done_at: maybe,
  lines: z.array(z.object({ line_ref: z.string().nullable(), sku: z.string().nullable(), quantity: decimal })),
}) satisfies z.ZodType<Schemas['PickingState']>

export const stockState = z.object({
  sku: z.string(),
  product_id: z.int().optional(),
  warehouse: z.string(),
  free_quantity: decimal,
  on_hand: decimal,
}) satisfies z.ZodType<Schemas['StockState']>

const orderReference = z.object({ id: z.int(), ref: z.string() })

export const invoiceState = z.object({
  id: z.int(),
  number: z.string(),
  state: z.enum(['draft', 'posted', 'cancel']),
  payment_state: z.string(),
  currency: z.string(),
  total: decimal,
  due: decimal,
  due_date: z.iso.date().nullable(),
  orders: z.array(orderReference),
}) satisfies z.ZodType<Schemas['InvoiceState']>

export const returnState = z.object({
  ref: z.string(),
  id: z.int(),
  version: z.string(),
  order: orderReference,
  status: z.enum(['requested', 'approved', 'received', 'refunded', 'rejected']),
  currency: z.string(),
  received: z.enum(['no', 'part', 'all']),
  credited: decimal,
  open: decimal,
  credit_notes: z.array(z.string()),
}) satisfies z.ZodType<Schemas['ReturnState']>

export const creditState = z.object({
  id: z.int(),
  number: z.string(),
  currency: z.string(),
  total: decimal,
  order: orderReference,
  return: z.string().nullable(),
}) satisfies z.ZodType<Schemas['CreditState']>

const document = z.object({
  name: z.string(),
  content_type: z.string(),
  content: z.base64(),
}) satisfies z.ZodType<Schemas['Document']>
export const documented = z.object({ document: document.nullable() })

export const productState = z.object({
  id: z.int(),
  sku: z.string().nullable(),
  shared: z.boolean(),
  name: z.string(),
  template: z.object({ id: z.int(), variants: z.int() }),
  options: z.record(z.string(), z.string()),
  description: z.string().nullable(),
  category: z.array(z.string()),
  uom: z.string(),
  price: decimal,
  currency: z.string(),
  taxes: z.array(z.string()),
  barcode: z.string().nullable(),
  weight: decimal,
  type: z.enum(['consu', 'service', 'combo']),
  storable: z.boolean(),
  for_sale: z.boolean(),
  active: z.boolean(),
}) satisfies z.ZodType<Schemas['ProductState']>

export const partnerState = z.object({
  ref: z.string(),
  id: z.int(),
  name: z.string(),
  company: z.boolean(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  vat: z.string().nullable(),
  price_list: z.string().nullable(),
  credit_limit: decimal.nullish(),
  on_hold: z.boolean(),
  active: z.boolean(),
}) satisfies z.ZodType<Schemas['PartnerState']>

export const priceState = z.object({
  id: z.int(),
  price_list: z.object({ id: z.int(), name: z.string(), active: z.boolean() }),
  currency: z.string(),
  applied_on: z.enum(['all', 'category', 'product']),
  skus: z.array(z.string()),
  compute: z.enum(['fixed', 'percentage', 'formula']),
  price: decimal.nullable(),
  percent: decimal.nullable(),
  base: z.string().nullable(),
  min_quantity: decimal,
  from: z.iso.datetime().nullable(),
  to: z.iso.datetime().nullable(),
}) satisfies z.ZodType<Schemas['PriceState']>

const computed = z.object({
  amount_untaxed: decimal,
  amount_tax: decimal,
  amount_total: decimal,
  lines: z.array(
    z.object({
      ref: z.string().optional(),
      name: z.string(),
      quantity: decimal,
      price_unit: decimal,
      subtotal: decimal,
      tax: decimal,
      total: decimal,
    }),
  ),
}) satisfies z.ZodType<Schemas['Computed']>

const problem = z.object({
  code: z.enum([
    'unknown_reference',
    'not_found',
    'ambiguous_match',
    'archived',
    'unknown_field',
    'invalid_value',
    'business_rule',
    'access_denied',
    'totals_differ',
    'not_editable',
    'already_delivered',
    'not_for_sale',
    'customer_warning',
    'customer_on_hold',
    'credit_limit',
    'duplicate_reference',
    'already_invoiced',
    'not_delivered',
    'not_invoiced',
    'unexpected',
  ]),
  field: z.string().optional(),
  value: z.string().optional(),
  message: z.string(),
  candidates: z.array(z.string()).optional(),
  figures: z.record(z.string(), z.string()).optional(),
}) satisfies z.ZodType<Schemas['Problem']>

const difference = z.object({
  line: z.string().optional(),
  field: z.string(),
  odoo: z.string().nullable(),
  storefront: z.string().nullable(),
}) satisfies z.ZodType<Schemas['Difference']>

export const result = z.object({
  id: z.string(),
  status: z.enum(['created', 'updated', 'unchanged', 'stale', 'retry', 'correct', 'review', 'denied']),
  res_id: z.int().optional(),
  name: z.string().optional(),
  order: orderState.optional(),
  problems: z.array(problem).optional(),
  computed: computed.optional(),
  differences: z.array(difference).optional(),
  message: z.string().optional(),
}) satisfies z.ZodType<Schemas['Result']>

export const applied = z.object({ results: z.array(result) })
export const pulled = z.object({ events: z.array(z.object({ webhook_id: z.string(), body: odooEnvelope })) })
export const acknowledged = z.object({ acknowledged: z.int() })

const as_of = z.iso.datetime()
export const states = {
  order: z.object({ as_of, orders: z.array(orderState) }),
  picking: z.object({ as_of, pickings: z.array(pickingState) }),
  stock: z.object({ as_of, stock: z.array(stockState), held: z.array(z.string()) }),
  invoice: z.object({ as_of, invoices: z.array(invoiceState) }),
  return: z.object({ as_of, returns: z.array(returnState) }),
  product: z.object({ as_of, products: z.array(productState) }),
  partner: z.object({ as_of, partners: z.array(partnerState) }),
  price: z.object({ as_of, prices: z.array(priceState) }),
}

export const rates = z.object({
  company_currency: z.string(),
  rates: z.array(
    z.object({ ref: z.string(), rate: decimal.nullable(), date: z.iso.date().nullable(), fixed: z.boolean() }),
  ),
}) satisfies z.ZodType<{ company_currency: string; rates: Schemas['Rate'][] }>

export const changed = z.object({
  as_of,
  changes: z.array(z.object({ id: z.int(), version: z.iso.datetime(), body: odooEnvelope })),
  next: z.object({ since: z.iso.datetime(), after: z.int() }).nullable(),
})
const next = z.int().nullable()
export const pages = {
  order: states.order.extend({ next }),
  picking: states.picking.extend({ next }),
  stock: states.stock.extend({ next }),
  invoice: states.invoice.extend({ next }),
  return: states.return.extend({ next }),
  credit: z.object({ as_of, credits: z.array(creditState), next }),
}

export type Keyed = z.infer<typeof keyed>
const keyed = z.object({
  id: z.int(),
  name: z.string(),
  active: z.boolean(),
  keys: z.record(z.string(), z.string()),
  buyer: z.boolean().exactOptional(),
  ref: z.string().nullable(),
}) satisfies z.ZodType<Schemas['Keyed']>
export const keyedPage = z.object({ records: z.array(keyed), next })

export const takings = z.object({
  payments: z.array(
    z.object({
      id: z.int(),
      name: z.string(),
      ref: z.string().nullable(),
      order: z.string().nullable(),
      of: z.string().nullable(),
      journal: z.string(),
      journal_name: z.string(),
      date: z.iso.date(),
      currency: z.string(),
      amount: decimal,
      memo: z.string().nullable(),
    }),
  ),
  next,
})

const field = z.object({
  string: z.string(),
  help: z.string().optional(),
  type: z.string(),
  required: z.boolean(),
  readonly: z.boolean(),
  filled: z.boolean().optional(),
  store: z.boolean().optional(),
  relation: z.string().optional(),
  size: z.int().optional(),
  selection: z.array(z.array(z.string())).optional(),
}) satisfies z.ZodType<Schemas['Field']>
export const described = z.object({ models: z.record(z.string(), z.record(z.string(), field)) })

export const facts = z.object({
  products: z.array(
    z.object({
      sku: z.string(),
      type: z.enum(['consu', 'service', 'combo']),
      category: z.string(),
      categories: z.array(z.string()),
      tags: z.array(z.string()),
      storable: z.boolean(),
    }) satisfies z.ZodType<Schemas['ProductFacts']>,
  ),
})

export const histories = z.object({
  histories: z.array(
    (
      z.object({
        orders: z.int(),
        value: decimal,
        tags: z.array(z.object({ id: z.int(), name: z.string() })),
      }) satisfies z.ZodType<Schemas['CustomerHistory']>
    ).nullable(),
  ),
})

const choice = z.object({
  id: z.int(),
  value: z.string(),
  name: z.string(),
  company: z.string().nullable(),
  active: z.boolean(),
  unique: z.boolean(),
}) satisfies z.ZodType<Schemas['Choice']>
export const chosen = z.object({
  choices: z.array(z.object({ readable: z.boolean(), total: z.int(), items: z.array(choice) })),
})

export const madeKey = z.object({ key: z.string().min(8), ends_at: z.iso.datetime().nullable() })
export const retired = z.object({ retired: z.int() })
export const secretSet = z.object({ signing: z.boolean() })

export const ping = z.object({
  module_version: z.string(),
  odoo_version: z.string(),
  database: z.string(),
  company: z.object({ id: z.int(), name: z.string(), currency: z.string() }),
  user: z.object({ id: z.int(), login: z.string() }),
  missing_rights: z.array(z.string()),
  missing_by_entity: z.record(z.string(), z.array(z.string())),
  time: z.iso.datetime(),
  warehouses: z.array(z.object({ code: z.string(), name: z.string() })),
  entities: z.object({
    order: z.boolean(),
    shipment: z.boolean(),
    stock: z.boolean(),
    invoice: z.boolean().optional(),
    return: z.boolean().optional(),
    product: z.boolean(),
    price: z.boolean(),
    customer: z.boolean(),
  }),
  outbox: z.object({ pending: z.int(), oldest_at: z.iso.datetime().nullish(), sending: z.boolean() }),
}) satisfies z.ZodType<Schemas['Ping']>
