import { describe, expect, it } from 'vitest'
import { customerToOperations } from '../../clarity-extension/mapping/customer.ts'
import { orderToOperations } from '../../clarity-extension/mapping/order.ts'
import { type Customer, customer } from '../../shared/entities.ts'
import type { FieldGroup } from '../../shared/switches.ts'
import { orderFixture, usd } from './mapping-support.ts'

const all = new Set<FieldGroup>(['content', 'addresses', 'terms'])
const usual = new Set<FieldGroup>(['content', 'addresses'])
const home = { kind: 'billing', name: 'Ann Doe', line1: '1 Main St', city: 'Springfield', region: 'IL', country: 'US' }
const ann = (change: Record<string, unknown> = {}): Customer =>
  customer.parse({
    id: '55',
    updatedAt: '2026-11-20T10:00:00.000Z',
    type: 'person',
    name: 'Ann Doe',
    email: 'ann@example.com',
    addresses: [home],
    ...change,
  })

function mapped(record: Customer, written: ReadonlySet<FieldGroup> = usual) {
  const result = customerToOperations(record, written, usd)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  const [main, ...contacts] = result.operations
  if (!main) throw new Error('no operation')
  return { main, contacts, hash: result.hash, origins: result.origins }
}

describe('a registered customer', () => {
  it('is one partner, its own address given once, its addresses as children of their kind', () => {
    const { main } = mapped(ann({ addresses: [home, { ...home, kind: 'shipping', line1: '2 Side St' }] }))
    expect(main).toMatchObject({
      kind: 'customer',
      ref: '55',
      model: 'res.partner',
      values: { name: 'Ann Doe', is_company: false, email: 'ann@example.com', active: true },
      initial: { street: '1 Main St', city: 'Springfield' },
      match: { email_normalized: 'ann@example.com', name: 'Ann Doe', parent_id: false },
    })
    expect(main.values).not.toHaveProperty('street')
    expect(main.attach?.map(({ values }) => [values.type, values.street])).toEqual([
      ['invoice', '1 Main St'],
      ['delivery', '2 Side St'],
    ])
  })

  it('an address for both is neither, and once', () => {
    const { main } = mapped(ann({ addresses: [home, { ...home, kind: 'shipping' }] }))
    expect(main.attach?.map(({ values }) => values.type)).toEqual(['other'])
  })

  it('has the references that its orders use for the same addresses, so that both mean one record', () => {
    const { order, customer: who } = orderFixture('registered')
    if (!who) throw new Error('the fixture has a customer')
    const ordered = orderToOperations(order, who, usd)
    if (!ordered.ok) throw new Error('the fixture cannot be mapped')
    const profile = mapped({
      ...who,
      addresses: [
        { ...order.billingAddress, kind: 'billing' },
        { ...order.shippingAddress, kind: 'shipping' },
      ],
    })
    const refs = (records: { kind: string; ref: string }[] | undefined) =>
      (records ?? []).filter(({ kind }) => kind === 'address').map(({ ref }) => ref)
    expect(new Set(refs(profile.main.attach))).toEqual(new Set(refs(ordered.operations[0].ensure)))
  })

  it('a moved customer gets another address; the old one is not mentioned, hence not changed', () => {
    const before = mapped(ann())
    const after = mapped(ann({ addresses: [{ ...home, line1: '9 New St' }] }))
    expect(after.main.attach?.[0]?.ref).not.toBe(before.main.attach?.[0]?.ref)
    expect(after.main.values).toEqual(before.main.values)
    expect(after.hash).not.toBe(before.hash)
  })

  it('a company is called by its name; who registered it and its contacts are contacts', () => {
    const { main, contacts } = mapped(
      ann({
        type: 'company',
        companyName: 'Doe Ltd',
        vatNumber: 'BE0477472701',
        contacts: [{ id: 'c1', name: 'Bob', email: 'bob@example.com' }],
      }),
    )
    expect(main.values).toMatchObject({ name: 'Doe Ltd', is_company: true, vat: 'BE0477472701' })
    expect(main.match).toEqual({ vat: 'BE0477472701', name: 'Doe Ltd', is_company: true })
    expect(contacts.map(({ ref, values }) => [ref.replace(/\/[0-9a-f]{32}$/, '/…'), values.name])).toEqual([
      ['55/contact:c1', 'Bob'],
      ['55/…', 'Ann Doe'],
    ])
    expect(contacts[0]).toMatchObject({
      ensure: [{ kind: 'customer', ref: '55' }],
      values: { parent_id: { $ref: 'customer:55' } },
    })
  })

  it('terms are written only where the storefront is their record, never given at birth', () => {
    const wholesale = ann({ priceList: 'Wholesale', creditLimit: '500', onHold: true })
    const { main } = mapped(wholesale)
    expect({ ...main.initial, ...main.values }).not.toHaveProperty('credit_limit')
    expect(mapped(wholesale, all).main.values).toMatchObject({
      property_product_pricelist: { $find: { model: 'product.pricelist', by: { name: 'Wholesale' } } },
      credit_limit: '500',
      clarity_on_hold: true,
    })
  })

  it('content that is not ours is given to a new partner only', () => {
    const { main } = mapped(ann(), new Set(['addresses']))
    expect(main.values).toEqual({})
    expect(main.initial).toMatchObject({ name: 'Ann Doe', email: 'ann@example.com' })
  })

  it('what Odoo refuses is named by the storefront’s field', () => {
    const shipping = { ...home, kind: 'shipping', line1: '2 Side St' }
    const { origins } = mapped(ann({ addresses: [shipping, home] }))
    expect(origins['customer:55']).toMatchObject({
      '/email': '/email',
      '/street': '/addresses/1/line1',
      '/attach/0/values/street': '/addresses/0/line1',
      '/attach/0/values/name': '/addresses/0/name',
    })
  })

  it('without a name is parked with the field', () => {
    const result = customerToOperations(ann({ name: '' }), usual, usd)
    expect(result).toMatchObject({ ok: false, problems: [{ code: 'required', field: '/name' }] })
  })
})
