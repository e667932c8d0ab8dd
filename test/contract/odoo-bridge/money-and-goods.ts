import { describe, expect, it } from 'vitest'
import type { Operation } from '../../../odoo-bridge/client/shapes.ts'
import { EVENING, line, NOON, order } from '../odoo-operations.ts'
import { type Bench, first, STORE, value } from './bench.ts'

export function moneyAndGoods(on: Bench): void {
  const { one, freeIn } = on

  describe('the money and the goods of an order', () => {
    const said = (state: string) => ({
      $lines: {
        key: 'clarity_ref',
        items: [
          {
            clarity_ref: 'p1',
            method: 'card',
            transaction: 'tx-1',
            amount: '21.85',
            currency_id: { $find: { model: 'res.currency', by: { name: 'USD' } } },
            journal_id: { $find: { model: 'account.journal', by: { code: 'BNK1' } } },
            date: NOON,
            state,
          },
        ],
      },
    })
    const bought = (ref: string, state: string, rest: Partial<Operation> = {}) =>
      order({
        ref,
        lines: [line({ sku: 'TOTE-NAT', price: '19.00' })],
        more: { clarity_payment_ids: said(state) },
        ...rest,
      })
    const back = (orderRef: string, status: string, follow: Operation['follow']): Operation => ({
      id: `op-ret-${orderRef}`,
      kind: 'return',
      ref: `ret-${orderRef}`,
      version: EVENING,
      hash: status,
      model: 'clarity.return',
      values: {
        order_id: { $ref: `order:${orderRef}` },
        clarity_ref: `ret-${orderRef}`,
        status,
        currency_id: { $find: { model: 'res.currency', by: { name: 'USD' } } },
        refund_amount: '21.85',
        restocking_fee: '0',
        line_ids: {
          $lines: {
            key: 'clarity_ref',
            items: [{ clarity_ref: '1', line_ref: 'L1', quantity: '1', restock: true, reason: 'too small' }],
          },
        },
      },
      ...(follow && { follow }),
    })

    it('is told by the storefront; what was refunded is paid back once, of a cancelled order too', async () => {
      await one(bought('money', 'captured'))
      const refunded = bought('money', 'refunded', { hash: 'second', version: EVENING, follow: ['cancel', 'refund'] })
      expect(await one(refunded)).toMatchObject({ status: 'updated', order: { state: 'cancel' } })
      expect(await one(refunded)).toMatchObject({ status: 'unchanged' })
    })

    it('comes back when a return is received, and no more than was delivered', async () => {
      const bare = await one(bought('goods', 'captured'))
      expect(await one(back('goods', 'approved', ['receive']))).toMatchObject({
        status: 'review',
        problems: [{ code: 'not_delivered' }],
      })
      await on.person.validate(first(bare.order?.pickings ?? []).id)
      const before = Number(await freeIn('TOTE-NAT'))
      expect(await one(back('goods', 'approved', ['receive']))).toMatchObject({ status: 'created' })
      expect(Number(await freeIn('TOTE-NAT'))).toBe(before)
      expect(await one(back('goods', 'received', ['receive', 'validate']))).toMatchObject({ status: 'updated' })
      expect(Number(await freeIn('TOTE-NAT'))).toBe(before + 1)
      expect(await one(back('goods', 'refunded', ['receive', 'refund']))).toMatchObject({ status: 'updated' })
      expect(await one(back('goods', 'refunded', ['receive', 'refund']))).toMatchObject({ status: 'unchanged' })
      const told = value(await on.client.changes(STORE, 'return', { since: '2020-01-01T00:00:00Z' })).changes
      expect(told).toMatchObject([{ body: { type: 'return.changed', data: { return: { ref: 'ret-goods' } } } }])
      const { returns } = value(await on.client.readPage(STORE, 'return'))
      expect(returns).toMatchObject([{ ref: 'ret-goods', received: 'all' }])
      expect(value(await on.client.readState(STORE, 'return', ['ret-goods', 'unknown'])).returns).toMatchObject([
        { ref: 'ret-goods', order: { ref: 'goods' }, status: 'refunded', received: 'all', credited: '0.00' },
      ])
    })

    it('has no invoice and no document that is not of this storefront', async () => {
      expect(value(await on.client.readState(STORE, 'invoice', ['999999'])).invoices).toEqual([])
      expect(value(await on.client.document(STORE, '999999'))).toBeNull()
    })
  })
}
