import { randomUUID } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { orderFaults } from '../../clarity-extension/mapping/order/faults.ts'
import { defaultRuleSets } from '../../clarity-extension/mapping/order.ts'
import { odooFields } from '../../clarity-extension/ports/odoo-fields.ts'
import { createOdooClient, type OdooClient, type Pages, type Reply } from '../../odoo-bridge/client/client.ts'
import type { Operation, Result } from '../../odoo-bridge/client/shapes.ts'
import { newSecret } from '../../shared/signature.ts'
import { mapFixture } from '../unit/mapping-support.ts'
import { EVENING, guest, line, MORNING, NOON, order } from './odoo-operations.ts'
import { type Party, realOdoo, standIn } from './odoo-party.ts'

/** The addon's contract, kept by the real addon in a real Odoo 19 and by the stand-in alike. */
describe.each([
  ['the stand-in', standIn],
  ['a real Odoo 19', realOdoo],
])('clarity.bridge in %s', (_name, open) => {
  let odoo: Party
  const store = 'contract'

  beforeAll(async () => {
    odoo = await open()
  })
  afterAll(() => odoo?.dispose())

  const apply = async (...operations: Operation[]): Promise<Result[]> =>
    value(await odoo.client.apply(store, operations))
  const one = async (operation: Operation): Promise<Result> => first(await apply(operation))
  const stockOf = async (sku: string, pendingOrders: string[] = []) =>
    value(await odoo.client.readState(store, 'stock', [sku], { pendingOrders }))
  const freeIn = async (sku: string, warehouse = 'WH') => {
    const row = (await stockOf(sku)).stock.find((level) => level.warehouse === warehouse)
    return row?.free_quantity
  }
  const pickingOf = async (id: number) =>
    first(value(await odoo.client.readState(store, 'picking', [`${id}`])).pickings)
  const orderOf = async (ref: string) => first(value(await odoo.client.readState(store, 'order', [ref])).orders)

  describe('the connection', () => {
    it('says where it leads and what is missing', async () => {
      const ping = value(await odoo.client.ping())
      expect(ping).toMatchObject({
        database: odoo.db,
        company: { currency: 'USD' },
        missing_rights: [],
        entities: { order: true, shipment: true, stock: true, product: false, price: false, customer: false },
      })
      expect(ping.warehouses.map(({ code }) => code).sort()).toEqual(['EAST', 'WH'])
    })

    it('makes another key of the service user that holds beside the first, and revokes only what it is told to', async () => {
      const { url, db } = odoo
      const [old, fresh] = [value(await odoo.client.makeKey()), value(await odoo.client.makeKey())]
      expect(Date.parse(old.ends_at ?? '') - Date.now()).toBeGreaterThan(300 * 24 * 60 * 60_000)
      const by = (apiKey: string) => createOdooClient({ url, db, apiKey, transport: 'json2' })
      expect(value(await by(old.key).ping()).user).toEqual(value(await by(fresh.key).ping()).user)
      const heads = [fresh.key.slice(0, 8), old.key.slice(0, 8)] as const
      expect(value(await by(fresh.key).retireKeys(...heads))).toEqual({ retired: 1 })
      expect(value(await by(fresh.key).retireKeys(...heads))).toEqual({ retired: 0 })
      expect(await by(old.key).ping()).toMatchObject({ ok: false, outcome: { cause: 'unauthorized' } })
      expect(await by(fresh.key).retireKeys(heads[0], heads[0])).toMatchObject({ ok: false })
      expect((await odoo.client.ping()).ok).toBe(true)
    })

    it('signs with a new secret, and refuses what is none', async () => {
      expect((await odoo.client.setWebhookSecret(newSecret())).ok).toBe(true)
      expect(await odoo.client.setWebhookSecret('hunter2')).toMatchObject({ ok: false, outcome: { kind: 'correct' } })
    })

    it('describes the fields of the models it may read, and leaves out the others', async () => {
      const { models } = value(await odoo.client.describe(['res.partner', 'sale.order', 'no.such.model']))
      expect(Object.keys(models).sort()).toEqual(['res.partner', 'sale.order'])
      expect(models['sale.order']?.partner_id).toMatchObject({
        type: 'many2one',
        relation: 'res.partner',
        required: true,
      })
      expect(models['sale.order']?.order_line).toMatchObject({ type: 'one2many', relation: 'sale.order.line' })
    })

    it('takes the fields of every shape of order as the delivered rules write it', async () => {
      const described = await odooFields(odoo.client).of(Object.values(defaultRuleSets))
      const models = ['account.payment', 'res.partner', 'sale.order', 'sale.order.line']
      expect(Object.keys(described)).toEqual(expect.arrayContaining(models))
      for (const shape of readdirSync('test/fixtures/orders').map((file) => file.replace('.json', ''))) {
        const mapped = mapFixture(shape)
        if (mapped.ok) expect(orderFaults(mapped, described), shape).toEqual([])
      }
    })

    it('tells of products what conditions ask about, and leaves out those it does not know', async () => {
      const { products } = value(await odoo.client.productFacts(['MUG-BLU', 'NO-SUCH-SKU']))
      expect(products).toMatchObject([{ sku: 'MUG-BLU', type: 'consu', storable: true }])
    })

    it('counts what a customer ordered before, without the order that asks, and lets a profile write the customer', async () => {
      const email = 'regular@shop.example'
      const [customer, again] = [`guest:${email}`, 'again']
      const lines = [line({ sku: 'MUG-BLU', price: '10.00' })]
      for (const ref of ['history-1', 'history-2'])
        expect(await one(order({ ref, lines, email, follow: ['confirm'] }))).toMatchObject({ status: 'created' })
      const { histories } = value(
        await odoo.client.readHistory(store, [
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
        await odoo.client.choices([
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
      expect(value(await odoo.client.choices([{ ...carriers, values: [id] }])).choices[0]?.items[0]?.value).toBe(
        'Express',
      )
    })

    it('refuses a wrong key and a wrong database, each by its name', async () => {
      const { url, db, apiKey } = odoo
      expect(await createOdooClient({ url, db, apiKey: 'wrong' }).ping()).toMatchObject({
        outcome: { kind: 'refused', connection: 'odoo', cause: 'unauthorized' },
      })
      expect(await createOdooClient({ url, db: 'nowhere', apiKey }).ping()).toMatchObject({
        outcome: { kind: 'refused', connection: 'odoo', cause: 'wrong_database' },
      })
    })
  })

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
      expect(await odoo.person.count('sale.order', { client_order_ref: 'twice' })).toBe(1)
      expect(await odoo.person.count('res.partner', { email: 'twice@shop.example' })).toBe(1)
    })

    it('that is older than what was applied is stale', async () => {
      const lines = [line({ sku: 'MUG-WHT', price: '12.40' })]
      await one(order({ ref: 'stale', lines, more: { client_order_ref: 'new' } }))
      const late = order({ ref: 'stale', lines, version: MORNING, hash: 'older', more: { client_order_ref: 'old' } })
      expect(await one(late)).toMatchObject({ status: 'stale' })
      expect(await odoo.person.count('sale.order', { client_order_ref: 'old' })).toBe(0)
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
      expect(await odoo.person.count('sale.order', { client_order_ref: 'differs' })).toBe(0)
      expect(await odoo.person.count('res.partner', { email: 'differs@shop.example' })).toBe(0)
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
      expect(value(await odoo.client.readRates(store, asked))).toEqual({
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
      expect(await odoo.person.count('res.partner', { name })).toBe(1)
      const noted = order({
        ref: 'noted',
        lines: [line({ sku: 'MUG-BLU', price: '12.40' })],
        more: { client_order_ref: note },
      })
      expect(await one(noted)).toMatchObject({ status: 'created' })
      expect(await odoo.person.count('sale.order', { client_order_ref: note })).toBe(1)
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
      expect(await odoo.person.count('res.partner', { email: 'nora@shop.example' })).toBe(1)
      expect(await odoo.person.count('res.partner', { name: 'Nora Lund' })).toBe(1)
    })

    it('of another storefront never meets one of the same number', async () => {
      const operation = order({ ref: 'shared', lines: [line({ sku: 'MUG-BLU', price: '12.40' })] })
      const here = await one(operation)
      const there = first(value(await odoo.client.apply('other-store', [operation])))
      expect(there).toMatchObject({ status: 'created' })
      expect(there.res_id).not.toBe(here.res_id)
    })
  })

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
      await odoo.person.validate(first(delivered.order?.pickings ?? []).id)
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
      await odoo.person.validate(first(delivered.order?.pickings ?? []).id)
      expect(await one(order({ ref: 'too-late', lines, ...cancel }))).toMatchObject({
        status: 'review',
        problems: [{ code: 'already_delivered' }],
      })
      expect(await orderOf('too-late')).toMatchObject({ state: 'sale', delivery_status: 'full' })
    })
  })

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
      await odoo.person.validate(first(bare.order?.pickings ?? []).id)
      const before = Number(await freeIn('TOTE-NAT'))
      expect(await one(back('goods', 'approved', ['receive']))).toMatchObject({ status: 'created' })
      expect(Number(await freeIn('TOTE-NAT'))).toBe(before)
      expect(await one(back('goods', 'received', ['receive', 'validate']))).toMatchObject({ status: 'updated' })
      expect(Number(await freeIn('TOTE-NAT'))).toBe(before + 1)
      expect(await one(back('goods', 'refunded', ['receive', 'refund']))).toMatchObject({ status: 'updated' })
      expect(await one(back('goods', 'refunded', ['receive', 'refund']))).toMatchObject({ status: 'unchanged' })
      const told = value(await odoo.client.changes(store, 'return', { since: '2020-01-01T00:00:00Z' })).changes
      expect(told).toMatchObject([{ body: { type: 'return.changed', data: { return: { ref: 'ret-goods' } } } }])
      const { returns } = value(await odoo.client.readPage(store, 'return'))
      expect(returns).toMatchObject([{ ref: 'ret-goods', received: 'all' }])
      expect(value(await odoo.client.readState(store, 'return', ['ret-goods', 'unknown'])).returns).toMatchObject([
        { ref: 'ret-goods', order: { ref: 'goods' }, status: 'refunded', received: 'all', credited: '0.00' },
      ])
    })

    it('has no invoice and no document that is not of this storefront', async () => {
      expect(value(await odoo.client.readState(store, 'invoice', ['999999'])).invoices).toEqual([])
      expect(value(await odoo.client.document(store, '999999'))).toBeNull()
    })
  })

  describe('what cannot be looked up', () => {
    it('is named with its place: unknown, ambiguous and archived references', async () => {
      await odoo.person.createProduct('TWIN', 'First twin')
      await odoo.person.createProduct('TWIN', 'Second twin')
      await odoo.person.createProduct('GONE', 'Not sold any more')
      await odoo.person.archiveProduct('GONE')
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
      await odoo.person.unarchiveProduct('GONE')
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
          await odoo.person.count('res.partner', { city, 'state_id.code': 'MI', 'state_id.country_id.code': code }),
        ).toBe(1)
      }
    })
  })

  describe('a batch', () => {
    it('isolates the bad one, with the records it alone needed', async () => {
      const good = (ref: string) => order({ ref, lines: [line({ sku: 'SOCK-GRY-S', price: '14.95' })] })
      const results = await apply(
        good('batch-1'),
        order({ ref: 'batch-2', lines: [line({ sku: 'NO-SUCH-SKU', price: '1' })] }),
        good('batch-3'),
      )
      expect(results.map(({ status }) => status)).toEqual(['created', 'correct', 'created'])
      expect(await odoo.person.count('res.partner', { email: 'batch-2@shop.example' })).toBe(0)
      expect(await odoo.person.count('res.partner', { email: 'batch-3@shop.example' })).toBe(1)
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
      expect(await odoo.person.count('res.partner', { email })).toBe(1)
    })

    it('makes one customer of one guest, and finds the one who is there already', async () => {
      const lines = [line({ sku: 'SOCK-GRY-L', price: '14.95' })]
      const email = 'five-times@shop.example'
      await apply(...['five-1', 'five-2', 'five-3'].map((ref) => order({ ref, email, lines })))
      await apply(...['five-4', 'five-5'].map((ref) => order({ ref, email, lines })))
      expect(await odoo.person.count('res.partner', { email })).toBe(1)

      await odoo.person.createPartner({ name: 'Guest old@shop.example', email: 'Old@Shop.Example' })
      await one(order({ ref: 'known', email: 'old@shop.example', lines }))
      expect(await odoo.person.count('res.partner', { email_normalized: 'old@shop.example' })).toBe(1)
    })

    it('refuses to choose between two customers who match', async () => {
      const values = { name: 'Guest double@shop.example', email: 'double@shop.example' }
      await odoo.person.createPartner(values)
      await odoo.person.createPartner(values)
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
      expect(await odoo.person.count('account.payment', { memo: 'paid-memo' })).toBe(1)
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

  describe('a delivery', () => {
    it('in part leaves a backorder; each tells its own lines, the order says partial until the last', async () => {
      const lines = [
        line({ ref: 'A', sku: 'HOOD-BLK-M', quantity: '3', price: '68.00' }),
        line({ ref: 'B', sku: 'HOOD-SGE-M', quantity: '1', price: '68.00' }),
      ]
      const created = await one(order({ ref: 'partial', lines }))
      const picking = first(created.order?.pickings ?? [])
      await odoo.person.validate(picking.id, { 'HOOD-BLK-M': '2' })

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
      await odoo.person.validate(backorder)
      const rest = await pickingOf(backorder)
      expect(rest.lines.map(({ line_ref, quantity }) => [line_ref, quantity]).sort()).toEqual([
        ['A', '1'],
        ['B', '1'],
      ])
      expect((await orderOf('partial')).delivery_status).toBe('full')
    })

    it('reserves what is there, the rest when it arrives', async () => {
      await odoo.person.setOnHand('TEA-ROO', 'WH', '2')
      const lines = [line({ sku: 'TEA-ROO', quantity: '5', price: '8.60', rate: '5' })]
      const created = await one(order({ ref: 'scarce', lines }))
      const { id } = first(created.order?.pickings ?? [])
      expect(await pickingOf(id)).toMatchObject({ state: 'assigned', lines: [{ quantity: '2' }] })
      expect(await freeIn('TEA-ROO')).toBe('0')
      await odoo.person.setOnHand('TEA-ROO', 'WH', '9')
      expect(await pickingOf(id)).toMatchObject({ lines: [{ quantity: '5' }] })
      expect(await freeIn('TEA-ROO')).toBe('4')
    })

    it('is known by its id only if it belongs to an order of this storefront', async () => {
      const { pickings } = value(await odoo.client.readState(store, 'picking', ['999999', 'nonsense']))
      expect(pickings).toEqual([])
    })
  })

  describe('stock', () => {
    it('is told per warehouse, free of what is reserved, with the orders that are held', async () => {
      await odoo.person.setOnHand('TEA-SEN', 'WH', '10')
      await odoo.person.setOnHand('TEA-SEN', 'EAST', '4')
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
      await odoo.person.createProduct('SHARED-SKU', 'One')
      await odoo.person.createProduct('SHARED-SKU', 'Other')
      const { stock } = value(await odoo.client.readState(store, 'stock', ['SHARED-SKU', 'NO-SUCH-SKU']))
      expect(stock).toEqual([])
    })
  })

  describe('the outbox', () => {
    const events = async () => value(await odoo.client.pull(1000)).events
    const drain = async () => {
      for (let left = await events(); left.length > 0; left = await events()) {
        await odoo.client.ack(left.map(({ webhook_id }) => webhook_id))
      }
    }

    it('tells of the order, its delivery and its stock, once each, with the trace of the cause', async () => {
      await drain()
      const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
      const lines = [line({ sku: 'BOTTLE-STL-500', quantity: '2', price: '27.90' })]
      const created = await one(order({ ref: 'told', lines, traceparent }))
      const picking = first(created.order?.pickings ?? [])
      await odoo.person.setTracking(picking.id, 'TRACK-1')
      await odoo.person.validate(picking.id)

      // Rows of one thing are merged by whoever pulls, unless Odoo is just sending.
      const orderEvents = async () => (await events()).filter(({ body }) => body.type === 'sale_order.changed')
      await expect.poll(orderEvents, { timeout: 20_000 }).toHaveLength(1)
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
      await odoo.person.setTracking(picking.id, 'TRACK-2')
      expect(await events()).toMatchObject([{ body: { type: 'picking.tracking', data: { picking_id: picking.id } } }])
    })

    it('forgets what is acknowledged, and gives a later change of the same thing a new id', async () => {
      await drain()
      await odoo.person.setOnHand('BOTTLE-CRL-500', 'WH', '50')
      const [before] = await events()
      await odoo.person.setOnHand('BOTTLE-CRL-500', 'WH', '51')
      // Merged by whoever pulls, unless Odoo is just sending.
      await expect.poll(events, { timeout: 20_000 }).toHaveLength(1)
      const [after] = await events()
      expect(after?.webhook_id).not.toBe(before?.webhook_id)
      expect(value(await odoo.client.ack([before?.webhook_id ?? '', randomUUID()]))).toEqual({ acknowledged: 0 })
      expect(value(await odoo.client.ack([after?.webhook_id ?? '']))).toEqual({ acknowledged: 1 })
      expect(await events()).toEqual([])
    })
  })

  describe('reading', () => {
    const reading = 'reading'
    const since = '2020-01-01T00:00:00Z'
    const placed = async (ref: string) =>
      first(
        value(await odoo.client.apply(reading, [order({ ref, lines: [line({ sku: 'MUG-WHT', price: '12.40' })] })])),
      )

    /** Page by page to the end. */
    async function changes(kind: 'order' | 'picking' | 'stock', limit: number) {
      const found = []
      let position: { since: string; after?: number } | null = { since }
      while (position) {
        const page: Changes = value(await odoo.client.changes(reading, kind, { ...position, limit }))
        expect(page.changes.length).toBeLessThanOrEqual(limit)
        found.push(...page.changes)
        position = page.next
      }
      return found
    }

    it('tells what changed, oldest first, as webhooks would, over any number of pages', async () => {
      const orders = [await placed('read-1'), await placed('read-2'), await placed('read-3')]
      const found = await changes('order', 2)
      expect(found.map(({ id }) => id)).toEqual(orders.map(({ res_id }) => res_id))
      expect(found.map(({ body }) => body)).toMatchObject(
        ['read-1', 'read-2', 'read-3'].map((ref) => ({ type: 'sale_order.changed', data: { order: { ref } } })),
      )
      expect(found.map(({ version }) => version)).toEqual(found.map(({ version }) => version).sort())
      const last = found.at(-1)
      const after = { since: last?.version ?? '', after: last?.id ?? 0 }
      expect(value(await odoo.client.changes(reading, 'order', after)).changes).toEqual([])

      const picking = first(orders[1]?.order?.pickings ?? [])
      await odoo.person.validate(picking.id)
      expect(await changes('picking', 100)).toMatchObject([
        { id: picking.id, body: { type: 'picking.done', data: { picking_id: picking.id, order: { ref: 'read-2' } } } },
      ])
      expect((await changes('order', 100)).at(-1)).toMatchObject({ body: { data: { order: { ref: 'read-2' } } } })
    })

    it('tells a product whose stock moved once', async () => {
      await odoo.person.setOnHand('MUG-GRN', 'WH', '31')
      await odoo.person.setOnHand('MUG-GRN', 'EAST', '32')
      const skus = (await changes('stock', 1000)).map(({ body }) => body.type === 'stock.changed' && body.data.sku)
      expect(skus.filter((sku) => sku === 'MUG-GRN')).toHaveLength(1)
      expect(skus.at(-1)).toBe('MUG-GRN')
    })

    it('gives everything there is, once, and from one snapshot per page', async () => {
      const refs: string[] = []
      let after: number | null = 0
      while (after !== null) {
        const page: Page = value(await odoo.client.readPage(reading, 'order', { after, limit: 2 }))
        refs.push(...page.orders.map(({ ref }) => ref))
        after = page.next
      }
      expect(refs).toEqual(['read-1', 'read-2', 'read-3'])
      expect(value(await odoo.client.readPage(reading, 'picking')).pickings).toMatchObject([
        { order: { ref: 'read-2' } },
      ])
      const { stock, next } = value(await odoo.client.readPage(reading, 'stock', { limit: 1000 }))
      expect(next).toBeNull()
      const [row] = stock.filter(({ sku, warehouse }) => sku === 'MUG-GRN' && warehouse === 'EAST')
      expect(row).toMatchObject({ on_hand: '32' })
    })

    it('has no documents of orders for which nothing was written, and tells of no master data until it is switched on', async () => {
      for (const kind of ['invoice', 'return', 'product', 'partner', 'price'] as const) {
        expect(value(await odoo.client.changes(reading, kind, { since })).changes).toEqual([])
      }
      expect(value(await odoo.client.readPage(reading, 'invoice')).invoices).toEqual([])
      expect(value(await odoo.client.readPage(reading, 'credit')).credits).toEqual([])
    })

    it('refuses what it cannot read', async () => {
      expect(await odoo.client.changes(reading, 'order', { since: 'yesterday' })).toMatchObject({
        outcome: { kind: 'correct' },
      })
      expect(await odoo.client.readPage(reading, 'order', { limit: 1001 })).toMatchObject({
        outcome: { kind: 'correct' },
      })
    })
  })

  it('refuses more than it takes at once, and an argument it does not know', async () => {
    const many = Array.from({ length: 201 }, (_, index) => order({ ref: `many-${index}`, lines: [] }))
    expect(await odoo.client.apply(store, many)).toMatchObject({ outcome: { kind: 'correct' } })
    const call = odoo.client.call('clarity.bridge', 'pull', { limit: 5, colour: 'red' })
    expect(await call).toMatchObject({ outcome: { kind: 'correct', problems: [{ code: 'bad_request' }] } })
    expect(await odoo.client.call('clarity.bridge', 'no_such_method')).toMatchObject({
      outcome: { kind: 'refused', cause: 'module_outdated' },
    })
  })
})

type Changes = Extract<Awaited<ReturnType<OdooClient['changes']>>, { ok: true }>['value']
type Page = Pages['order']

function value<T>(reply: Reply<T>): T {
  if (reply.ok) return reply.value
  throw new Error(JSON.stringify(reply.outcome))
}

function first<T>(values: readonly T[]): T {
  const [one] = values
  if (one === undefined) throw new Error('there is none')
  return one
}
