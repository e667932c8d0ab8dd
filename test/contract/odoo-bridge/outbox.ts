import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { line, order } from '../odoo-operations.ts'
import { type Bench, first, value } from './bench.ts'

export function outbox(on: Bench): void {
  const { one, pickingOf } = on

  describe('the outbox', () => {
    const events = async () => value(await on.client.pull(1000)).events
    const drain = async () => {
      for (let left = await events(); left.length > 0; left = await events()) {
        await on.client.ack(left.map(({ webhook_id }) => webhook_id))
      }
    }

    it('tells of the order, its delivery and its stock, once each, with the trace of the cause', async () => {
      await drain()
      const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
      const lines = [line({ sku: 'BOTTLE-STL-500', quantity: '2', price: '27.90' })]
      const created = await one(order({ ref: 'told', lines, traceparent }))
      const picking = first(created.order?.pickings ?? [])
      await on.person.setTracking(picking.id, 'TRACK-1')
      await on.person.validate(picking.id)

      // Rows of one thing are merged by whoever pulls, unless Odoo is just sending.
      const orderEvents = async () => (await events()).filter(({ body }) => body.type === 'sale_order.changed')
      await expect.poll(orderEvents).toHaveLength(1)
      const told = await events()
      const reference = { id: created.res_id, ref: 'told' }
      const bodies = told.map(({ body }) => body)
      expect(bodies.filter(({ type }) => type === 'picking.done')).toMatchObject([
        { data: { picking_id: picking.id, order: reference, traceparent } },
      ])
      expect(bodies.filter(({ type }) => type === 'sale_order.changed')).toMatchObject([{ data: { order: reference } }])
      expect(bodies.filter(({ type }) => type === 'stock.changed')).toMatchObject([{ data: { sku: 'BOTTLE-STL-500' } }])
      expect(bodies.filter(({ type }) => type === 'picking.tracking')).toEqual([])
      expect(await pickingOf(picking.id)).toMatchObject({ tracking: 'TRACK-1' })

      await drain()
      await on.person.setTracking(picking.id, 'TRACK-2')
      expect(await events()).toMatchObject([{ body: { type: 'picking.tracking', data: { picking_id: picking.id } } }])
    })

    it('forgets what is acknowledged, and gives a later change of the same thing a new id', async () => {
      await drain()
      await on.person.setOnHand('BOTTLE-CRL-500', 'WH', '50')
      const [before] = await events()
      await on.person.setOnHand('BOTTLE-CRL-500', 'WH', '51')
      // Merged by whoever pulls, unless Odoo is just sending.
      await expect.poll(events).toHaveLength(1)
      const [after] = await events()
      expect(after?.webhook_id).not.toBe(before?.webhook_id)
      expect(value(await on.client.ack([before?.webhook_id ?? '', randomUUID()]))).toEqual({ acknowledged: 0 })
      expect(value(await on.client.ack([after?.webhook_id ?? '']))).toEqual({ acknowledged: 1 })
      expect(await events()).toEqual([])
    })
  })
}
