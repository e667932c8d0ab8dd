import { z } from 'zod'

/** The storefront's records as its contract gives them (shared/clarity.openapi.yaml). Parsed at the door, trusted inside. */

export const decimal = z.string().regex(/^-?\d+(\.\d+)?$/, 'a decimal number as text, e.g. "12.50"')
export const currency = z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 code, e.g. "USD"')
export const instant = z.iso.datetime()

export const orderId = z.string().min(1).brand<'OrderId'>()
export const customerId = z.string().min(1).brand<'CustomerId'>()
export const sku = z.string().min(1).brand<'Sku'>()
export type OrderId = z.infer<typeof orderId>
export type CustomerId = z.infer<typeof customerId>
export type Sku = z.infer<typeof sku>

const attributes = z.record(z.string(), z.unknown()).default({})
const identity = { externalKey: z.string().nullish(), attributes, updatedAt: instant }

export const address = z.object({
  id: z.string().nullish(),
  kind: z.enum(['billing', 'shipping', 'other']).nullish(),
  name: z.string().nullish(),
  company: z.string().nullish(),
  line1: z.string(),
  line2: z.string().nullish(),
  city: z.string(),
  postalCode: z.string().nullish(),
  region: z.string().nullish(),
  country: z.string().regex(/^[A-Z]{2}$/, 'an ISO 3166-1 code of two letters, e.g. "US"'),
  phone: z.string().nullish(),
  email: z.string().nullish(),
})
export type Address = z.infer<typeof address>

export const contact = z.object({ name: z.string(), email: z.string(), phone: z.string().nullish() })
export type Contact = z.infer<typeof contact>

export const orderItem = z.object({
  lineId: z.string().min(1),
  sku,
  name: z.string(),
  quantity: decimal,
  /** Before discount; with tax if the order's pricesIncludeTax. */
  unitPrice: decimal,
  /** Amount (not percent) taken off the whole line, in the same terms as unitPrice. */
  discount: decimal.default('0'),
  discountPercent: decimal.nullish(),
  taxAmount: decimal,
  /** Percent, e.g. "20". */
  taxRate: decimal,
  taxCode: z.string().nullish(),
  /** quantity * unitPrice - discount, tax included only if pricesIncludeTax. */
  total: decimal,
  /** Who sends it: the merchant (default), a vendor for the merchant, or somebody else whose lines are left alone. */
  fulfilledBy: z.enum(['merchant', 'dropship', 'thirdParty']).nullish(),
})
export type OrderItem = z.infer<typeof orderItem>

export const shippingLine = z.object({
  method: z.string(),
  carrier: z.string().nullish(),
  /** With tax if the order's pricesIncludeTax. */
  amount: decimal,
  taxAmount: decimal.default('0'),
  taxRate: decimal.nullish(),
  taxCode: z.string().nullish(),
})

export const discount = z.object({
  code: z.string().nullish(),
  name: z.string(),
  /** Positive amount taken off the order, in the same terms as item totals. */
  amount: decimal,
  taxAmount: decimal.default('0'),
  taxRate: decimal.nullish(),
  taxCode: z.string().nullish(),
})

export const payment = z.object({
  id: z.string().min(1),
  method: z.string(),
  transactionId: z.string().nullish(),
  amount: decimal,
  currency,
  state: z.enum(['pending', 'authorized', 'captured', 'failed', 'voided', 'refunded']),
  at: instant,
  /** What the payment provider keeps of it, in the same currency. */
  fee: decimal.nullish(),
})
export type Payment = z.infer<typeof payment>

export const orderStatuses = [
  'pending',
  'onHold',
  'confirmed',
  'processing',
  'partiallyShipped',
  'shipped',
  'completed',
  'cancelled',
] as const
export type OrderStatus = (typeof orderStatuses)[number]

export const order = z.object({
  id: orderId,
  ...identity,
  number: z.string(),
  status: z.enum(orderStatuses),
  customerId: customerId.nullish(),
  /** A guest's; also the person who ordered for a company. */
  contact: contact.nullish(),
  storeId: z.string().nullish(),
  currency,
  pricesIncludeTax: z.boolean(),
  items: z.array(orderItem).min(1),
  shippingLines: z.array(shippingLine).default([]),
  discounts: z.array(discount).default([]),
  /** Sum of item totals. */
  subtotal: decimal,
  shippingTotal: decimal,
  taxTotal: decimal,
  /** What the customer pays. */
  total: decimal,
  payments: z.array(payment).default([]),
  billingAddress: address,
  shippingAddress: address,
  purchaseOrderNumber: z.string().nullish(),
  note: z.string().nullish(),
  /** When what is left over, or waits for stock, is to leave, as Odoo says. */
  expectedShipDate: z.iso.date().nullish(),
  placedAt: instant,
})
export type Order = z.infer<typeof order>

