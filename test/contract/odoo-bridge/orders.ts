import { describe, expect, it } from 'vitest'
import { EVENING, guest, line, MORNING, order } from '../odoo-operations.ts'
import { type Bench, first, STORE, value } from './bench.ts'

export function orders(on: Bench): void {
  const { apply, one, freeIn, pickingOf, orderOf } = on

  describe('an order', () => {
    it('is created, confirmed and reserved in one call, to the cent', async () => {
      const before = Number(await freeIn('TEE-RED-S'))
      const lines = [
        line({ ref: 'L1', sku: 'TEE-RED-S', quantity: '3', price: '24.00' }),
        line({ ref: 'L2', sku: 'NOTE-DOT', quantity: '2', price: '9.75', rate: '5' }),
      ]
      const result = await one(order({ ref: 'plain', lines, expect: { amount_total: '103.28', amount_tax: '11.78' } }))
      expect(result).toMatchObject({
        status: 'created',
        order: { ref: 'plain', state: 'sale', amount_total: '103.28', amount_tax: '11.78', currency: 'USD' },
      })
      expect((await orderOf('plain')).pickings).toMatchObject([{ state: 'assigned' }])
      expect(Number(await freeIn('TEE-RED-S'))).toBe(before - 3)
    })

    it('whose answer was lost is found again: same order, same customer', async () => {
      const operation = order({ ref: 'twice', lines: [line({ sku: 'MUG-WHT', price: '12.40' })] })
      const created = await one(operation)
      const again = await one(operation)
      expect(again).toMatchObject({ status: 'unchanged', res_id: created.res_id, order: { state: 'sale' } })
      expect(await on.person.count('sale.order', { client_order_ref: 'twice' })).toBe(1)
      expect(await on.person.count('res.partner', { email: 'twice@shop.example' })).toBe(1)
    })

    it('that is older than what was applied is stale', async () => {
      const lines = [line({ sku: 'MUG-WHT', price: '12.40' })]
      await one(order({ ref: 'stale', lines, more: { client_order_ref: 'new' } }))
      const late = order({ ref: 'stale', lines, version: MORNING, hash: 'older', more: { client_order_ref: 'old' } })
      expect(await one(late)).toMatchObject({ status: 'stale' })
      expect(await on.person.count('sale.order', { client_order_ref: 'old' })).toBe(0)
    })

    it('seen again unchanged moves its version on, so that a late one in between is stale', async () => {
      const lines = [line({ sku: 'MUG-WHT', price: '12.40' })]
      const content = order({ ref: 'moved-on', lines, version: MORNING })
      await one(content)
      expect(await one({ ...content, version: EVENING })).toMatchObject({ status: 'unchanged' })
      expect(await orderOf('moved-on')).toMatchObject({ version: EVENING })
      expect(await one(order({ ref: 'moved-on', lines, hash: 'between' }))).toMatchObject({ status: 'stale' })
    })

    it('whose totals differ is held with both computations, and written once a person accepts', async () => {
      const differing = order({
        ref: 'differs',
        lines: [line({ sku: 'MUG-GRN', price: '10.00' })],
        expect: { amount_total: '11.49', amount_tax: '1.49' },
      })
      expect(await one(differing)).toMatchObject({
        status: 'review',
        problems: [{ code: 'totals_differ' }],
        computed: {
          amount_untaxed: '10.00',
          amount_tax: '1.50',
          amount_total: '11.50',
          lines: [{ ref: 'L1', tax: '1.50' }],
        },
      })
      expect(await on.person.count('sale.order', { client_order_ref: 'differs' })).toBe(0)
      expect(await on.person.count('res.partner', { email: 'differs@shop.example' })).toBe(0)
      expect(await one({ ...differing, accept_difference: true })).toMatchObject({
        status: 'created',
        order: { amount_total: '11.50' },
      })
    })

    it('rounds tax per document, and per line where the lines say so', async () => {
      const lines = (key?: string) =>
        ['L1', 'L2', 'L3'].map((ref) => {
          const more = key ? { extra_tax_data: { computation_key: `${key},${ref}` } } : {}
          return line({ ref, sku: 'NOTE-LIN', price: '9.75', rate: '5', more })
        })
      expect(await one(order({ ref: 'per-document', lines: lines() }))).toMatchObject({
        order: { amount_tax: '1.46', amount_total: '30.71' },
      })
      expect(await one(order({ ref: 'per-line', lines: lines('clarity') }))).toMatchObject({
        order: { amount_tax: '1.47', amount_total: '30.72' },
      })
    })

    it('keeps the figures of every line that rounding explains, and holds one that it does not (CASES 20)', async () => {
      const lines = ['L1', 'L2', 'L3'].map((ref) => line({ ref, sku: 'NOTE-LIN', price: '9.75', rate: '5' }))
      const wanted = (taxes: string[]) => taxes.map((tax, index) => ({ ref: `L${index + 1}`, subtotal: '9.75', tax }))
      const kept = order({
        ref: 'kept',
        lines,
        expect: { amount_total: '30.72', amount_tax: '1.47', lines: wanted(['0.49', '0.49', '0.49']) },
      })
      expect(await one(kept)).toMatchObject({ order: { amount_tax: '1.47', amount_total: '30.72' } })
      const document = order({
        ref: 'kept-document',
        lines,
        expect: { amount_total: '30.71', amount_tax: '1.46', lines: wanted(['0.49', '0.49', '0.48']) },
      })
      expect(await one(document)).toMatchObject({ order: { amount_tax: '1.46', amount_total: '30.71' } })
      const wrong = order({
        ref: 'wrong-line',
        lines,
        expect: { amount_total: '30.71', amount_tax: '1.46', lines: wanted(['0.51', '0.47', '0.48']) },
      })
      expect(await one(wrong)).toMatchObject({
        status: 'review',
        problems: [{ code: 'totals_differ', field: '/expect/lines', value: 'L1' }],
        computed: { lines: [{ ref: 'L1', tax: '0.49' }, { ref: 'L2' }, { ref: 'L3' }] },
      })
      const unclear = {
        ...order({ ref: 'unclear', lines }),
        expect: { lines: [{ ref: 'L1', subtotal: 'ten', tax: '1' }] },
      }
      expect(await one(unclear)).toMatchObject({ status: 'correct', problems: [{ code: 'invalid_value' }] })
    })

    it('has no rate where Odoo has none by that day, and keeps the one an order was written with (CASES 23)', async () => {
      const wish = (ref: string, currency: string) => ({ ref, currency, date: '2019-03-01' })
      const more = {
        clarity_currency_id: { $find: { model: 'res.currency', by: { name: 'USD' } } },
        clarity_total: '10.00',
        clarity_rate: '1.25',
        clarity_rate_date: '2019-02-28',
        clarity_company_total: '8.00',
      }
      await one(order({ ref: 'with-rate', lines: [line({ sku: 'MUG-GRN', price: '10.00' })], more }))
      const asked = [wish('unknown', 'EUR'), wish('with-rate', 'USD'), wish('nothing', 'XXX')]
      expect(value(await on.client.readRates(STORE, asked))).toEqual({
        company_currency: 'USD',
        rates: [
          { ref: 'unknown', rate: null, date: null, fixed: false },
          { ref: 'with-rate', rate: '1.25', date: '2019-02-28', fixed: true },
          { ref: 'nothing', rate: null, date: null, fixed: false },
        ],
      })
    })

    it('takes percentages off and leaves out tax where there is none', async () => {
      const lines = [
        line({ ref: 'L1', sku: 'LAMP-BRS', price: '89.00', more: { discount: '12.5' } }),
        line({ ref: 'L2', sku: 'AID', price: '22.49', more: { tax_ids: { $set: [] } } }),
      ]
      expect(await one(order({ ref: 'discounted', lines }))).toMatchObject({
        order: { amount_tax: '11.68', amount_total: '112.05' },
      })
    })

    it('is delivered from the warehouse it names, with the carrier it names', async () => {
      const carrier_id = { $find: { model: 'delivery.carrier', by: { name: 'Express' } } }
      const warehouse_id = { $find: { model: 'stock.warehouse', by: { code: 'EAST' } } }
      const lines = [line({ sku: 'BLANKET', quantity: '2', price: '119.99' })]
      const result = await one(order({ ref: 'east', lines, more: { warehouse_id, carrier_id } }))
      const picking = await pickingOf(first(result.order?.pickings ?? []).id)
      expect(picking).toMatchObject({
        state: 'assigned',
        warehouse: 'EAST',
        carrier: 'Express',
        order: { ref: 'east' },
      })
    })

    it('keeps every script, sign and length of text as text', async () => {
      const name = '👩🏽‍🚀 עברית العربية 漢字 <b>Bold</b> & Söhne'
      const note = `<script>alert(1)</script>${'é'.repeat(4000)}`
      const operation = order({ ref: 'unicode', lines: [line({ sku: 'MUG-BLU', price: '12.40', more: { name } })] })
      const ensure = [guest('unicode@shop.example', { name })]
      expect(await one({ ...operation, ensure: ensure.map(({ match: _, ...rest }) => rest) })).toMatchObject({
        status: 'created',
      })
      expect(await on.person.count('res.partner', { name })).toBe(1)
      const noted = order({
        ref: 'noted',
        lines: [line({ sku: 'MUG-BLU', price: '12.40' })],
        more: { client_order_ref: note },
      })
      expect(await one(noted)).toMatchObject({ status: 'created' })
      expect(await on.person.count('sale.order', { client_order_ref: note })).toBe(1)
    })

    it('is held to the checks it asks for: a purchase order number that its customer used before', async () => {
      const lines = [line({ sku: 'MUG-BLU', price: '12.40' })]
      const wish = { lines, email: 'buyer@shop.example', more: { client_order_ref: 'PO-77' } }
      const before = await one(order({ ...wish, ref: 'po-first', checks: ['duplicate_reference', 'not_for_sale'] }))
      expect(before).toMatchObject({ status: 'created' })
      const twin = order({ ...wish, ref: 'po-second', checks: ['duplicate_reference', 'credit_limit'] })
      expect(await one(twin)).toMatchObject({
        status: 'review',
        problems: [
          {
            code: 'duplicate_reference',
            field: '/client_order_ref',
            value: 'PO-77',
            figures: { other_order: before.name, other_total: '14.26', this_total: '14.26' },
          },
        ],
      })
      expect(await one({ ...twin, checks: ['customer_warning'] })).toMatchObject({ status: 'created' })
      const [wrong] = await apply(Object.assign({}, twin, { checks: ['horoscope'] }))
      expect(wrong).toMatchObject({ status: 'correct', problems: [{ code: 'invalid_value' }] })
    })

    it('CASES 28: two spellings of one guest in one call are the guest who came first', async () => {
      const lines = [line({ sku: 'MUG-BLU', price: '12.40' })]
      const spelled = ['Nora Lund', 'NORA  LUND', 'nora lund'].map((name, index) => ({
        ...order({ ref: `spelling-${index}`, lines, email: 'nora@shop.example' }),
        ensure: [{ ...guest('nora@shop.example', { name }), match: { email: 'nora@shop.example', name } }],
      }))
      expect(await apply(...spelled)).toMatchObject(spelled.map(() => ({ status: 'created' })))
      expect(await on.person.count('res.partner', { email: 'nora@shop.example' })).toBe(1)
      expect(await on.person.count('res.partner', { name: 'Nora Lund' })).toBe(1)
    })

    it('of another storefront never meets one of the same number', async () => {
      const operation = order({ ref: 'shared', lines: [line({ sku: 'MUG-BLU', price: '12.40' })] })
      const here = await one(operation)
      const there = first(value(await on.client.apply('other-store', [operation])))
      expect(there).toMatchObject({ status: 'created' })
      expect(there.res_id).not.toBe(here.res_id)
    })
  })
}
