import type { PartnerState } from '../../clarity-extension/mapping/customer-to-clarity.ts'
import type { PriceState } from '../../clarity-extension/mapping/price-to-clarity.ts'
import type { ProductState } from '../../clarity-extension/mapping/product-to-clarity.ts'

/** Master data as Odoo tells of it. */
export const shirt: ProductState = {
  id: 41,
  sku: 'POLO-RED-M',
  shared: false,
  name: 'Polo',
  template: { id: 9, variants: 2 },
  options: { Color: 'Red', Size: 'M' },
  description: null,
  category: ['Apparel', 'Tops'],
  uom: 'Units',
  price: '24.5',
  currency: 'USD',
  taxes: [],
  barcode: '4006381333931',
  weight: '0.2',
  type: 'consu',
  storable: true,
  for_sale: true,
  active: true,
}
export const rule: PriceState = {
  id: 5,
  price_list: { id: 2, name: 'Wholesale', active: true },
  currency: 'USD',
  applied_on: 'product',
  skus: ['TEE-RED-S', 'TEE-RED-M'],
  compute: 'fixed',
  price: '19.5',
  percent: null,
  base: null,
  min_quantity: '0',
  from: '2026-11-01T00:00:00.000Z',
  to: null,
}

export const ann: PartnerState = {
  ref: '55',
  id: 9,
  name: 'Ann Roe',
  company: false,
  email: 'ann@odoo.example',
  phone: null,
  vat: null,
  price_list: 'Wholesale',
  credit_limit: '500',
  on_hold: true,
  active: true,
}
