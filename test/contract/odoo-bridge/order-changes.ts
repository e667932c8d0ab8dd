import { describe, expect, it } from 'vitest'
import { EVENING, line, order } from '../odoo-operations.ts'
import { type Bench, first } from './bench.ts'

export function orderChanges(on: Bench): void {
  const { one, freeIn, pickingOf, orderOf } = on

  describe('a change of an order', () => {
    const draft = { follow: [] }

    it('reaches a quotation: lines are changed, added and taken away by their key', async () => {
      const l1 = line({ ref: 'L1', sku: 'TOTE-NAT', quantity: '1', price: '19.00' })
      const l2 = line({ ref: 'L2', sku: 'TOTE-BLK', quantity: '1', price: '19.00' })
      await one(order({ ref: 'draft', lines: [l1, l2], ...draft }))
      const l3 = line({ ref: 'L3', sku: 'MASK-S', quantity: '4', price: '7.20', rate: '0' })
      const changed = order({
        ref: 'draft',
        lines: [{ ...l1, product_uom_qty: '2' }, l3],
        hash: 'second',
        version: EVENING,
      })
      expect(await one(changed)).toMatchObject({
        status: 'updated',
        order: { state: 'sale', amount_tax: '5.70', amount_total: '72.50', version: EVENING },
      })
    })

    it('of a confirmed one is written where Odoo still allows it, and its delivery follows', async () => {
      const before = Number(await freeIn('TOTE-NAT'))
      const lines = [
        line({ ref: 'L1', sku: 'TOTE-NAT', price: '20.00', quantity: '2', more: { discount: '10' } }),
        line({ ref: 'L2', sku: 'TOTE-BLK', price: '19.00' }),
      ]
      await one(order({ ref: 'edited', lines }))
      const edit = (changed: typeof lines, hash: string) =>
        one(order({ ref: 'edited', lines: changed, hash, version: EVENING }))
      const more = await edit(
        [
          line({ ref: 'L1', sku: 'TOTE-NAT', price: '20.00', quantity: '3', more: { discount: '10' } }),
          line({ ref: 'L3', sku: 'MASK-S', price: '7.20', quantity: '4', rate: '0' }),
        ],
        'second',
      )
      expect(more).toMatchObject({ status: 'updated', order: { state: 'sale', amount_total: '90.90' } })
      const [picking] = more.order?.pickings.filter(({ state }) => state === 'assigned') ?? []
      const { lines: moves } = await pickingOf(picking?.id ?? 0)
      const wanted = moves.filter(({ quantity }) => Number(quantity) > 0).map((move) => [move.line_ref, move.quantity])
      expect(wanted.sort()).toEqual([
        ['L1', '3'],
        ['L3', '4'],
      ])
      expect(Number(await freeIn('TOTE-NAT'))).toBe(before - 3)

      const less = [line({ ref: 'L1', sku: 'TOTE-NAT', price: '20.00', more: { discount: '10' } })]
      expect(await edit(less, 'third')).toMatchObject({ status: 'updated', order: { amount_total: '20.70' } })
      expect(Number(await freeIn('TOTE-NAT'))).toBe(before - 1)
      const other = [line({ ref: 'L1', sku: 'TOTE-BLK', price: '19.00' })]
      expect(await edit(other, 'fourth')).toMatchObject({ status: 'updated', order: { amount_total: '21.85' } })
      expect(Number(await freeIn('TOTE-NAT'))).toBe(before)
    })

    it('is a task for a person once it was delivered, and says everything that differs', async () => {
      const lines = [line({ sku: 'TOTE-NAT', price: '19.00', quantity: '2' })]
      const delivered = await one(order({ ref: 'fixed', lines }))
      await on.person.validate(first(delivered.order?.pickings ?? []).id)
      const less = [line({ sku: 'TOTE-NAT', price: '19.00' })]
      const edit = order({
        ref: 'fixed',
        lines: less,
        hash: 'second',
        version: EVENING,
        more: { client_order_ref: 'PO 7' },
      })
      const answer = await one(edit)
      expect(answer).toMatchObject({
        status: 'review',
        problems: [{ code: 'already_delivered', field: '/order_line/L1' }],
      })
      expect(answer.differences?.map(({ line, odoo, storefront }) => [line, odoo, storefront])).toEqual(
        expect.arrayContaining([
          ['L1', '2', '1'],
          [undefined, 'fixed', 'PO 7'],
        ]),
      )
      const more = [line({ sku: 'TOTE-NAT', price: '19.00', quantity: '3' })]
      expect(
        await one({ ...edit, ...order({ ref: 'fixed', lines: more, hash: 'third', version: EVENING }) }),
      ).toMatchObject({
        status: 'updated',
        order: { delivery_status: 'partial' },
      })
    })

    it('concerns another customer: that is another order', async () => {
      const lines = [line({ sku: 'TOTE-NAT', price: '19.00' })]
      await one(order({ ref: 'whose', lines }))
      expect(
        await one(order({ ref: 'whose', lines, hash: 'second', version: EVENING, email: 'other@shop.example' })),
      ).toMatchObject({ status: 'review', problems: [{ code: 'not_editable', field: '/partner_id' }] })
    })

    it('that only confirms is done although the content is the same', async () => {
      const quotation = order({ ref: 'later', lines: [line({ sku: 'TOTE-NAT', price: '19.00' })], ...draft })
      expect(await one(quotation)).toMatchObject({ status: 'created', order: { state: 'draft' } })
      expect(await one({ ...quotation, follow: ['confirm'] })).toMatchObject({ order: { state: 'sale' } })
    })

    it('that cancels lets go of the stock; once delivered it is a person’s task', async () => {
      const before = await freeIn('COFFEE-ESP-1KG')
      const lines = [line({ sku: 'COFFEE-ESP-1KG', quantity: '4', price: '36.95', rate: '5' })]
      await one(order({ ref: 'cancelled', lines }))
      const cancel = { hash: 'cancelled', version: EVENING, follow: ['cancel' as const] }
      expect(await one(order({ ref: 'cancelled', lines, ...cancel }))).toMatchObject({ order: { state: 'cancel' } })
      expect(await freeIn('COFFEE-ESP-1KG')).toBe(before)

      const delivered = await one(order({ ref: 'too-late', lines }))
      await on.person.validate(first(delivered.order?.pickings ?? []).id)
      expect(await one(order({ ref: 'too-late', lines, ...cancel }))).toMatchObject({
        status: 'review',
        problems: [{ code: 'already_delivered' }],
      })
      expect(await orderOf('too-late')).toMatchObject({ state: 'sale', delivery_status: 'full' })
    })
  })
}
