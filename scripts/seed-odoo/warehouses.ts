import { z } from 'zod'
import type { Catalogue, WarehouseCode } from '../../clarity-extension/sandbox/catalogue.ts'
import type { Odoo } from './odoo.ts'

/** @returns the stock location by warehouse code */
export async function seedWarehouses(
  odoo: Odoo,
  warehouses: Catalogue['warehouses'],
): Promise<Map<WarehouseCode, number>> {
  const present = await read()
  for (const { code, name } of warehouses) {
    const warehouse = present.find((row) => row.code === code)
    if (!warehouse) await odoo.create('stock.warehouse', [{ code, name }])
    else if (warehouse.name !== name) await odoo.write('stock.warehouse', [warehouse.id], { name })
  }
  const now = await read()
  return new Map(
    warehouses.flatMap(({ code }) => {
      const row = now.find((warehouse) => warehouse.code === code)
      return row ? [[code, row.lot_stock_id] as const] : []
    }),
  )

  function read() {
    return odoo.search('stock.warehouse', [], { code: z.string(), name: z.string(), lot_stock_id: z.int() })
  }
}
