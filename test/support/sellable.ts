import { catalogue } from '../../clarity-extension/sandbox/catalogue.ts'
import type { RealOdoo } from '../real/support.ts'

/** What a real Odoo could sell, straight out of its database: `sku location` to pieces. */
export async function sellableIn(odoo: Pick<RealOdoo, 'psql'>): Promise<Map<string, number>> {
  // While somebody holds a quant's row, Odoo reserves on another one that it makes for this, whose quantity is null.
  const rows = await odoo.psql<{ sku: string; code: string; free: number }>(`
    select p.default_code sku, w.code, sum(coalesce(q.quantity, 0) - q.reserved_quantity)::float free
    from stock_quant q join product_product p on p.id = q.product_id join stock_location l on l.id = q.location_id
    join stock_warehouse w on l.parent_path like '%/' || w.view_location_id || '/%' or l.parent_path like w.view_location_id || '/%'
    where l.usage = 'internal' and p.default_code is not null group by 1, 2`)
  return new Map(rows.map(({ sku, code, free }) => [`${sku} ${locationOf(code)}`, Math.max(0, Math.floor(free))]))
}

/** The storefront's name of a warehouse. */
export const locationOf = (code: string): string =>
  catalogue.warehouses.find((one) => one.code === code)?.location ?? code.toLowerCase()
