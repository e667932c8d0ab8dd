import { describe, expect, it } from 'vitest'
import { guest, line, MORNING, order } from '../odoo-operations.ts'
import type { Bench } from './bench.ts'

export function batches(on: Bench): void {
  const { apply, one } = on

  describe('a batch', () => {
    it('isolates the bad one, with the records it alone needed', async () => {
      const good = (ref: string) => order({ ref, lines: [line({ sku: 'SOCK-GRY-S', price: '14.95' })] })
      const results = await apply(
        good('batch-1'),
        order({ ref: 'batch-2', lines: [line({ sku: 'NO-SUCH-SKU', price: '1' })] }),
        good('batch-3'),
      )
      expect(results.map(({ status }) => status)).toEqual(['created', 'correct', 'created'])
      expect(await on.person.count('res.partner', { email: 'batch-2@shop.example' })).toBe(0)
      expect(await on.person.count('res.partner', { email: 'batch-3@shop.example' })).toBe(1)
    })

    it('isolates one whose totals differ after it was written, too', async () => {
      const lines = [line({ sku: 'SOCK-GRY-S', price: '14.95' })]
      const email = 'family@shop.example'
      const results = await apply(
        order({ ref: 'sum-1', email, lines, expect: { amount_total: '17.19' } }),
        order({ ref: 'sum-2', email, lines, expect: { amount_total: '99.99' } }),
        order({ ref: 'sum-3', email, lines, expect: { amount_total: '17.19' } }),
      )
      expect(results.map(({ status }) => status)).toEqual(['created', 'review', 'created'])
      expect(await on.person.count('res.partner', { email })).toBe(1)
    })

    it('makes one customer of one guest, and finds the one who is there already', async () => {
      const lines = [line({ sku: 'SOCK-GRY-L', price: '14.95' })]
      const email = 'five-times@shop.example'
      await apply(...['five-1', 'five-2', 'five-3'].map((ref) => order({ ref, email, lines })))
      await apply(...['five-4', 'five-5'].map((ref) => order({ ref, email, lines })))
      expect(await on.person.count('res.partner', { email })).toBe(1)

      await on.person.createPartner({ name: 'Guest old@shop.example', email: 'Old@Shop.Example' })
      await one(order({ ref: 'known', email: 'old@shop.example', lines }))
      expect(await on.person.count('res.partner', { email_normalized: 'old@shop.example' })).toBe(1)
    })

    it('refuses to choose between two customers who match', async () => {
      const values = { name: 'Guest double@shop.example', email: 'double@shop.example' }
      await on.person.createPartner(values)
      await on.person.createPartner(values)
      const lines = [line({ sku: 'SOCK-GRY-L', price: '14.95' })]
      expect(await one(order({ ref: 'double', lines }))).toMatchObject({
        status: 'correct',
        problems: [{ code: 'ambiguous_match', field: '/ensure/0/match' }],
      })
    })

    it('writes an order and its payment together', async () => {
      const payment = {
        id: 'pay',
        kind: 'payment',
        ref: 'pay-1',
        version: MORNING,
        hash: 'p',
        model: 'account.payment',
        ensure: [guest('paid@shop.example')],
        values: {
          payment_type: 'inbound',
          partner_type: 'customer',
          partner_id: { $ref: 'customer:guest:paid@shop.example' },
          amount: '14.30',
          date: '2026-03-01',
          journal_id: { $find: { model: 'account.journal', by: { code: 'BNK1' } } },
          memo: 'paid-memo',
        },
        follow: ['post' as const],
      }
      const paid = order({ ref: 'paid', lines: [line({ sku: 'MUG-WHT', price: '12.43' })] })
      const results = await apply(paid, payment)
      expect(results.map(({ status }) => status)).toEqual(['created', 'created'])
      expect(await on.person.count('account.payment', { memo: 'paid-memo' })).toBe(1)
      expect(await apply(payment)).toMatchObject([{ status: 'unchanged' }])
    })

    it('says of a malformed operation what is malformed and goes on', async () => {
      const bad = { ...order({ ref: 'malformed', lines: [] }), version: 'yesterday' }
      const good = order({ ref: 'well-formed', lines: [line({ sku: 'MUG-WHT', price: '12.40' })] })
      const results = await apply(bad, good)
      expect(results).toMatchObject([
        { id: 'op-malformed', status: 'correct', problems: [{ code: 'invalid_value', field: '/version' }] },
        { status: 'created' },
      ])
    })
  })
}
