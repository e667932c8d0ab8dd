import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import type { Answer } from '../../shared/outcome.ts'
import { batcher } from '../delivery/batcher.ts'
import { ONE_AT_A_TIME } from '../delivery/limit.ts'
import type { Products } from '../mapping/order/products.ts'

/** Facts about products by SKU. */
export type ProductFactsReader = (skus: readonly string[]) => Promise<Answer<Products>>

type Facts = Products extends ReadonlyMap<string, infer F> ? F : never

/** How long Odoo's products are believed, how many are remembered, and how many travel in one call. */
const FRESH_MS = 10 * 60_000
const REMEMBERED = 50_000
const SKUS_PER_CALL = 500

/** Asks Odoo for what is not known; what many orders ask for at once is one call. */
export function productFactsReader(
  odoo: Pick<OdooClient, 'productFacts'>,
  now: () => number = Date.now,
): ProductFactsReader {
  const known = new Map<string, { facts: Facts | undefined; until: number }>()
  const calls = batcher<string, Answer<Facts | undefined>>({
    limit: ONE_AT_A_TIME,
    maxItems: SKUS_PER_CALL,
    async send(skus) {
      const reply = await odoo.productFacts([...new Set(skus)])
      if (!reply.ok) return skus.map(() => reply)
      const found = new Map(reply.value.products.map(({ sku, ...facts }) => [sku, facts]))
      if (known.size > REMEMBERED) known.clear()
      for (const sku of skus) known.set(sku, { facts: found.get(sku), until: now() + FRESH_MS })
      return skus.map((sku) => ({ ok: true, value: found.get(sku) }))
    },
  })

  return async (skus) => {
    const products = new Map<string, Facts>()
    for (const [sku, answer] of await Promise.all(
      [...new Set(skus)].map(async (sku) => [sku, await one(sku)] as const),
    )) {
      if (!answer.ok) return answer
      if (answer.value) products.set(sku, answer.value)
    }
    return { ok: true, value: products }
  }

  async function one(sku: string): Promise<Answer<Facts | undefined>> {
    const before = known.get(sku)
    return before && now() < before.until ? { ok: true, value: before.facts } : calls.submit(sku)
  }
}
