import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Operation, Result } from '../../odoo-bridge/client/shapes.ts'
import { EVENING, guest, line, MORNING, NOON, order } from './odoo-operations.ts'
import { type Party, realOdoo, standIn } from './odoo-party.ts'

/** The addon's contract for customers and products, kept by the real addon and by the stand-in alike. */
describe.each([
  ['the stand-in', standIn],
  ['a real Odoo 19', realOdoo],
])('master data in %s', (_name, open) => {
  let odoo: Party
  beforeAll(async () => {
    odoo = await open()
  })
  afterAll(() => odoo?.dispose())

  const apply = async (...operations: Operation[]): Promise<Result[]> => {
    const reply = await odoo.client.apply('masters', operations)
    if (!reply.ok) throw new Error(JSON.stringify(reply.outcome))
    return reply.value
  }
  const one = async (operation: Operation): Promise<Result> => {
    const [result] = await apply(operation)
    if (!result) throw new Error('no result')
    return result
  }

  describe('a customer', () => {
    it('is made with its addresses, its own given once, and changed without touching them', async () => {
      expect(await one(customer('c1', { street: '1 Main St' }))).toMatchObject({ status: 'created' })
      const moved = customer('c1', { street: '9 New St', hash: 'second', version: EVENING, phone: '2' })
      expect(await one(moved)).toMatchObject({ status: 'updated' })
      expect(await one(moved)).toMatchObject({ status: 'unchanged' })
      expect(
        await odoo.person.count('res.partner', { email: 'c1@shop.example', phone: '2', street: '1 Main St' }),
      ).toBe(1)
      expect(await odoo.person.count('res.partner', { street: '9 New St', type: 'delivery' })).toBe(1)
    })

    it('is read by its storefront id', async () => {
      const made = await one(customer('c9'))
      const reply = await odoo.client.readState('masters', 'partner', ['c9', 'unknown'])
      if (!reply.ok) throw new Error(JSON.stringify(reply.outcome))
      expect(reply.value.partners).toEqual([
        {
          ...{ ref: 'c9', id: made.res_id, name: 'Customer c9', company: false, email: 'c9@shop.example', phone: '1' },
          ...{ vat: null, credit_limit: null, on_hold: false, active: true },
          price_list: expect.toSatisfy((name) => name === null || typeof name === 'string'),
        },
      ])
    })

    it('an address that is its own is itself', async () => {
      await one(customer('c2', { street: '2 Own St', attached: '2 Own St' }))
      expect(await odoo.person.count('res.partner', { street: '2 Own St' })).toBe(1)
    })

    it('is the partner of an earlier guest order, and of its own', async () => {
      const lines = [line({ sku: 'SOCK-GRY-L', price: '14.95' })]
      await one(order({ ref: 'm1', email: 'c3@shop.example', lines }))
      expect(await one(customer('c3', { name: 'Guest c3@shop.example' }))).toMatchObject({ status: 'updated' })
      expect(await odoo.person.count('res.partner', { email: 'c3@shop.example' })).toBe(1)

      const own = { ...guest('c4@shop.example'), ref: 'c4' }
      const placed = order({ ref: 'm2', email: 'c4@shop.example', lines })
      const results = await apply(
        { ...placed, ensure: [own], values: { ...placed.values, partner_id: { $ref: 'customer:c4' } } },
        customer('c4', { name: 'Guest c4@shop.example' }),
      )
      expect(results.map(({ status }) => status)).toEqual(['created', 'updated'])
      expect(await odoo.person.count('res.partner', { email: 'c4@shop.example' })).toBe(1)
    })

    it('that another reference writes already is refused, and so are several matches', async () => {
      await one(customer('c5'))
      const twin = { ...customer('c6'), match: { email_normalized: 'c5@shop.example' } }
      expect(await one(twin)).toMatchObject({ status: 'correct', problems: [{ code: 'ambiguous_match' }] })
      await odoo.person.createPartner({ name: 'Twice', email: 'twice@shop.example' })
      await odoo.person.createPartner({ name: 'Twice', email: 'twice@shop.example' })
      // A person said that none of them is meant.
      expect(await one({ ...customer('c8', { name: 'Twice' }), match: {} })).toMatchObject({ status: 'created' })
      const match = { email_normalized: 'twice@shop.example' }
      expect(await one({ ...customer('c7'), match })).toMatchObject({
        status: 'correct',
        problems: [{ code: 'ambiguous_match', field: '/match' }],
      })
    })
  })

  it('every record is told by its keys, in pages, with what the storefront calls it', async () => {
    const made = await one(customer('k1'))
    const keyed = async (kind: 'product' | 'partner') => {
      const records = []
      for (let after = 0; ; ) {
        const reply = await odoo.client.readKeys('masters', kind, { after, limit: 3 })
        if (!reply.ok) throw new Error(JSON.stringify(reply.outcome))
        records.push(...reply.value.records)
        if (reply.value.next === null) return records
        after = reply.value.next
      }
    }
    const partners = await keyed('partner')
    expect(partners.find(({ id }) => id === made.res_id)).toEqual({
      ...{ id: made.res_id, name: 'Customer k1', active: true, buyer: false, ref: 'k1' },
      keys: { email: 'k1@shop.example', name: 'Customer k1' },
    })
    // Its address is no customer.
    expect(partners.filter(({ name }) => name === 'Customer k1')).toHaveLength(1)

    await odoo.person.createProduct('KEYED', 'Keyed')
    await odoo.person.archiveProduct('KEYED')
    const products = await keyed('product')
    expect(products.filter(({ keys }) => keys.sku === 'SOCK-GRY-L')).toMatchObject([{ active: true, ref: null }])
    expect(products.filter(({ keys }) => keys.sku === 'KEYED')).toMatchObject([{ active: false }])
    expect(new Set(products.map(({ id }) => id)).size).toBe(products.length)
  })

  it('a product is read by its id: its reference, price and taxes', async () => {
    const stock = await odoo.client.readState('masters', 'stock', ['SOCK-GRY-L'])
    const id = stock.ok ? stock.value.stock[0]?.product_id : undefined
    const reply = await odoo.client.readState('masters', 'product', [String(id), '999999', 'x'])
    if (!reply.ok) throw new Error(JSON.stringify(reply.outcome))
    expect(reply.value.products).toHaveLength(1)
    expect(reply.value.products[0]).toMatchObject({
      ...{ id, sku: 'SOCK-GRY-L', shared: false, price: '14.95', currency: 'USD', uom: 'Units', type: 'consu' },
      ...{ storable: true, for_sale: true, active: true },
    })
  })
})

interface Wish {
  name?: string
  street?: string
  attached?: string
  phone?: string
  hash?: string
  version?: string
}

/** A registered customer with one delivery address. */
function customer(ref: string, wish: Wish = {}): Operation {
  const {
    name = `Customer ${ref}`,
    street = `${ref} St`,
    attached = street,
    phone = '1',
    hash = 'first',
    version = NOON,
  } = wish
  const email = `${ref}@shop.example`
  return {
    id: `op-${ref}`,
    kind: 'customer',
    ref,
    version,
    hash,
    model: 'res.partner',
    values: { name, email, phone },
    initial: { street },
    match: { email_normalized: email, name, parent_id: false },
    attach: [
      {
        kind: 'address',
        ref: `${ref}/${attached}`,
        version: MORNING,
        model: 'res.partner',
        values: { name, parent_id: { $ref: `customer:${ref}` }, type: 'delivery', street: attached },
        match: { id: { $ref: `customer:${ref}` }, street: attached },
      },
    ],
  }
}
