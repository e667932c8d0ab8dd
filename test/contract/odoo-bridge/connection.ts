import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { orderFaults } from '../../../clarity-extension/mapping/order/faults.ts'
import { defaultRuleSets } from '../../../clarity-extension/mapping/order.ts'
import { odooFields } from '../../../clarity-extension/ports/odoo-fields.ts'
import { createOdooClient } from '../../../odoo-bridge/client/client.ts'
import { newSecret } from '../../../shared/signature.ts'
import { mapFixture } from '../../unit/mapping-support.ts'
import { line, order } from '../odoo-operations.ts'
import { type Bench, STORE, value } from './bench.ts'

export function connection(on: Bench): void {
  const { one } = on

  describe('the connection', () => {
    it('says where it leads and what is missing', async () => {
      const ping = value(await on.client.ping())
      expect(ping).toMatchObject({
        database: on.party.db,
        company: { currency: 'USD' },
        missing_rights: [],
        entities: { order: true, shipment: true, stock: true, product: false, price: false, customer: false },
      })
      expect(ping.warehouses.map(({ code }) => code).sort()).toEqual(['EAST', 'WH'])
    })

    it('makes another key of the service user that holds beside the first, and revokes only what it is told to', async () => {
      const { url, db } = on.party
      const [old, fresh] = [value(await on.client.makeKey()), value(await on.client.makeKey())]
      expect(Date.parse(old.ends_at ?? '') - Date.now()).toBeGreaterThan(300 * 24 * 60 * 60_000)
      const by = (apiKey: string) => createOdooClient({ url, db, apiKey, transport: 'json2' })
      expect(value(await by(old.key).ping()).user).toEqual(value(await by(fresh.key).ping()).user)
      const heads = [fresh.key.slice(0, 8), old.key.slice(0, 8)] as const
      expect(value(await by(fresh.key).retireKeys(...heads))).toEqual({ retired: 1 })
      expect(value(await by(fresh.key).retireKeys(...heads))).toEqual({ retired: 0 })
      expect(await by(old.key).ping()).toMatchObject({ ok: false, outcome: { cause: 'unauthorized' } })
      expect(await by(fresh.key).retireKeys(heads[0], heads[0])).toMatchObject({ ok: false })
      expect((await on.client.ping()).ok).toBe(true)
    })

    it('signs with a new secret, and refuses what is none', async () => {
      expect((await on.client.setWebhookSecret(newSecret())).ok).toBe(true)
      expect(await on.client.setWebhookSecret('hunter2')).toMatchObject({ ok: false, outcome: { kind: 'correct' } })
    })

    it('describes the fields of the models it may read, and leaves out the others', async () => {
      const { models } = value(await on.client.describe(['res.partner', 'sale.order', 'no.such.model']))
      expect(Object.keys(models).sort()).toEqual(['res.partner', 'sale.order'])
      expect(models['sale.order']?.partner_id).toMatchObject({
        type: 'many2one',
        relation: 'res.partner',
        required: true,
      })
      expect(models['sale.order']?.order_line).toMatchObject({ type: 'one2many', relation: 'sale.order.line' })
    })

    it('takes the fields of every shape of order as the delivered rules write it', async () => {
      const described = await odooFields(on.client).of(Object.values(defaultRuleSets))
      const models = ['account.payment', 'res.partner', 'sale.order', 'sale.order.line']
      expect(Object.keys(described)).toEqual(expect.arrayContaining(models))
      for (const shape of readdirSync('test/fixtures/orders').map((file) => file.replace('.json', ''))) {
        const mapped = mapFixture(shape)
        if (mapped.ok) expect(orderFaults(mapped, described), shape).toEqual([])
      }
    })

    it('tells of products what conditions ask about, and leaves out those it does not know', async () => {
      const { products } = value(await on.client.productFacts(['MUG-BLU', 'NO-SUCH-SKU']))
      expect(products).toMatchObject([{ sku: 'MUG-BLU', type: 'consu', storable: true }])
    })

    it('counts what a customer ordered before, without the order that asks, and lets a profile write the customer', async () => {
      const email = 'regular@shop.example'
      const [customer, again] = [`guest:${email}`, 'again']
      const lines = [line({ sku: 'MUG-BLU', price: '10.00' })]
      for (const ref of ['history-1', 'history-2'])
        expect(await one(order({ ref, lines, email, follow: ['confirm'] }))).toMatchObject({ status: 'created' })
      const { histories } = value(
        await on.client.readHistory(STORE, [
          { customer, order: 'another' },
          { customer, order: 'history-2' },
          { customer: 'nobody', order: 'another' },
        ]),
      )
      expect(histories).toMatchObject([{ orders: 2, tags: [] }, { orders: 1 }, null])
      const [both, first] = histories.map((one) => Number(one?.value))
      expect(both).toBeCloseTo(2 * Number(first), 2)

      // A guest who registers is another reference and the same record.
      const profile = (ref: string, more: object) => ({
        ...{ id: 'profile', kind: 'profile', ref, version: '2026-11-20T12:00:00.000Z', hash: 'p1' },
        ...{ model: 'res.partner', values: { ref: 'REGULAR' }, match: { id: { $ref: `customer:${ref}` } } },
        ...more,
      })
      expect(await one(profile(customer, {}))).toMatchObject({ status: 'updated' })
      expect(await one(profile(customer, {}))).toMatchObject({ status: 'unchanged' })
      const { ensure = [] } = order({ ref: 'x', lines, email })
      const registered = ensure.map((record) => ({ ...record, ref: again }))
      expect(await one(profile(again, { ensure: registered }))).toMatchObject({ status: 'updated' })
    })

    it('lists what a value may be mapped to: by part of the text, by exact text, by id', async () => {
      const carriers = { model: 'delivery.carrier', field: 'name' }
      const taxes = { model: 'account.tax', field: 'name', where: { type_tax_use: 'sale' } }
      const [express, all, exact, none, unknown] = value(
        await on.client.choices([
          { ...carriers, search: 'EXPR' },
          { ...taxes, limit: 1 },
          { ...carriers, values: ['Express'] },
          { ...carriers, values: ['Pigeon'] },
          { model: 'res.company', field: 'name', where: { id: -1 } },
        ]),
      ).choices
      expect(express).toMatchObject({
        readable: true,
        total: 1,
        items: [{ value: 'Express', active: true, unique: true }],
      })
      expect(all?.items).toHaveLength(1)
      expect(all?.total).toBeGreaterThan(1)
      expect(exact?.items.map(({ id }) => id)).toEqual(express?.items.map(({ id }) => id))
      expect(none).toMatchObject({ readable: true, total: 0, items: [] })
      expect(unknown).toMatchObject({ total: 0 })
      const id = express?.items[0]?.id ?? 0
      expect(value(await on.client.choices([{ ...carriers, values: [id] }])).choices[0]?.items[0]?.value).toBe(
        'Express',
      )
    })

    it('refuses a wrong key and a wrong database, each by its name', async () => {
      const { url, db, apiKey } = on.party
      expect(await createOdooClient({ url, db, apiKey: 'wrong' }).ping()).toMatchObject({
        outcome: { kind: 'refused', connection: 'odoo', cause: 'unauthorized' },
      })
      expect(await createOdooClient({ url, db: 'nowhere', apiKey }).ping()).toMatchObject({
        outcome: { kind: 'refused', connection: 'odoo', cause: 'wrong_database' },
      })
    })
  })
}
