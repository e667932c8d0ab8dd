import { describe, expect, it } from 'vitest'
import {
  type InventoryRow,
  type PublishStockPorts,
  publishStock,
} from '../../clarity-extension/flows/stock-to-clarity.ts'
import type { StockState } from '../../clarity-extension/mapping/stock.ts'
import { retry } from '../../shared/outcome.ts'

const row = (sku: string, free: number, warehouse = 'WH'): StockState => ({
  sku,
  warehouse,
  free_quantity: String(free),
  on_hand: String(free),
})

function setup(stock: StockState[], change: Partial<PublishStockPorts> = {}) {
  const puts: InventoryRow[][] = []
  const published = new Map<string, string>()
  const released: string[] = []
  const ports: PublishStockPorts = {
    now: () => 0,
    demand: async () => [],
    async releaseDemand(orders) {
      released.push(...orders)
    },
    readStock: async () => ({ ok: true, value: { asOf: '2026-11-20T10:00:00.000Z', stock, held: [] } }),
    location: (warehouse) => ({ WH: 'main', EAST: 'east' })[warehouse],
    margin: 0,
    defaultLocation: 'main',
    published: async () => ({
      numbers: published,
      async save(rows) {
        for (const { sku, locationKey, quantity } of rows) published.set(`${sku} ${locationKey}`, quantity)
      },
    }),
    async putInventory(rows) {
      puts.push(rows)
      return { ok: true, value: rows.map(() => ({ status: 'ok' as const })) }
    },
    ...change,
  }
  return { publish: publishStock(ports), puts, released, published }
}

describe('stock-to-clarity', () => {
  it('CASES 13: what the storefront sold and Odoo does not hold yet is subtracted, exactly once', async () => {
    const { publish, puts, released } = setup([row('A', 4)], {
      demand: async () => [
        { orderId: '1', sku: 'A', quantity: '1' },
        { orderId: '2', sku: 'A', quantity: '1' },
      ],
      readStock: async (_, pending) => {
        expect(pending).toEqual(['1', '2'])
        return { ok: true, value: { asOf: '2026-11-20T10:00:00.000Z', stock: [row('A', 4)], held: ['1'] } }
      },
    })
    expect(await publish(['A'])).toMatchObject([{ kind: 'done', detail: 'main 3' }])
    expect(puts[0]).toEqual([{ sku: 'A', locationKey: 'main', quantity: '3', asOf: '2026-11-20T10:00:00.000Z' }])
    expect(released).toEqual(['1'])
  })

  it('CASES 13: is as old as what is known to be sold: a sale while Odoo is read makes the number stale', async () => {
    let time = 5_000
    const { publish, puts } = setup([], {
      now: () => time,
      readStock: async () => {
        time += 700.4
        return { ok: true, value: { asOf: '2026-11-20T10:00:00.000Z', stock: [row('A', 4)], held: [] } }
      },
    })
    await publish(['A'])
    expect(puts[0]).toMatchObject([{ sku: 'A', quantity: '4', asOf: '2026-11-20T09:59:59.299Z' }])
  })

  it('asks about all orders that were told again, however many they are, before it subtracts any', async () => {
    const told = new Set(Array.from({ length: 12_000 }, (_, n) => `${n}`))
    const { publish, puts } = setup([], {
      demand: async () => [...told].map((orderId) => ({ orderId, sku: 'A', quantity: '1' })),
      releaseDemand: async (orders) => {
        for (const order of orders) told.delete(order)
      },
      readStock: async (_, pending) => {
        expect(pending.length).toBeLessThanOrEqual(5_000)
        const held = pending.filter((order) => order !== '7')
        return { ok: true, value: { asOf: '2026-11-20T10:00:00.000Z', stock: [row('A', 9)], held } }
      },
    })
    expect(await publish(['A'])).toMatchObject([{ detail: 'main 8' }])
    expect(puts).toHaveLength(1)
    expect([...told]).toEqual(['7'])
  })

  it('counts a SKU once, however often it waits in one call', async () => {
    const { publish, puts } = setup([], {
      readStock: async (skus) => ({
        ok: true,
        value: { asOf: '2026-11-20T10:00:00.000Z', stock: skus.map((sku) => row(sku, 4)), held: [] },
      }),
    })
    expect(await publish(['A', 'B', 'A'])).toMatchObject([
      { detail: 'main 4' },
      { detail: 'main 4' },
      { detail: 'main 4' },
    ])
    expect(puts[0]?.map(({ sku, quantity }) => `${sku} ${quantity}`)).toEqual(['A 4', 'B 4'])
  })

  it('CASES 18: warehouses map to locations, one that is not for sale online is not published', async () => {
    const { publish, puts } = setup([row('A', 4), row('A', 7, 'EAST'), row('A', 100, 'REPAIR')])
    await publish(['A'])
    expect(puts[0]?.map(({ locationKey, quantity }) => `${locationKey} ${quantity}`)).toEqual(['main 4', 'east 7'])
  })

  it('CASES 16: only changed numbers are sent, 500 rows at a time', async () => {
    const skus = Array.from({ length: 1200 }, (_, n) => `S${n}`)
    const { publish, puts } = setup(skus.map((sku) => row(sku, 5)))
    await publish(skus)
    expect(puts.map((rows) => rows.length)).toEqual([500, 500, 200])
    const again = await publish(skus)
    expect(puts).toHaveLength(3)
    expect(again[0]).toMatchObject({ kind: 'skip', reason: 'unchanged' })
  })

  it('CASES 15: one rejected row of a hundred is isolated with its reason, the others are published', async () => {
    const skus = Array.from({ length: 100 }, (_, n) => `S${n}`)
    const { publish, published } = setup(
      skus.map((sku) => row(sku, 5)),
      {
        putInventory: async (rows) => ({
          ok: true,
          value: rows.map(({ sku }) =>
            sku === 'S7' ? { status: 'rejected', message: 'unknown SKU' } : { status: 'ok' },
          ),
        }),
      },
    )
    const outcomes = await publish(skus)
    expect(outcomes.filter(({ kind }) => kind === 'done')).toHaveLength(99)
    expect(outcomes[7]).toMatchObject({ kind: 'correct', problems: [{ code: 'inventory_rejected', value: 'S7' }] })
    expect(published.size).toBe(99)
  })

  it('reads again when the storefront holds a newer number, and keeps its Retry-After for all when it is throttled', async () => {
    const stale = setup([row('A', 5)], { putInventory: async () => ({ ok: true, value: [{ status: 'stale' }] }) })
    expect(await stale.publish(['A'])).toMatchObject([{ kind: 'retry', cause: 'stale_quantity' }])
    const outcome = retry('throttled', 'slow down', 30_000)
    const throttled = setup([row('A', 5)], { putInventory: async () => ({ ok: false, outcome }) })
    expect(await throttled.publish(['A'])).toEqual([outcome])
    expect(throttled.published.size).toBe(0)
  })

  it('says so when Odoo has no single product for the reference', async () => {
    const { publish } = setup([])
    expect(await publish(['GONE'])).toMatchObject([{ kind: 'skip', reason: 'not_for_us' }])
  })
})
