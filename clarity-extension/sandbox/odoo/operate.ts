import type { Database } from 'better-sqlite3'
import { type Amount, amount } from '../../../shared/money.ts'
import { OdooError } from './error.ts'
import type { Values } from './records.ts'
import { type Model, one } from './rows.ts'
import { movesOf, reserve, setOnHand, setTracking, validate } from './stock.ts'
import type { World } from './world.ts'

export type Operate = ReturnType<typeof operate>

/** What a person does in Odoo: each is one transaction. */
export function operate(db: Database, world: World) {
  const atOnce = <A extends unknown[], R>(act: (...args: A) => R) => {
    const transaction = db.transaction((args: A) => act(...args))
    return (...args: A): R => transaction(args)
  }
  return {
    /** @param shipped quantity by SKU; by default all that is reserved. @returns the backorder's id */
    validate: atOnce((pickingId: number, shipped?: Record<string, string>): number | undefined => {
      if (!shipped) return validate(world, pickingId)?.id
      const left = new Map(Object.entries(shipped).map(([sku, quantity]) => [sku, amount(quantity)]))
      const byMove = new Map<number, Amount>()
      for (const move of movesOf(world, pickingId)) {
        const sku = one(world.records, 'product.product', move.product_id).default_code ?? ''
        const wanted = left.get(sku) ?? amount(0)
        const taken = wanted.lt(move.product_uom_qty) ? wanted : amount(move.product_uom_qty)
        left.set(sku, wanted.minus(taken))
        byMove.set(move.id, taken)
      }
      return validate(world, pickingId, byMove)?.id
    }),

    setTracking: atOnce((pickingId: number, tracking: string | null) => setTracking(world, pickingId, tracking)),

    /** Counts a product anew. */
    setOnHand: atOnce((sku: string, warehouse: string, quantity: string) => {
      const product = only('product.product', { default_code: sku })
      setOnHand(world, product, only('stock.warehouse', { code: warehouse }), amount(quantity))
    }),

    /** Tries again to reserve what a delivery waits for. */
    reserve: atOnce((pickingId: number) => reserve(world, pickingId)),

    archive: atOnce((model: Model, by: Values) => world.records.update(model, only(model, by), { active: false })),
    unarchive: atOnce((model: Model, by: Values) => world.records.update(model, only(model, by), { active: true })),

    /** A record that a person types in. */
    create: atOnce(
      (model: Model, values: Values): number => world.records.create(model, { active: true, ...values }).id,
    ),

    count: (model: Model, by: Values): number => world.records.count(model, by),
  }

  function only(model: string, by: Values): number {
    const [row] = world.records.find(model, by, { archived: true })
    if (row) return row.id
    throw new OdooError('odoo.exceptions.MissingError', `There is no ${model} with ${JSON.stringify(by)}`)
  }
}
