import type { LookupTable } from '../lookups.ts'

/** Warehouses without an entry are not for sale online. */
export const locations: LookupTable = {
  title: 'Warehouses and locations',
  about: "Odoo's warehouse code -> the storefront's locationKey",
  keys: 'odoo',
  known: { model: 'stock.warehouse', field: 'code' },
  entries: { WH: 'main', EAST: 'east' },
}
