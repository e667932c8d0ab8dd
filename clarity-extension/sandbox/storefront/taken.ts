import { type Amount, amount } from '../../../shared/money.ts'
import type { Db } from './database.ts'

export type Taken = ReturnType<typeof createTaken>

/** Where an order's goods were taken from: level id to quantity. */
export function createTaken(db: Db) {
  const read = db.prepare<[string], { level_id: string; quantity: string }>(
    'SELECT level_id, quantity FROM taken WHERE order_id = ?',
  )
  const write = db.prepare(
    'INSERT INTO taken VALUES (?, ?, ?) ON CONFLICT (order_id, level_id) DO UPDATE SET quantity = excluded.quantity',
  )
  const drop = db.prepare('DELETE FROM taken WHERE order_id = ?')

  return {
    by: (orderId: string): Map<string, Amount> =>
      new Map(read.all(orderId).map(({ level_id, quantity }) => [level_id, amount(quantity)])),
    set: (orderId: string, levelId: string, quantity: Amount): void =>
      void write.run(orderId, levelId, quantity.toFixed()),
    forget: (orderId: string): void => void drop.run(orderId),
  }
}
