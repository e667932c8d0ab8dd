import type { LookupTables } from '../lookups.ts'
import { locations } from './locations.ts'
import { regions } from './regions.ts'

/** The tables as they are before a merchant adds to them. */
export const defaultLookups: LookupTables = {
  tax: {
    title: 'Taxes',
    about:
      "The storefront's taxCode -> the name of Odoo's sales tax. Without an entry the tax is found by its rate. `exempt` is for lines that have a rate but no tax.",
    entries: {},
  },
  payment_method: {
    title: 'Payment methods',
    about: "The storefront's payment method -> the code of Odoo's journal.",
    entries: { '*': 'BNK1' },
  },
  carrier: {
    title: 'Carriers',
    about:
      "The storefront's shipping method -> the name of Odoo's delivery method. Without an entry the names are the same.",
    entries: {},
  },
  currency: {
    title: 'Currencies',
    about: "A currency that is not the company's -> the name of Odoo's pricelist in it.",
    entries: {},
  },
  location: locations,
  region: regions,
}
