import { expect, it } from 'vitest'
import type { Drift } from '../../clarity-extension/reconcile/drift.ts'
import { createDrifts } from '../../clarity-extension/reconcile/drifts.ts'
import { reconcile, repair } from '../../clarity-extension/reconcile/run.ts'
import { correct, done } from '../../shared/outcome.ts'
import { event, onBothStores, START } from './store-support.ts'

onBothStores('differences', (on) => {
  const clock = { now: START }
  const drifts = () => createDrifts(on.store.db, () => clock.now)

  const stock = (sku: string, clarity: string, odoo: string): Drift => ({
    kind: 'stock',
    key: `${sku} main`,
    lane: `stock:${sku}`,
    subject: sku,
    clarity,
    odoo,
  })
  const all = async () => (await drifts().list({ limit: 100 })).rows

  it('are one row each from the run that found them to the one that found them gone', async () => {
    await drifts().settle(['stock'], [stock('MUG', '5', '4'), stock('TEE', '1', '2')])
    clock.now += 1_000
    expect(await drifts().settle(['stock'], [stock('MUG', '6', '4')])).toBe(1)
    expect(await all()).toMatchObject([
      { subject: 'MUG', clarity: '6', odoo: '4', firstSeenAt: clock.now - 1_000, lastSeenAt: clock.now },
    ])
    clock.now += 1_000
    await drifts().settle(['order_total'], [])
    expect(await all()).toHaveLength(1)
    await drifts().settle(['stock'], [])
    expect(await all()).toEqual([])
    clock.now += 1_000
    await drifts().settle(['stock'], [stock('MUG', '5', '4')])
    expect(await all()).toMatchObject([{ firstSeenAt: clock.now }])
    expect(await drifts().counts()).toEqual([{ kind: 'stock', count: 1 }])
  })

  it('are none while the record still has something to do', async () => {
    const { ledger } = on
    await ledger.ingest(event('stock:MUG', { type: 'stock.changed' }))
    expect(await drifts().settle(['stock'], [stock('MUG', '5', '4'), stock('TEE', '1', '2')])).toBe(1)
  })

  it('name the first event that failed, or the last one of the record', async () => {
    const { ledger, later } = on
    const failing = correct({ code: 'unknown_sku', message: 'unknown', remedy: 'mend' })
    await ledger.start(async ({ lane, payload }) =>
      lane === 'stock:MUG' && !payload.includes('fine') ? failing : done('applied'),
    )
    const fine = { payload: Buffer.from('{"fine":true}'), type: 'stock.changed' } as const
    const first = await ledger.ingest(event('stock:MUG', { type: 'stock.changed' }))
    await ledger.ingest(event('stock:MUG', { type: 'stock.changed' }))
    await ledger.ingest(event('stock:TEE', fine))
    const last = await ledger.ingest(event('stock:TEE', fine))
    await later(1)
    await drifts().settle(['stock'], [stock('MUG', '5', '4'), stock('TEE', '1', '2'), stock('CAP', '1', '2')])
    expect((await all()).map(({ eventId }) => eventId)).toEqual([first.id, last.id, null])
  })

  it('are paged and settled by the thousand', async () => {
    const many = Array.from({ length: 1_203 }, (_, index) => stock(`SKU-${index}`, '1', '2'))
    expect(await drifts().settle(['stock'], many)).toBe(1_203)
    const first = await drifts().list({ limit: 1_000 })
    const second = await drifts().list({ limit: 1_000, cursor: first.next ?? 0 })
    expect([first.rows.length, second.rows.length, second.next]).toEqual([1_000, 203, null])
  })

  it('are mended where the bridge can, and stay until a comparison has looked', async () => {
    const told: string[] = []
    const mend = repair({ stock: { toClarity: async ({ subject }) => void told.push(subject) } }, drifts())
    await drifts().settle(['stock'], [stock('MUG', '5', '4')])
    const [row] = await all()
    if (!row) throw new Error('there is none')
    expect(await mend(row, 'toOdoo', 'ann')).toBe(false)
    expect(await mend(row, 'toClarity', 'ann')).toBe(true)
    expect(told).toEqual(['MUG'])
    expect(await drifts().get(row.id)).toMatchObject({ state: 'repairing', repairedBy: 'ann' })
    clock.now += 1_000
    await drifts().settle(['stock'], [stock('MUG', '5', '4')])
    expect(await drifts().get(row.id)).toMatchObject({ state: 'open' })
  })

  it('stand as they were when a side does not answer', async () => {
    await drifts().settle(['stock'], [stock('MUG', '5', '4')])
    const run = reconcile(
      () => [
        {
          name: 'stock',
          kinds: ['stock'],
          compare: async () => {
            throw new Error('Odoo is away')
          },
        },
      ],
      drifts(),
    )
    await expect(run({ signal: new AbortController().signal })).rejects.toThrow('Odoo is away')
    expect(await all()).toHaveLength(1)
  })
})
