import { type Kysely, sql } from 'kysely'
import type { Tables } from '../store/schema.ts'
import { statement } from '../store/statement.ts'

export const MINUTE = 60_000

export const minuteOf = (now: number): number => now - (now % MINUTE)

export type Counts = Partial<Record<'received' | 'delivered' | 'failed' | 'orders', number>>

/** Adds to the counters of the minute, in the caller's transaction. */
export async function countThroughput(trx: Kysely<Tables>, now: number, counts: Counts): Promise<void> {
  const { received = 0, delivered = 0, failed = 0, orders = 0 } = counts
  if (received + delivered + failed + orders === 0) return
  await add(trx, { minute: minuteOf(now), received, delivered, failed, orders })
}

const add = statement<Tables['throughput'], unknown>(
  (db) =>
    db
      .insertInto('throughput')
      .values({ minute: 0, received: 0, delivered: 0, failed: 0, orders: 0 })
      .onConflict((conflict) =>
        conflict.column('minute').doUpdateSet({
          received: sql`throughput.received + excluded.received`,
          delivered: sql`throughput.delivered + excluded.delivered`,
          failed: sql`throughput.failed + excluded.failed`,
          orders: sql`throughput.orders + excluded.orders`,
        }),
      ),
  (row) => [row.minute, row.received, row.delivered, row.failed, row.orders],
)
