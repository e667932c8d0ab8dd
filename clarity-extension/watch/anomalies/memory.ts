import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Tables } from '../../store/schema.ts'
import type { Store } from '../../store/store.ts'
import {
  learnLines,
  learnOrder,
  noHistory,
  type OrderHistory,
  type SeenOrder,
  type StockHistory,
  type StockMoves,
} from './orders.ts'

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
 * What records usually are: a part per product, read when it is first asked for. What a replica learns it adds to what the store
 * has by then, and what another one added it reads: all of them know what any of them saw. Who ordered what is never stored.
 */
export interface Memory {
  /** The history with the parts of these products in it. */
  orders(skus: readonly string[]): Promise<OrderHistory>
  /** Only of what `orders` has just given. */
  learn(order: SeenOrder): void
  stock(sku: string): Promise<StockHistory>
  stocks(): Promise<StockMoves & { seenAt: number }>
  touchedStock(sku: string): void
  /** Forgets what it read of stock: whoever judges it next may be another replica. */
  freshStocks(): void
  /** Adds what was learnt, and forgets what others may have changed. */
  flush(): Promise<void>
}

const SHOP = 'orders'
const ALL = '*'
const TOGETHER = 200

export function createMemory({ db, dialect }: Pick<Store, 'db' | 'dialect'>, now: () => number): Memory {
  // One process owns an SQLite store: nobody else can have changed what it knows.
  const shared = dialect === 'postgres'
  let history = noHistory()
  let known = new Set<string>()
  let shop: Promise<void> | undefined
  /** Learnt and not stored yet. */
  let pending: SeenOrder[] = []
  let flushing = Promise.resolve()

  const stockOf = new Map<string, StockHistory>()
  const dirtyStocks = new Set<string>()
  let moves: (StockMoves & { seenAt: number }) | undefined

  return {
    async orders(skus) {
      const wanted = [ALL, ...new Set(skus)]
      for (;;) {
        const from = history
        shop ??= loadShop()
        await shop
        await loadSkus(wanted.filter((sku) => !known.has(sku)))
        // All of it may have been read anew meanwhile.
        if (from === history && wanted.every((sku) => known.has(sku))) return history
      }
    },
    learn(order) {
      learnOrder(order, history)
      pending.push(order)
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
      dirtyStocks.add(sku)
    },
    freshStocks() {
      if (!shared || dirtyStocks.size > 0) return
      stockOf.clear()
      moves = undefined
    },
    flush() {
      flushing = flushing.catch(() => {}).then(flushOnce)
      return flushing
    },
  }

  async function flushOnce(): Promise<void> {
    const skus = [...dirtyStocks]
    dirtyStocks.clear()
    if (skus.length > 0) {
      const rows = skus.map((sku): [string, unknown] => [`stock:${sku}`, stockOf.get(sku)])
      await write(db, [...rows, ['stocks', moves]])
    }
    const added = pending
    if (added.length === 0) return shared ? forget(noHistory(), []) : undefined
    pending = []
    try {
      forget(...(await store(added)))
    } catch (error) {
      // Learnt again with the next one; nothing was written.
      pending = [...added, ...pending]
      throw error
    }
  }

  /** What the store has now, and these orders on top of it. @returns it, and the products it has the parts of */
  function store(added: readonly SeenOrder[]): Promise<[OrderHistory, string[]]> {
    const skus = [ALL, ...new Set(added.flatMap(({ lines }) => lines.map(({ sku }) => sku)))]
    return db.transaction().execute(async (trx) => {
      await write(trx, [[SHOP, {}]], true)
      // Whoever holds this row adds alone.
      const held = trx.selectFrom('memories').select('value').where('key', '=', SHOP)
      const row = await (shared ? held.forUpdate() : held).executeTakeFirstOrThrow()
      const fresh = withShop(noHistory(), row.value)
      for (let from = 0; from < skus.length; from += TOGETHER) {
        const some = skus.slice(from, from + TOGETHER)
        for (const [sku, value] of await partsOf(trx, some)) putPart(fresh, sku, value)
      }
      for (const order of added) learnOrder(order, fresh)
      const { orders, since, discounts, rates } = fresh
      await write(trx, [[SHOP, { orders, since, discounts, rates }], ...skus.map(partOf(fresh))])
      return [fresh, skus]
    })
  }

  /** From here on what is stored counts, with what was learnt meanwhile. */
  function forget(stored: OrderHistory, skus: readonly string[]): void {
    const { recent } = history
    history = { ...stored, recent: noHistory().recent }
    known = new Set(skus)
    shop = skus.length === 0 ? undefined : Promise.resolve()
    for (const order of pending) {
      if (shop) learnOrder(order, history, (sku) => known.has(sku))
    }
    history.recent = recent
  }

  async function loadShop(): Promise<void> {
    const into = history
    const row = await db
      .selectFrom('memories')
      .select('value')
      .where('key', '=', SHOP)
      .executeTakeFirst()
      .catch((error: unknown) => {
        shop = undefined
        throw error
      })
    if (into !== history) return
    if (row) withShop(history, row.value)
    for (const order of pending) learnOrder(order, history, () => false)
  }

  async function loadSkus(skus: readonly string[]): Promise<void> {
    if (skus.length === 0) return
    const into = history
    const rows = new Map(await partsOf(db, skus))
    // Somebody else asked for them meanwhile, or all of it was read anew.
    if (into !== history) return
    for (const sku of skus) {
      if (known.has(sku)) continue
      known.add(sku)
      putPart(history, sku, rows.get(sku))
      for (const order of pending) learnLines(order, history, (one) => one === sku)
    }
  }

  async function partsOf(from: Kysely<Tables>, skus: readonly string[]): Promise<[string, string][]> {
    const keys = skus.map((sku) => `sku:${sku}`)
    const rows = await from.selectFrom('memories').select(['key', 'value']).where('key', 'in', keys).execute()
    return rows.map(({ key, value }) => [key.slice('sku:'.length), value])
  }

  async function read<Shape extends z.ZodType>(key: string, shape: Shape): Promise<z.infer<Shape> | undefined> {
    const row = await db.selectFrom('memories').select('value').where('key', '=', key).executeTakeFirst()
    const parsed = row && shape.safeParse(JSON.parse(row.value))
    return parsed?.success ? parsed.data : undefined
  }

  async function write(to: Kysely<Tables>, entries: readonly (readonly [string, unknown])[], onlyNew = false) {
    for (let from = 0; from < entries.length; from += TOGETHER) {
      const rows = entries
        .slice(from, from + TOGETHER)
        .map(([key, value]) => ({ key, value: JSON.stringify(value ?? {}), updated_at: now() }))
      await to
        .insertInto('memories')
        .values(rows)
        .onConflict((conflict) =>
          onlyNew
            ? conflict.column('key').doNothing()
            : conflict.column('key').doUpdateSet((row) => ({
                value: row.ref('excluded.value'),
                updated_at: row.ref('excluded.updated_at'),
              })),
        )
        .execute()
    }
  }
}

function withShop(history: OrderHistory, stored: string): OrderHistory {
  const parsed = shopShape.safeParse(JSON.parse(stored))
  return parsed.success ? Object.assign(history, parsed.data) : history
}

function putPart(history: OrderHistory, sku: string, stored: string | undefined): void {
  const part = stored === undefined ? undefined : skuShape.safeParse(JSON.parse(stored))
  history.quantities[sku] = part?.success ? part.data.quantities : []
  history.ratios[sku] = part?.success ? part.data.ratios : []
  history.prices[sku] = part?.success ? part.data.prices : []
}

const partOf =
  ({ quantities, ratios, prices }: OrderHistory) =>
  (sku: string): [string, unknown] => [
    `sku:${sku}`,
    { quantities: quantities[sku] ?? [], ratios: ratios[sku] ?? [], prices: prices[sku] ?? [] },
  ]
