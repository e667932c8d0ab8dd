import { describe, expect, it } from 'vitest'
import { productFactsReader } from '../../clarity-extension/ports/product-facts.ts'
import { retry } from '../../shared/outcome.ts'

const facts = { type: 'consu' as const, category: 'Bikes', categories: ['Bikes'], tags: [], storable: true }

describe('facts about products', () => {
  it('are asked for once for many orders, remembered for ten minutes, and absent where Odoo has none', async () => {
    const calls: string[][] = []
    const clock = { now: 0 }
    const read = productFactsReader(
      {
        productFacts: async (skus) => {
          calls.push([...skus])
          return {
            ok: true,
            value: { products: skus.filter((sku) => sku !== 'NONE').map((sku) => ({ sku, ...facts })) },
          }
        },
      },
      () => clock.now,
    )
    const answers = await Promise.all([read(['A', 'NONE']), read(['A', 'B']), read(['B'])])
    expect(calls).toEqual([['A', 'NONE', 'B']])
    expect(answers.map((answer) => answer.ok && [...answer.value.keys()])).toEqual([['A'], ['A', 'B'], ['B']])
    await read(['NONE', 'B'])
    expect(calls).toHaveLength(1)
    clock.now = 11 * 60_000
    await read(['B'])
    expect(calls).toHaveLength(2)
  })

  it('that cannot be had leave the order for later', async () => {
    const read = productFactsReader({ productFacts: async () => ({ ok: false, outcome: retry('network', 'away') }) })
    expect(await read(['A'])).toMatchObject({ ok: false, outcome: { kind: 'retry' } })
  })
})
