import type { components } from '../../../odoo-bridge/client/schema.d.ts'
import { amount } from '../../../shared/money.ts'
import { all, one } from './rows.ts'
import type { World } from './world.ts'

type Schemas = components['schemas']

/** Products by id as text, archived ones, too. The stand-in knows no templates: each product is its own. */
export function productStates({ records }: World, refs: string[]): Schemas['ProductState'][] {
  const [company] = records.find('res.company', {})
  const currency =
    typeof company?.currency_id === 'number' ? one(records, 'res.currency', company.currency_id).name : ''
  return refs.flatMap((ref) => {
    const row = /^\d{1,15}$/.test(ref) ? records.get('product.product', Number(ref)) : undefined
    if (!row) return []
    const product = one(records, 'product.product', row.id)
    const twins = product.default_code ? records.find('product.product', { default_code: product.default_code }) : []
    return {
      id: product.id,
      sku: product.default_code,
      shared: twins.length > 1,
      name: product.name,
      template: { id: product.id, variants: 1 },
      options: {},
      description: product.description_sale,
      category: [],
      uom: 'Units',
      price: amount(product.list_price).toFixed(),
      currency,
      taxes: product.taxes_id.map((id) => one(records, 'account.tax', id).name),
      barcode: product.barcode,
      weight: amount(product.weight).toFixed(),
      type: product.type,
      storable: product.is_storable,
      for_sale: true,
      active: product.active,
    }
  })
}

/** Registered customers by their storefront id; who is nobody there yet by the key that he would get. */
export function partnerStates({ records, links }: World, store: string, refs: string[]): Schemas['PartnerState'][] {
  return refs.flatMap((ref) => {
    const id = links.get(store, 'customer', ref)?.res_id ?? /^partner-(\d{1,15})$/.exec(ref)?.[1]
    const partner = id === undefined ? undefined : all(records, 'res.partner', { id: Number(id) })[0]
    if (!partner) return []
    const { name, is_company: company, email, phone, vat, property_product_pricelist: list } = partner
    return {
      ...{ ref, id: partner.id, company, email, phone, vat },
      name: name ?? '',
      price_list: list === null ? null : one(records, 'product.pricelist', list).name,
      credit_limit: amount(partner.credit_limit).isZero() ? null : amount(partner.credit_limit).toFixed(),
      on_hold: partner.clarity_on_hold,
      active: partner.active,
    }
  })
}