export const customer = z.object({
  id: customerId,
  ...identity,
  type: z.enum(['person', 'company']),
  name: z.string(),
  email: z.string().nullish(),
  phone: z.string().nullish(),
  vatNumber: z.string().nullish(),
  companyName: z.string().nullish(),
  addresses: z.array(address).default([]),
  contacts: z.array(contact.extend({ id: z.string().nullish() })).default([]),
  creditLimit: decimal.nullish(),
  onHold: z.boolean().default(false),
  priceList: z.string().nullish(),
  active: z.boolean().default(true),
})
export type Customer = z.infer<typeof customer>

export const product = z.object({
  id: z.string().min(1),
  ...identity,
  sku,
  name: z.string(),
  description: z.string().nullish(),
  categoryPath: z.array(z.string()).default([]),
  uom: z.string().default('unit'),
  prices: z.object({ base: decimal, sale: decimal.nullish() }),
  currency,
  taxCode: z.string().nullish(),
  barcode: z.string().nullish(),
  weight: decimal.nullish(),
  imageUrl: z.string().nullish(),
  variantOf: z.string().nullish(),
  options: z.record(z.string(), z.string()).default({}),
  allowBackorder: z.boolean().default(false),
  active: z.boolean().default(true),
})
export type Product = z.infer<typeof product>

export const inventoryLevel = z.object({
  sku,
  locationKey: z.string(),
  /** Absolute, never a delta. */
  quantity: decimal,
  /** When the number was true at its source; an older one than the stored is ignored. */
  asOf: instant,
})
export type InventoryLevel = z.infer<typeof inventoryLevel>

/** As the storefront lists it; the id is `sku@locationKey`. */
export const storedInventoryLevel = inventoryLevel.extend({ id: z.string().min(1), updatedAt: instant })

export const inventoryLocation = z.object({
  id: z.string().min(1),
  externalKey: z.string(),
  name: z.string(),
  active: z.boolean(),
  updatedAt: instant,
})

export const shipment = z.object({
  id: z.string().min(1),
  ...identity,
  trackingNumber: z.string().nullish(),
  trackingUrl: z.string().nullish(),
  carrier: z.string().nullish(),
  method: z.string().nullish(),
  shippedAt: instant,
  locationKey: z.string().nullish(),
  lines: z.array(z.object({ lineId: z.string(), sku: z.string(), quantity: decimal })).min(1),
})
export type Shipment = z.infer<typeof shipment>

export const priceRule = z.object({
  id: z.string().min(1),
  ...identity,
  customerKeys: z.array(z.string()).default([]),
  priceList: z.string().nullish(),
  sku,
  minQuantity: decimal.default('1'),
  price: decimal.nullish(),
  percent: decimal.nullish(),
  currency,
  from: instant.nullish(),
  to: instant.nullish(),
})

export const invoice = z.object({
  id: z.string().min(1),
  ...identity,
  orderId: orderId.nullish(),
  number: z.string(),
  status: z.enum(['unpaid', 'partiallyPaid', 'paid', 'void']),
  currency,
  total: decimal,
  balanceDue: decimal,
  dueDate: z.iso.date().nullish(),
  pdfUrl: z.string().nullish(),
})

export type Invoice = z.infer<typeof invoice>

export const returnRequest = z.object({
  id: z.string().min(1),
  ...identity,
  orderId,
  items: z
    .array(
      z.object({
        lineId: z.string(),
        sku,
        quantity: decimal,
        reason: z.string().nullish(),
        restock: z.boolean().default(true),
      }),
    )
    .min(1),
  currency,
  refundAmount: decimal,
  restockingFee: decimal.default('0'),
  status: z.enum(['requested', 'approved', 'received', 'refunded', 'rejected']),
})
export type ReturnRequest = z.infer<typeof returnRequest>
