import { describe, expect, it } from 'vitest'
import { line, order } from '../odoo-operations.ts'
import { type Bench, STORE, value } from './bench.ts'

export function stock(on: Bench): void {
  const { one, stockOf } = on

  describe('stock', () => {
    it('is told per warehouse, free of what is reserved, with the orders that are held', async () => {
      await on.person.setOnHand('TEA-SEN', 'WH', '10')
      await on.person.setOnHand('TEA-SEN', 'EAST', '4')
      const lines = [line({ sku: 'TEA-SEN', quantity: '3', price: '8.60', rate: '5' })]
      await one(order({ ref: 'held', lines }))
      await one(order({ ref: 'quotation', lines, follow: [] }))
      const { stock, held } = await stockOf('TEA-SEN', ['held', 'quotation', 'not-here-yet'])
      expect(stock.map(({ warehouse, free_quantity, on_hand }) => [warehouse, free_quantity, on_hand]).sort()).toEqual([
        ['EAST', '4', '4'],
        ['WH', '7', '10'],
      ])
      expect(held).toEqual(['held'])
    })

    it('of an unknown or shared reference is nobody’s', async () => {
      await on.person.createProduct('SHARED-SKU', 'One')
      await on.person.createProduct('SHARED-SKU', 'Other')
      const { stock } = value(await on.client.readState(STORE, 'stock', ['SHARED-SKU', 'NO-SUCH-SKU']))
      expect(stock).toEqual([])
    })
  })
}
