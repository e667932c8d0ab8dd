import { describe, expect, it } from 'vitest'
import { guest, line, order } from '../odoo-operations.ts'
import { type Bench, first } from './bench.ts'

export function references(on: Bench): void {
  const { one } = on

  describe('what cannot be looked up', () => {
    it('is named with its place: unknown, ambiguous and archived references', async () => {
      await on.person.createProduct('TWIN', 'First twin')
      await on.person.createProduct('TWIN', 'Second twin')
      await on.person.createProduct('GONE', 'Not sold any more')
      await on.person.archiveProduct('GONE')
      const at = '/order_line/$lines/items/1/product_id'
      const failing = async (sku: string) => {
        const lines = [line({ ref: 'L1', sku: 'MUG-WHT', price: '1' }), line({ ref: 'L2', sku, price: '1' })]
        return one(order({ ref: `has-${sku}`, lines }))
      }
      expect(await failing('NO-SUCH-SKU')).toMatchObject({
        status: 'correct',
        problems: [{ code: 'not_found', field: at, value: 'NO-SUCH-SKU' }],
      })
      const twins = await failing('TWIN')
      expect(twins).toMatchObject({
        status: 'correct',
        problems: [{ code: 'ambiguous_match', field: at, value: 'TWIN' }],
      })
      expect(first(twins.problems ?? []).candidates).toHaveLength(2)
      expect(await failing('GONE')).toMatchObject({ status: 'correct', problems: [{ code: 'archived', field: at }] })
      await on.person.unarchiveProduct('GONE')
      expect(await failing('GONE')).toMatchObject({ status: 'created' })
    })

    it('is told all at once', async () => {
      const lines = [line({ ref: 'L1', sku: 'NOPE-1', price: '1' }), line({ ref: 'L2', sku: 'NOPE-2', price: '1' })]
      const result = await one(order({ ref: 'all-wrong', lines, more: { no_such_field: 1, date_order: 'yesterday' } }))
      expect(result.problems?.map(({ code, field }) => [code, field]).sort()).toEqual([
        ['invalid_value', '/date_order'],
        ['not_found', '/order_line/$lines/items/0/product_id'],
        ['not_found', '/order_line/$lines/items/1/product_id'],
        ['unknown_field', '/no_such_field'],
      ])
    })

    it('is empty where the marker says optional, and a problem where a record is not linked', async () => {
      const state_id = {
        $find: { model: 'res.country.state', by: { code: 'XX', 'country_id.code': 'US' }, optional: true },
      }
      const lines = [line({ sku: 'MUG-WHT', price: '12.40' })]
      const ensure = [guest('optional@shop.example', { state_id })]
      expect(await one(order({ ref: 'optional', lines, ensure }))).toMatchObject({ status: 'created' })
      const stranger = order({ ref: 'stranger', lines, more: { partner_invoice_id: { $ref: 'address:nobody' } } })
      expect(await one(stranger)).toMatchObject({
        status: 'correct',
        problems: [{ code: 'unknown_reference', field: '/partner_invoice_id', value: 'address:nobody' }],
      })
    })

    it('finds a region within its country: MI is Michigan in the US and Milano in Italy', async () => {
      for (const [code, city] of [
        ['US', 'Detroit'],
        ['IT', 'Milano'],
      ] as const) {
        const state_id = { $find: { model: 'res.country.state', by: { code: 'MI', 'country_id.code': code } } }
        const country_id = { $find: { model: 'res.country', by: { code } } }
        const ensure = [guest(`mi-${code}@shop.example`, { city, state_id, country_id })]
        const lines = [line({ sku: 'MUG-WHT', price: '12.40' })]
        const operation = order({ ref: `mi-${code}`, email: `mi-${code}@shop.example`, lines, ensure })
        expect(await one(operation)).toMatchObject({ status: 'created' })
        expect(
          await on.person.count('res.partner', { city, 'state_id.code': 'MI', 'state_id.country_id.code': code }),
        ).toBe(1)
      }
    })
  })
}
