import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { demandOf, demandStore } from '../../clarity-extension/ports/demand.ts'
import { publishedStock } from '../../clarity-extension/ports/published.ts'
import { spentIds } from '../../clarity-extension/ports/spent.ts'
import type { Store } from '../../clarity-extension/store/store.ts'
import { dialects, type Place } from './store-support.ts'

let place: Place
let store: Store

const sold = (orderId: string, took: Record<string, string>) => ({
  order_id: orderId,
  placed_at: 1,
  items: JSON.stringify(Object.entries(took).map(([sku, quantity]) => ({ sku, quantity }))),
})
const sell = (...row: Parameters<typeof sold>) =>
  store.db
    .insertInto('demand_arrived')
    .values(sold(...row))
    .execute()

async function event(lane: string, state: 'dismissed' | 'dead' | 'done') {
  await store.db
    .insertInto('events')
    .values({
      source: 'clarity',
      webhook_id: `${lane}${state}`,
      type: 'order.created',
      lane,
      subject: lane,
      payload: Buffer.from('{}'),
      correction: null,
      corrected_by: null,
      corrected_at: null,
      state,
      priority: 0,
      received_at: 1,
      due_at: 1,
      settled_at: 1,
      cause: null,
      message: null,
      details: null,
      trace_id: '0'.repeat(32),
    })
    .execute()
}

describe.each(dialects)('on $dialect', ({ possible, place: makePlace }) => {
  describe.skipIf(!possible)('', () => {
    beforeEach(async () => {
      place = await makePlace()
      store = await place.open()
    })
    afterEach(async () => {
      await store.close()
      await place.remove()
    })

    describe('demand', () => {
      it('is found by SKU and released by order, naming what is free again', async () => {
        await sell('1', { A: '1', B: '2' })
        await sell('2', { A: '1' })
        const demand = demandStore(store)
        expect(await demand.of(['B'])).toEqual([{ orderId: '1', sku: 'B', quantity: '2' }])
        expect((await demand.release(['1'])).sort()).toEqual(['A', 'B'])
        expect(await demand.of(['A', 'B'])).toEqual([{ orderId: '2', sku: 'A', quantity: '1' }])
        expect(await demand.release(['1'])).toEqual([])
      })

      it('of very many orders is spread over their SKUs, and what an order takes later replaces that', async () => {
        const orders = Array.from({ length: 620 }, (_, index) =>
          sold(`${index + 1}`, { A: '1', [`B${(index + 1) % 2}`]: '1' }),
        )
        await store.db.insertInto('demand_arrived').values(orders).execute()
        const demand = demandStore(store)
        expect(await demand.of(['A'])).toHaveLength(620)
        expect(await store.db.selectFrom('demand_arrived').selectAll().execute()).toEqual([])
        await sell('7', { B0: '3' })
        expect(await demand.of(['B0', 'B1'])).toHaveLength(620)
        expect((await demand.of(['B0'])).filter(({ orderId }) => orderId === '7')).toEqual([
          { orderId: '7', sku: 'B0', quantity: '3' },
        ])
        expect(await demand.of(['A'])).toHaveLength(619)
        expect(await demand.all()).toHaveLength(619 + 620)
        expect((await demand.release(['7', '8'])).sort()).toEqual(['A', 'B0', 'B1'])
        expect(await demand.all()).toHaveLength(618 + 618)
      })

      it('of a dismissed order is released, unless something of the order is still open', async () => {
        await sell('1', { A: '1' })
        await sell('2', { B: '1' })
        await sell('3', { C: '1' })
        await event('order:1', 'dismissed')
        await event('order:2', 'dismissed')
        await event('order:2', 'dead')
        await event('order:3', 'done')
        const demand = demandStore(store)
        expect(await demand.releaseDismissed()).toEqual(['A'])
        expect(await demand.releaseDismissed()).toEqual([])
      })

      it('is read from order events only, without what a third party or a vendor sends', () => {
        const items = [
          { sku: 'A', quantity: '2' },
          { sku: 'B', quantity: '1', fulfilledBy: 'thirdParty' },
          { sku: 'C', quantity: '1', fulfilledBy: 'dropship' },
        ]
        const of = (type: 'order.created' | 'order.updated' | 'order.cancelled', data: object) =>
          demandOf({
            source: 'clarity',
            webhookId: 'm',
            type,
            lane: 'order:1',
            subject: '1',
            priority: 0,
            payload: Buffer.alloc(0),
            traceId: '',
            body: { data: { id: '1', items, ...data } },
          })
        expect(of('order.created', {})).toEqual({ orderId: '1', placedAt: 0, items: [{ sku: 'A', quantity: '2' }] })
        expect(of('order.cancelled', {})).toBeUndefined()
        expect(of('order.created', { status: 'cancelled' })).toBeUndefined()
        const twice = { items: [...items, { sku: 'A', quantity: '0.5' }] }
        expect(of('order.updated', twice)).toMatchObject({ items: [{ sku: 'A', quantity: '2.5' }] })
      })
    })

    describe('published stock', () => {
      it('remembers the last number of each SKU and location until it is forgotten', async () => {
        const published = publishedStock(store)
        const row = { sku: 'A', locationKey: 'main', quantity: '5', asOf: '2026-11-20T10:00:00.000Z' }
        await (await published.of(['A'])).save([row, { ...row, locationKey: 'east' }])
        await (await published.of(['A'])).save([{ ...row, quantity: '4' }])
        expect((await published.of(['A'])).numbers).toEqual(
          new Map([
            ['A main', '4'],
            ['A east', '5'],
          ]),
        )
        // Of two that were under way at once, the older one is remembered last: the storefront kept the newer number.
        await (await published.of(['A'])).save([{ ...row, quantity: '9', asOf: '2026-11-20T09:59:59.000Z' }])
        expect((await published.of(['A'])).numbers.get('A main')).toBe('4')
        expect(await published.skus()).toEqual(['A'])
        await published.forget(['A'])
        expect((await published.of(['A'])).numbers.size).toBe(0)
        expect(await published.skus()).toEqual([])
      })

      it.each([0, 1])(
        'is not brought back by whoever told a number before it was forgotten (%i times before)',
        async (times) => {
          const published = publishedStock(store)
          const sku = `late-${times}`
          const row = (quantity: string) => ({ sku, locationKey: 'main', quantity, asOf: '2026-11-20T10:00:00.000Z' })
          for (let n = 0; n < times; n++) await published.forget([sku])
          const heldUp = await published.of([sku])
          await published.forget([sku])
          await heldUp.save([row('25')])
          expect((await published.of([sku])).numbers.size).toBe(0)
          await (await published.of([sku])).save([row('23')])
          expect([...(await published.of([sku])).numbers.values()]).toEqual(['23'])
        },
      )
    })

    describe('ids that are good once', () => {
      it('are used up by one of several at once, for every replica, until they would have ended anyway', async () => {
        let clock = 1_000
        const [one, two] = [spentIds(store, () => clock), spentIds(store, () => clock)]
        const spent = await Promise.all([one.spend('a', 2_000), two.spend('a', 2_000), one.spend('b', 2_000)])
        expect(spent.filter(Boolean)).toHaveLength(2)
        expect(await two.has('a')).toBe(true)
        clock = 3_000
        await one.add('c', 4_000)
        expect([await two.has('a'), await two.has('c')]).toEqual([false, true])
      })
    })
  })
})
