import { z } from 'zod'
import type { StockPartsTable } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { saveParts } from './save-parts.ts'

export interface Level {
  sku: string
  locationKey: string
  quantity: string
}

export type Side = StockPartsTable['side']

/**
 * What both sides say of the stock, each in an order of its own, sorted onto piles by SKU: memory holds one pile at a time, and so
 * does not grow with the number of SKUs. What is more than a small shop's goes through the store, in few and large rows.
 */
export interface Piles {
  begin(): Promise<PilesOfRun>
}

export interface PilesOfRun {
  add(side: Side, levels: readonly Level[]): Promise<void>
  /** All that was said of some SKUs, by each side in the order in which it came. */
  piles(): AsyncIterable<Record<Side, Level[]>>
  /** Forgets it. */
  end(): Promise<void>
}

/** Of 10 million SKUs some ten thousand are on a pile. */
const BUCKETS = 1_024
/** Levels in memory before they go to the store. */
const HELD = 25_000

export function createPiles(store: Store, now: () => number = Date.now): Piles {
  const { db } = store
  return {
    async begin() {
      // Of a run that was killed.
      await forget()
      const run = now()
      let held = emptied()
      let count = 0
      let number = 0

      return {
        async add(side, levels) {
          for (const level of levels) {
            const bucket = bucketOf(level.sku)
            const pile = held[side].get(bucket)
            if (pile) pile.push(level)
            else held[side].set(bucket, [level])
          }
          count += levels.length
          if (count < HELD) return
          const parts = sides.flatMap((one) =>
            [...held[one]].map(([bucket, pile]) => ({
              ...{ bucket, run, number: number++, side: one },
              levels: JSON.stringify(pile.map(({ sku, locationKey, quantity }) => [sku, locationKey, quantity])),
            })),
          )
          held = emptied()
          count = 0
          await store.run(saveParts, { parts })
        },

        async *piles() {
          for (let bucket = 0; bucket < BUCKETS; bucket++) {
            const pile: Record<Side, Level[]> = { clarity: [], odoo: [] }
            for (const { side, levels } of number > 0 ? await partsOf(run, bucket) : [])
              pile[side].push(...levelsOf(levels))
            for (const side of sides) pile[side].push(...(held[side].get(bucket) ?? []))
            if (sides.some((side) => pile[side].length > 0)) yield pile
          }
        },

        async end() {
          held = emptied()
          if (number > 0) await forget()
        },
      }
    },
  }

  function partsOf(run: number, bucket: number) {
    return db
      .selectFrom('stock_parts')
      .select(['side', 'levels'])
      .where('bucket', '=', bucket)
      .where('run', '=', run)
      .orderBy('number')
      .execute()
  }

  /** Pile by pile: nobody who writes waits for more. */
  async function forget(): Promise<void> {
    for (;;) {
      const row = await db.selectFrom('stock_parts').select('bucket').orderBy('bucket').limit(1).executeTakeFirst()
      if (!row) return
      await db.deleteFrom('stock_parts').where('bucket', '=', row.bucket).execute()
    }
  }
}

const sides = ['clarity', 'odoo'] as const
const emptied = (): Record<Side, Map<number, Level[]>> => ({ clarity: new Map(), odoo: new Map() })

const kept = z.array(z.tuple([z.string(), z.string(), z.string()]))
const levelsOf = (text: string): Level[] =>
  kept.parse(JSON.parse(text)).map(([sku, locationKey, quantity]) => ({ sku, locationKey, quantity }))

/** FNV-1a. */
function bucketOf(sku: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < sku.length; at++) hash = Math.imul(hash ^ sku.charCodeAt(at), 0x01000193)
  return (hash >>> 0) % BUCKETS
}
