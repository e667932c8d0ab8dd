import type { Kysely } from 'kysely'
import type { Tables } from '../../store/schema.ts'
import type { Memory } from './memory.ts'
import { judgeStock, learnStock } from './orders.ts'
import { anomalyOf } from './record-anomaly.ts'
import type { WatchRules } from './rules.ts'
import type { NewAnomaly } from './types.ts'

interface StockWatchParts {
  db: Kysely<Tables>
  rules: WatchRules
  memory: Memory
  insert(anomaly: NewAnomaly): Promise<void>
  now(): number
}

/** What is odd about the stock that was published since the last time. Asked, it says how much that was. */
export function stockWatch({ db, rules, memory, insert, now }: StockWatchParts): () => Promise<number> {
  return async () => {
    memory.freshStocks()
    const { action, tolerance } = await rules.of('stockLevel')
    const all = await memory.stocks()
    const rows = await db
      .selectFrom('published_stock')
      .select(['sku', 'quantity', 'as_of'])
      .where('as_of', '>', all.seenAt)
      .orderBy('as_of')
      .limit(5_000)
      .execute()
    let fresh = 0
    for (const { sku, quantity, as_of } of rows) {
      const [level, at] = [Number(quantity), Number(as_of)]
      const own = await memory.stock(sku)
      const [odd] = judgeStock(sku, level, own, all, at, tolerance)
      learnStock(level, own, all, at, odd !== undefined)
      all.seenAt = at
      memory.touchedStock(sku)
      if (!odd || action === 'off') continue
      await insert(anomalyOf(odd, 'stockLevel', 'notify', now()))
      fresh++
    }
    return fresh
  }
}
