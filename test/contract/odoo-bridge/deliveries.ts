import { describe, expect, it } from 'vitest'
import { line, order } from '../odoo-operations.ts'
import { type Bench, first, STORE, value } from './bench.ts'

export function deliveries(on: Bench): void {
  const { one, freeIn, pickingOf, orderOf } = on

  describe('a delivery', () => {
    it('in part leaves a backorder; each tells its own lines, the order says partial until the last', async () => {
      const lines = [
        line({ ref: 'A', sku: 'HOOD-BLK-M', quantity: '3', price: '68.00' }),
        line({ ref: 'B', sku: 'HOOD-SGE-M', quantity: '1', price: '68.00' }),
      ]
      const created = await one(order({ ref: 'partial', lines }))
      const picking = first(created.order?.pickings ?? [])
      await on.person.validate(picking.id, { 'HOOD-BLK-M': '2' })

      expect(await pickingOf(picking.id)).toMatchObject({
        state: 'done',
        order: { ref: 'partial' },
        warehouse: 'WH',
        lines: [{ line_ref: 'A', sku: 'HOOD-BLK-M', quantity: '2' }],
      })
      const half = await orderOf('partial')
      expect(half.delivery_status).toBe('partial')
      expect(half.pickings.map(({ state }) => state)).toEqual(['done', 'assigned'])

      const backorder = half.pickings[1]?.id ?? 0
      await on.person.validate(backorder)
      const rest = await pickingOf(backorder)
      expect(rest.lines.map(({ line_ref, quantity }) => [line_ref, quantity]).sort()).toEqual([
        ['A', '1'],
        ['B', '1'],
      ])
      expect((await orderOf('partial')).delivery_status).toBe('full')
    })

    it('reserves what is there, the rest when it arrives', async () => {
      await on.person.setOnHand('TEA-ROO', 'WH', '2')
      const lines = [line({ sku: 'TEA-ROO', quantity: '5', price: '8.60', rate: '5' })]
      const created = await one(order({ ref: 'scarce', lines }))
      const { id } = first(created.order?.pickings ?? [])
      expect(await pickingOf(id)).toMatchObject({ state: 'assigned', lines: [{ quantity: '2' }] })
      expect(await freeIn('TEA-ROO')).toBe('0')
      await on.person.setOnHand('TEA-ROO', 'WH', '9')
      expect(await pickingOf(id)).toMatchObject({ lines: [{ quantity: '5' }] })
      expect(await freeIn('TEA-ROO')).toBe('4')
    })

    it('is known by its id only if it belongs to an order of this storefront', async () => {
      const { pickings } = value(await on.client.readState(STORE, 'picking', ['999999', 'nonsense']))
      expect(pickings).toEqual([])
    })
  })
}
