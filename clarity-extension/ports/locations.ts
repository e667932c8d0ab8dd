import type { LookupBook } from '../lookups/book.ts'
import { defaultLookups } from '../mapping/defaults/lookups.ts'
import { type LookupTables, lookUp } from '../mapping/lookups.ts'
import type { StockSettings } from './stock.ts'

/** Warehouse code -> locationKey by the table; a warehouse without an entry is not for sale online. */
export function tableLocations(lookups: LookupBook): Pick<StockSettings, 'location' | 'refresh'> {
  let tables: LookupTables = defaultLookups
  return {
    location(warehouse) {
      const key = lookUp(tables, 'location', warehouse)?.result
      return typeof key === 'string' && key !== '' ? key : undefined
    },
    async refresh() {
      tables = await lookups.fresh()
    },
  }
}
