import { orderStatuses } from '../../../shared/entities.ts'
import type { LookupTable, LookupTables } from '../lookups.ts'
import { locations } from './locations.ts'
import { regions } from './regions.ts'
import { statusEntries } from './status-to-clarity.ts'

const record = (model: string, field: string, where?: Record<string, string | string[]>): LookupTable['target'] => ({
  kind: 'record',
  model,
  field,
  ...(where && { where }),
})

/** What every order needs. */
const ofOrders: LookupTables = {
  tax: {
    title: 'Taxes',
    about:
      "The storefront's taxCode -> the name of Odoo's sales tax. Without an entry the tax is found by its rate. `exempt` is for lines that have a rate but no tax.",
    target: record('account.tax', 'name', { type_tax_use: 'sale' }),
    entries: {},
  },
  payment_method: {
    title: 'Payment methods',
    about: "The storefront's payment method -> the code of Odoo's journal.",
    target: record('account.journal', 'code', { type: ['bank', 'cash', 'credit'] }),
    entries: { '*': 'BNK1' },
  },
  provider_fee: {
    title: 'Provider fees',
    about:
      "The storefront's payment method -> the code of Odoo's account for what its provider keeps. It is booked where the journal has money under way (an outstanding account).",
    target: record('account.account', 'code', { account_type: ['expense', 'expense_direct_cost', 'expense_other'] }),
    entries: {},
  },
  carrier: {
    title: 'Carriers',
    about:
      "The storefront's shipping method -> the name of Odoo's delivery method. Without an entry the names are the same.",
    target: record('delivery.carrier', 'name'),
    entries: {},
  },
  currency: {
    title: 'Currencies',
    about:
      "A currency that is not the company's -> the name of Odoo's pricelist in it. Without an entry it is the one pricelist in that currency.",
    target: record('product.pricelist', 'name'),
    entries: {},
  },
  currency_policy: {
    title: 'Orders in other currencies',
    about:
      "A currency that is not the company's -> `keep` writes its orders in it, by a pricelist; `convert` writes them in the company's, at the rate of their day.",
    target: { kind: 'choice', values: ['keep', 'convert'] },
    entries: { '*': 'keep' },
  },
  fee: {
    title: 'Fees',
    about:
      "A fee that the storefront charges like shipping (handling, cash on delivery) -> the internal reference of Odoo's service product for it.",
    target: record('product.product', 'default_code'),
    entries: {},
  },
  location: locations,
  country: {
    title: 'Countries',
    about: 'A country as the storefront writes it -> its two letters. Two letters need no entry.',
    target: record('res.country', 'code'),
    entries: {},
  },
  region: regions,
  order_state: {
    title: 'Order states',
    about:
      "Odoo's state and delivery status (`sale/partial`; `*` for every other delivery status) -> the storefront's status.",
    keys: 'odoo',
    target: { kind: 'choice', values: [...orderStatuses] },
    entries: statusEntries,
  },
}

/** What products and prices are told apart by. */
const ofProducts: LookupTables = {
  category: {
    title: 'Categories',
    about:
      "The storefront's category path, joined by ` / ` -> the complete name of Odoo's product category. Without an entry it is found or made by its path.",
    target: record('product.category', 'complete_name'),
    entries: {},
  },
  unit: {
    title: 'Units',
    about: "The storefront's unit -> the name of Odoo's unit of measure.",
    target: record('uom.uom', 'name'),
    entries: { unit: 'Units', piece: 'Units', pcs: 'Units' },
  },
  price_list: {
    title: 'Price lists',
    about: "The storefront's price list -> the name of Odoo's pricelist. Without an entry the names are the same.",
    target: record('product.pricelist', 'name'),
    entries: {},
  },
  tax_to_clarity: {
    title: 'Taxes of products, to the storefront',
    about: "The name of Odoo's sales tax -> the storefront's taxCode. Without an entry the storefront keeps its own.",
    keys: 'odoo',
    entries: {},
  },
  unit_to_clarity: {
    title: 'Units, to the storefront',
    about: "The name of Odoo's unit of measure -> the storefront's unit. Without an entry the names are the same.",
    keys: 'odoo',
    entries: { Units: 'unit' },
  },
  price_list_to_clarity: {
    title: 'Price lists, to the storefront',
    about: "The name of Odoo's pricelist -> the storefront's price list. Without an entry the names are the same.",
    keys: 'odoo',
    entries: {},
  },
}

/** Where an order goes and whose it is: empty tables switch nothing on. */
const ofRouting: LookupTables = {
  company: {
    title: 'Companies',
    about: "The storefront's storeId -> the name of Odoo's company. Without an entry it is the service user's own.",
    target: record('res.company', 'name'),
    entries: {},
  },
  salesperson: {
    title: 'Salespersons',
    about:
      'Country and region of the invoice address (`us/mi`), or the country alone (`us`) -> login of the salesperson of a new customer.',
    target: record('res.users', 'login'),
    entries: {},
  },
  language: {
    title: 'Languages',
    about: 'Country of the invoice address (`de`) -> code of the language in which Odoo writes to a new customer.',
    target: record('res.lang', 'code'),
    entries: {},
  },
  fiscal_position: {
    title: 'Fiscal positions',
    about: 'Country of the invoice address (`ch`) -> name of the fiscal position of a new customer.',
    target: record('account.fiscal.position', 'name'),
    entries: {},
  },
  customer_tag: {
    title: 'Customer tags',
    about:
      'Segment of a new customer (`guest`, `person`, `company`, or the name of its price list) -> name of a tag in Odoo.',
    target: record('res.partner.category', 'name'),
    entries: {},
  },
}

/** What orders make of a customer, who may be there already. */
const ofProfiles: LookupTables = {
  customer_level: {
    title: 'Customer levels',
    about:
      '`orders:` and how many orders a customer has, this one included, or `value:` and what they are worth in the company’s currency -> name of a tag in Odoo. The highest that is reached holds; the table’s other tags are taken off.',
    target: record('res.partner.category', 'name'),
    entries: {},
  },
}

/** What an order is held to. */
const ofChecks: LookupTables = {
  minimum_quantity: {
    title: 'Minimum quantities',
    about:
      'An SKU, `tag:` and a tag of Odoo’s product, `category:` and the complete name of Odoo’s category, or `*` -> the least that is sold of a product on one order. With a price list or a segment (`guest`, `person`, `company`) and `/` before it, it is for those customers only.',
    entries: {},
  },
}

/** The tables as they are before a merchant adds to them. */
export const defaultLookups: LookupTables = { ...ofOrders, ...ofProducts, ...ofRouting, ...ofProfiles, ...ofChecks }
