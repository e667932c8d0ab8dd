import { z } from 'zod'
import { inventoryLevel } from '../../../shared/entities.ts'
import { type Api, pageQueryOf, textOf } from './api.ts'
import { invalid, parsed } from './problem.ts'
import type { Shop } from './shop.ts'
import { putRow } from './stock.ts'

const bulk = z.object({ rows: z.array(z.unknown()).min(1).max(500) })

export function inventoryRoutes(api: Api, shop: Shop): void {
  api.get('/inventory', 'inventory:read', ({ query }) => {
    const where = { parent: textOf(query, 'sku'), locationKey: textOf(query, 'locationKey') }
    return { status: 200, body: shop.inventory.list({ ...pageQueryOf(query), where }) }
  })
  api.get('/inventory/digest', 'inventory:read', () => ({ status: 200, body: shop.inventory.digest() }))
  api.put('/inventory', 'inventory:write', ({ body }) => {
    const { rows } = parsed(bulk, body)
    return { status: 200, body: { results: rows.map((row, index) => putRow(shop, row, index)) } }
  })
  api.patch('/inventory', 'inventory:write', ({ body }) => {
    const result = putRow(shop, parsed(inventoryLevel, body), 0)
    if (result.status !== 'rejected') return { status: 200, body: result }
    throw invalid({ field: result.field ?? '', code: result.code, message: result.message })
  })
}
