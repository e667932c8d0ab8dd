import { expect } from 'vitest'
import { z } from 'zod'
import type { CauseCode } from '../../../shared/causes.ts'
import type { Chains } from '../../support/cause-chain.ts'
import { until } from '../../support/until.ts'
import { through } from './events.ts'
import { one, panel, shop, stage, stateOf, tell } from './standing.ts'

export const registered = z.object({ id: z.string() })
const CONTENT = { content: { side: 'clarity', otherwise: 'ignore' } }

/** A customer of whom Odoo is the record, changed in the storefront. */
export function proposal(): Chains[CauseCode] {
  const email = 'paula@proposes.example'
  const partners = (phone: string) => stage.odoo.person.count('res.partner', { email, phone })
  return {
    async fault() {
      const body = { type: 'person', name: 'Paula Proposes', email, phone: '1' }
      const { id } = registered.parse(await shop.call('PUT', '/customers/by-key/paula', body))
      await tell(z.looseObject({}).parse(await shop.call('GET', `/customers/${id}`)), 'customer.created')
      await until('her partner', async () => partners('1') === 1)
      await panel('PATCH', '/entities/customer', { owners: { content: { side: 'odoo', otherwise: 'propose' } } })
      await shop.call('PATCH', `/customers/${id}`, { phone: '2' })
      await tell(z.looseObject({}).parse(await shop.call('GET', `/customers/${id}`)), 'customer.updated')
      return `customer:${id}`
    },
    held: () => expect(partners('1')).toBe(1),
    says: /Customers: content changed on the side that is not the record/,
    repair: async () => {},
    end: 'approve',
    async right() {
      expect([partners('1'), partners('2')]).toEqual([0, 1])
      await panel('PATCH', '/entities/customer', { owners: CONTENT })
    },
  }
}

/** The shop says that all is shipped while Odoo has sent a part. */
export function conflict(): Chains[CauseCode] {
  const own = one(undefined, {
    items: [
      { sku: 'TEE-RED-M', quantity: '1' },
      { sku: 'MUG-WHT', quantity: '1' },
    ],
  })
  const open = async () => {
    const pickings = (await stateOf(own.made()))?.pickings ?? []
    const picking = pickings.find(({ state }) => state === 'assigned')
    if (!picking) throw new Error('a delivery that is ready')
    return picking.id
  }
  return {
    async fault() {
      const lane = await own.fault()
      await through(own.made())
      await shop.call('PATCH', `/orders/${own.made().id}/status`, { status: 'shipped' })
      stage.odoo.person.validate(await open(), { 'TEE-RED-M': '1' })
      return lane
    },
    says: /The storefront shows shipped and refuses to go to partiallyShipped/,
    // Odoo delivers the rest, and tells of it.
    repair: async () => stage.odoo.person.validate(await open()),
    end: 'itself',
    async right() {
      const order = own.made()
      expect((await stateOf(order))?.delivery_status).toBe('full')
      expect((await shop.order(order.id)).status).toBe('shipped')
      await until('both shipments', async () => (await shop.shipments(order.id)).length === 2)
    },
  }
}
