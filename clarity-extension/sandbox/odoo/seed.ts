import type { Catalogue, TaxCode } from '../catalogue.ts'
import type { Records } from './records.ts'
import { regions } from './regions.ts'

/** Fills an empty database with the shop's catalogue and what every Odoo has: countries, currencies, journals. */
export function seed(records: Records, catalogue: Catalogue): void {
  const currencies = new Map(
    CURRENCIES.map(([name, symbol]) => [name, create('res.currency', { name, symbol, active: true })]),
  )
  const currency_id =
    currencies.get(catalogue.currency) ?? create('res.currency', { name: catalogue.currency, active: true })
  const company_id = create('res.company', { name: 'Sandbox Company', currency_id })
  for (const name of ['Units', 'kg', 'm']) create('uom.uom', { name, active: true })
  create('product.pricelist', { name: 'Default', currency_id, active: true })
  for (const [name, rate] of RATES) {
    const of = currencies.get(name)
    if (of) create('res.currency.rate', { currency_id: of, name: '2020-01-01', rate })
  }
  seedPlaces(records)
  seedJournals(records, company_id)

  const taxes = new Map(
    catalogue.taxes.map(({ code, name, rate }) => [
      code,
      create('account.tax', {
        name,
        amount: rate,
        amount_type: 'percent',
        type_tax_use: 'sale',
        price_include: false,
        price_include_override: 'tax_excluded',
        company_id,
        active: true,
      }),
    ]),
  )
  const taxOf = (code: TaxCode) => [...taxes].filter(([key]) => key === code).map(([, id]) => id)
  const warehouses = new Map(
    catalogue.warehouses.map(({ code, name }) => [
      code,
      create('stock.warehouse', { code, name, company_id, active: true }),
    ]),
  )

  for (const product of catalogue.products) {
    const product_id = create('product.product', {
      name: product.name,
      default_code: product.sku,
      barcode: product.barcode,
      list_price: product.price,
      weight: product.weight,
      description_sale: product.description,
      taxes_id: taxOf(product.taxCode),
      type: 'consu',
      is_storable: true,
      active: true,
    })
    for (const [code, warehouse_id] of warehouses) {
      const quantity = String(product.stock[code])
      create('stock.quant', { product_id, warehouse_id, quantity, reserved_quantity: '0' })
    }
  }
  for (const { method, sku, price, taxCode } of catalogue.carriers) {
    const product_id = service(records, method, sku, price, taxOf(taxCode))
    create('delivery.carrier', { name: method, product_id, active: true })
  }
  for (const name of ['Shipping', 'Discount', 'Gift Card', 'Rounding'])
    service(records, name, `CLARITY-${name.toUpperCase().replace(' ', '-')}`, '0', [])

  function create(model: string, values: Parameters<Records['create']>[1]): number {
    return records.create(model, values).id
  }
}

const CURRENCIES: [string, string][] = [
  ['USD', '$'],
  ['EUR', '€'],
  ['GBP', '£'],
  ['CAD', '$'],
  ['JPY', '¥'],
]

/** Units for one of the company's, as they might have been. */
const RATES: [string, string][] = [
  ['EUR', '0.92'],
  ['GBP', '0.79'],
  ['CAD', '1.36'],
  ['JPY', '151.4'],
]

function service(records: Records, name: string, default_code: string, list_price: string, taxes_id: number[]): number {
  const values = { name, default_code, list_price, taxes_id, type: 'service', is_storable: false, active: true }
  return records.create('product.product', values).id
}

/** Every country the runtime has a name for, and the regions of some. */
function seedPlaces(records: Records): void {
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  for (const code of letters.flatMap((first) => letters.map((second) => first + second))) {
    const name = names.of(code)
    if (!name || NOT_COUNTRIES.has(code)) continue
    const { id: country_id } = records.create('res.country', { code, name })
    for (const entry of regions[code]?.trim().split(/;\s+/) ?? []) {
      const [region = '', ...words] = entry.split(/\s+/)
      records.create('res.country.state', { code: region, name: words.join(' '), country_id })
    }
  }
}

/** Codes that Intl names and that are no country's: retired, exceptional, private. */
const NOT_COUNTRIES = new Set([
  ...[
    'AC',
    'AN',
    'BU',
    'CP',
    'CQ',
    'CS',
    'CT',
    'DD',
    'DG',
    'DY',
    'EA',
    'EU',
    'EZ',
    'FQ',
    'FX',
    'HV',
    'IC',
    'JT',
    'MI',
    'NH',
  ],
  ...[
    'NQ',
    'NT',
    'PC',
    'PU',
    'PZ',
    'QO',
    'QU',
    'RH',
    'SU',
    'TA',
    'TP',
    'UK',
    'UN',
    'VD',
    'WK',
    'XA',
    'XB',
    'YD',
    'YU',
    'ZR',
    'ZZ',
  ],
])

function seedJournals(records: Records, company_id: number): void {
  for (const [code, name, type] of [
    ['INV', 'Customer Invoices', 'sale'],
    ['BNK1', 'Bank', 'bank'],
    ['CSH1', 'Cash', 'cash'],
  ] as const) {
    const { id: journal_id } = records.create('account.journal', { code, name, type, company_id })
    if (type === 'sale') continue
    for (const payment_type of ['inbound', 'outbound']) {
      const method = { name: 'Manual Payment', code: 'manual', payment_type, journal_id }
      records.create('account.payment.method.line', method)
    }
  }
}
