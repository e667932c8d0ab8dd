import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Tables } from '../../store/schema.ts'
import { noHistory, type OrderHistory, type StockHistory, type StockMoves } from './orders.ts'

const numbers = z.array(z.number())
const skuShape = z.object({ quantities: numbers.default([]), ratios: numbers.default([]), prices: numbers.default([]) })
const shopShape = z.object({
  orders: z.int().default(0),
  since: z.number().optional(),
  discounts: numbers.default([]),
  rates: z.record(z.string(), z.record(z.string(), z.number())).default({}),
})
const stockShape = z.object({
  quantity: z.number().optional(),
  ordinary: z.number().optional(),
  moves: numbers.default([]),
})
const stocksShape = z.object({
  known: z.int().default(0),
  since: z.number().optional(),
  largest: numbers.default([]),
  seenAt: z.number().default(0),
})

/**
 * What records usually are, in memory and kept in the store from time to time: a part per product, read when it is first asked
 * for. Who ordered what in the last minutes is never stored.
 */
export interface Memory {
  /** The history with the parts of these products in it. */
  orders(skus: readonly string[]): Promise<OrderHistory>
  touched(skus: readonly string[]): void
  stock(sku: string): Promise<StockHistory>
  stocks(): Promise<StockMoves & { seenAt: number }>
  touchedStock(sku: string): void
  /** Writes what changed. */
  flush(): Promise<void>
}

export function createMemory(db: Kysely<Tables>, now: () => number): Memory {
  const history = noHistory()
  const stockOf = new Map<string, StockHistory>()
  const known = new Set<string>()
  const dirty = new Set<string>()
  let moves: (StockMoves & { seenAt: number }) | undefined
  let shop: Promise<void> | undefined

  return {
    async orders(skus) {
      shop ??= loadShop()
      await shop
      await loadSkus(['*', ...skus].filter((sku) => !known.has(sku)))
      return history
    },
    touched(skus) {
      for (const sku of ['*', ...skus]) dirty.add(`sku:${sku}`)
      dirty.add('orders')
    },
    async stock(sku) {
      const own = stockOf.get(sku) ?? (await read(`stock:${sku}`, stockShape)) ?? { moves: [] }
      stockOf.set(sku, own)
      return own
    },
    async stocks() {
      moves ??= (await read('stocks', stocksShape)) ?? { known: 0, largest: [], seenAt: 0 }
      return moves
    },
    touchedStock(sku) {
      dirty.add(`stock:${sku}`)
      dirty.add('stocks')
    },
    async flush() {
      const keys = [...dirty]
      dirty.clear()
      for (const key of keys) await write(key, storedOf(key))
    },
  }

  async function loadShop(): Promise<void> {
    const stored = await read('orders', shopShape)
    if (stored) Object.assign(history, stored)
  }

  async function loadSkus(skus: readonly string[]): Promise<void> {
    if (skus.length === 0) return
    const rows = await db
      .selectFrom('memories')
      .select(['key', 'value'])
      .where(
        'key',
        'in',
        skus.map((sku) => `sku:${sku}`),
      )
      .execute()
    for (const sku of skus) {
      if (known.has(sku)) continue
      known.add(sku)
      const row = rows.find(({ key }) => key === `sku:${sku}`)
      const part = row && skuShape.safeParse(JSON.parse(row.value))
      if (!part?.success) continue
      history.quantities[sku] = part.data.quantities
      history.ratios[sku] = part.data.ratios
      history.prices[sku] = part.data.prices
    }
  }

  function storedOf(key: string): unknown {
    if (key === 'stocks') return moves
    if (key.startsWith('stock:')) return stockOf.get(key.slice('stock:'.length))
    if (key === 'orders') {
      const { orders, since, discounts, rates } = history
      return { orders, since, discounts, rates }
    }
    const sku = key.slice('sku:'.length)
    return {
      quantities: history.quantities[sku] ?? [],
      ratios: history.ratios[sku] ?? [],
      prices: history.prices[sku] ?? [],
    }
  }

  async function read<Shape extends z.ZodType>(key: string, shape: Shape): Promise<z.infer<Shape> | undefined> {
    const row = await db.selectFrom('memories').select('value').where('key', '=', key).executeTakeFirst()
    const parsed = row && shape.safeParse(JSON.parse(row.value))
    return parsed?.success ? parsed.data : undefined
  }

  async function write(key: string, value: unknown): Promise<void> {
    const row = { value: JSON.stringify(value ?? {}), updated_at: now() }
    await db
      .insertInto('memories')
      .values({ key, ...row })
      .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
      .execute()
  }
}
